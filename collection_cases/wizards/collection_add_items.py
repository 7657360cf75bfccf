from odoo import api, fields, models
from odoo.exceptions import UserError

from ..queries.open_lines import open_lines


class CollectionAddItems(models.TransientModel):
    """Choose among the customer's open documents; attaching is the case's own method."""

    _name = "collection.add.items"
    _description = "Add open items to a case"

    case_id = fields.Many2one("collection.case", required=True, readonly=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    company_currency_id = fields.Many2one(related="case_id.currency_id")
    line_ids = fields.One2many(
        "collection.add.items.line", "wizard_id", compute="_compute_line_ids", store=True, readonly=False
    )
    amount_chosen = fields.Monetary("Chosen", compute="_compute_amount_chosen", currency_field="company_currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            case = self.env["collection.case"].browse(vals.get("case_id") or self.env.context.get("default_case_id"))
            case.check_access("write")  # here, because the documents are listed as superuser
        return super().create(vals_list)

    def write(self, vals):
        if "case_id" in vals:
            raise UserError(self.env._("Close this dialog and open the one of the other case."))
        return super().write(vals)

    @api.depends("case_id")
    def _compute_line_ids(self):
        for wizard in self:
            case = wizard.case_id
            self.env.flush_all()
            accounts = self.env["collection.refresh"]._receivable_accounts(case.company_id)
            rows = self.env.execute_query_dict(open_lines(case.company_id, case.partner_id.ids, accounts.ids))
            # sudo: documents of a case's own customer; an item elsewhere shows only that case's code
            taken = (
                self.env["collection.item"]
                .sudo()
                .search(
                    [
                        ("state", "=", "open"),
                        "|",
                        ("move_line_id", "in", [row["move_line_id"] for row in rows if row["move_line_id"]]),
                        ("feed_entry_id", "in", [row["feed_entry_id"] for row in rows if row["feed_entry_id"]]),
                    ]
                )
            )
            case_of = {item.move_line_id.id or -item.feed_entry_id.id: item.case_id for item in taken}
            today = fields.Date.context_today(wizard)
            commands = [fields.Command.clear()]
            for row in sorted(rows, key=lambda row: (row["due_date"], row["name"])):
                holder = case_of.get(row["source"])
                if holder == case:
                    continue
                commands.append(
                    fields.Command.create(
                        {
                            "move_line_id": row["move_line_id"],
                            "feed_entry_id": row["feed_entry_id"],
                            "name": row["name"],
                            "date": row["date"],
                            "due_date": row["due_date"],
                            "currency_id": row["currency_id"],
                            "amount": row["amount"],
                            "residual": row["residual"],
                            "residual_company": row["residual_company"],
                            "held_by": holder.name if holder else False,
                            "is_chosen": not holder and row["due_date"] < today,
                        }
                    )
                )
            wizard.line_ids = commands

    @api.depends("line_ids.is_chosen")
    def _compute_amount_chosen(self):
        for wizard in self:
            wizard.amount_chosen = sum(
                line.residual_company for line in wizard.line_ids if line.is_chosen and not line.held_by
            )

    def action_add(self):
        """Attach the chosen documents to the case."""
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen")
        if not chosen:
            raise UserError(self.env._("Tick the documents to add."))
        if chosen.move_line_id:
            self.case_id._attach_lines(chosen.move_line_id)
        # sudo: entries are read by managers only; those of the case's own customer may be attached
        if entries := chosen.sudo().feed_entry_id:
            self.case_id._attach_entries(entries)
        return {"type": "ir.actions.act_window_close"}


class CollectionAddItemsLine(models.TransientModel):
    """One open document that may be chosen."""

    _name = "collection.add.items.line"
    _description = "Open document to add to a case"
    _order = "due_date, id"

    wizard_id = fields.Many2one("collection.add.items", required=True, ondelete="cascade")
    move_line_id = fields.Many2one("account.move.line", readonly=True, ondelete="cascade")
    feed_entry_id = fields.Many2one("collection.feed.entry", readonly=True, ondelete="cascade")
    is_chosen = fields.Boolean("Add")
    name = fields.Char("Document number", readonly=True)
    date = fields.Date("Document date", readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(related="wizard_id.company_currency_id", string="Company currency")
    amount = fields.Monetary(readonly=True)
    residual = fields.Monetary("Open", readonly=True)
    residual_company = fields.Monetary(readonly=True, currency_field="company_currency_id")
    held_by = fields.Char("In case", readonly=True)
