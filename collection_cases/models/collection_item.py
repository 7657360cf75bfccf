from odoo import api, fields, models
from odoo.exceptions import UserError

TYPED = {"case_id", "name", "date", "due_date", "amount", "currency_id"}
"""What a person types in, for an expected amount only. The rest follows from the ledger and the refresh."""

NOT_TYPED = {
    "origin": "manual",
    "move_line_id": False,
    "feed_entry_id": False,
    "state": "open",
    "is_chosen": False,
    "settled_date": False,
    "release_reason": False,
}


def _taken_message(env, diag):
    """Say in which case the entry is that somebody attached at the same moment."""
    return env._(
        "An entry was attached to another open collection case at the same moment. Reload the list of open items:"
        " it shows in which case the entry is now."
    )


class CollectionItem(models.Model):
    """What is owed: an open receivable entry of the ledger, or an expected amount typed in by hand.

    An item of the ledger, or of a foreign one, points at its entry and has no figures of its own. `state`
    says whether it is worked in its case now; a case's totals count open items only.
    """

    _name = "collection.item"
    _description = "Collection item"
    _order = "due_date, id"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    origin = fields.Selection(
        [("ledger", "Ledger"), ("feed", "Foreign ledger"), ("manual", "Expected")],
        required=True,
        default="manual",
        readonly=True,
    )
    move_line_id = fields.Many2one("account.move.line", "Journal item", readonly=True, ondelete="set null", copy=False)
    feed_entry_id = fields.Many2one(
        "collection.feed.entry", "Foreign entry", readonly=True, ondelete="set null", copy=False
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Document")
    name = fields.Char("Document number", compute="_compute_document", store=True, readonly=False, precompute=True)
    date = fields.Date("Document date", compute="_compute_document", store=True, readonly=False, precompute=True)
    due_date = fields.Date(compute="_compute_document", store=True, readonly=False, precompute=True, required=True)
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_document", store=True, readonly=False, precompute=True, required=True
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company currency")
    amount = fields.Monetary(compute="_compute_document", store=True, readonly=False, precompute=True)
    residual = fields.Monetary(
        "Open", compute="_compute_residual", store=True, precompute=True, help="What is still owed, in its currency."
    )
    residual_company = fields.Monetary(
        "Open (company currency)",
        compute="_compute_residual",
        store=True,
        precompute=True,
        currency_field="company_currency_id",
    )
    settled_date = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled"), ("released", "Left the case")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
    )
    release_reason = fields.Selection(
        [
            ("excluded", "Excluded from follow-up in accounting"),
            ("unposted", "Entry set back to draft, cancelled or deleted"),
            ("not_due", "Not overdue any more"),
            ("covered", "Covered by credits, or not above the tolerance"),
            ("not_participating", "The customer no longer takes part"),
            ("moved", "Belongs to another customer or branch now"),
            ("completed", "The case was completed by hand"),
        ],
        readonly=True,
        copy=False,
    )
    is_chosen = fields.Boolean(
        "Chosen by a person", readonly=True, help="Stays in the case until it is settled, even while not overdue."
    )
    days_overdue = fields.Integer(compute="_compute_days_overdue")

    _open_entry_uniq = models.UniqueIndex(
        "(COALESCE(move_line_id, -feed_entry_id)) WHERE state = 'open'", _taken_message
    )
    _case_entry_uniq = models.UniqueIndex("(case_id, COALESCE(move_line_id, -feed_entry_id))")
    _ledger_idx = models.Index("(move_line_id) WHERE move_line_id IS NOT NULL")
    _feed_idx = models.Index("(feed_entry_id) WHERE feed_entry_id IS NOT NULL")

    @api.depends(
        "origin",
        "move_line_id.amount_currency",
        "move_line_id.currency_id",
        "move_line_id.date",
        "move_line_id.date_maturity",
        "move_line_id.move_id.name",
        "case_id",
    )
    def _compute_document(self):
        today = fields.Date.context_today(self)
        for item in self:
            # sudo: a collector without accounting rights may see these facts of the customer's documents
            line, entry = item.sudo().move_line_id, item.sudo().feed_entry_id
            if entry:
                for name in ("name", "date", "due_date", "currency_id", "amount"):
                    item[name] = entry[name]
                continue
            item.name = line.move_id.name if line else item.name
            item.date = line.date if line else item.date
            item.due_date = (line.date_maturity or line.date) if line else (item.due_date or today)
            item.currency_id = line.currency_id if line else (item.currency_id or item.case_id.currency_id)
            item.amount = line.amount_currency if line else item.amount

    @api.depends(
        "origin",
        "move_line_id.amount_residual",
        "move_line_id.amount_residual_currency",
        "move_line_id.parent_state",
        "amount",
        "currency_id",
        "date",
        "settled_date",
    )
    def _compute_residual(self):
        for item in self:
            if item.origin == "ledger":
                line = item.sudo().move_line_id  # sudo: see _compute_document
                standing = line.parent_state == "posted"
                item.residual = line.amount_residual_currency if standing else 0
                item.residual_company = line.amount_residual if standing else 0
                continue
            if item.origin == "feed":
                entry = item.sudo().feed_entry_id  # sudo: see _compute_document
                item.residual, item.residual_company = entry.residual, entry.residual_company
                continue
            item.residual = 0 if item.settled_date else item.amount
            company = item.case_id.company_id or self.env.company
            item.residual_company = item.currency_id._convert(
                item.residual, company.currency_id, company, item.date or item.due_date
            )

    @api.depends("due_date", "state", "company_id")
    def _compute_days_overdue(self):
        for item in self:
            today = self.env["collection.refresh"]._today(item.company_id or self.env.company)
            late = item.state == "open" and item.residual > 0 and item.due_date and item.due_date < today
            item.days_overdue = (today - item.due_date).days if late else 0

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Entries of the ledger come in through `collection.case._attach_lines`, which checks each.
            # Set outright, because defaults in the caller's context would get past the filter.
            vals_list = [
                {name: value for name, value in vals.items() if name in TYPED} | NOT_TYPED for vals in vals_list
            ]
        for vals in vals_list:
            if vals.get("origin", "manual") == "manual":
                self._check_expected(vals)
        items = super().create(vals_list)
        items.case_id._items_changed()
        return items

    @api.model
    def _check_expected(self, vals):
        if not vals.get("name"):
            raise UserError(self.env._("Say what the expected amount is for, for example “Advance, phase 2”."))
        if vals.get("amount", 0) <= 0:
            raise UserError(self.env._("An expected amount is above zero: enter what “%s” will come to.", vals["name"]))
        case = self.env["collection.case"].browse(vals.get("case_id") or self.env.context.get("default_case_id"))
        if not case:
            raise UserError(self.env._("Say which case “%s” belongs to.", vals["name"]))
        if case.state == "completed":
            raise UserError(self.env._("%s is completed. Open a new case for the customer.", case.name))
        currency = self.env["res.currency"].browse(vals.get("currency_id")) or case.currency_id
        if currency != case.currency_id and not self._has_rate(currency, case.company_id):
            raise UserError(
                self.env._(
                    "There is no rate for %s yet: enter one in accounting, or use another currency.", currency.name
                )
            )

    @api.model
    def _has_rate(self, currency, company):
        return bool(
            self.env["res.currency.rate"].search_count(
                [("currency_id", "=", currency.id), ("company_id", "in", (False, company.root_id.id))], limit=1
            )
        )

    def write(self, vals):
        if not self.env.su:
            if {"ledger", "feed"} & set(self.mapped("origin")) and not TYPED.isdisjoint(vals):
                raise UserError(
                    self.env._("The figures of a posted document come from accounting. Change the document there.")
                )
            if "settled" in self.mapped("state") and not TYPED.isdisjoint(vals):
                raise UserError(self.env._("What is settled is history and stays as it was."))
            if "amount" in vals and vals["amount"] <= 0:
                raise UserError(self.env._("An expected amount is above zero."))
            vals = {name: value for name, value in vals.items() if name in TYPED - {"case_id"}}
        return super().write(vals) if vals else True

    @api.ondelete(at_uninstall=False)
    def _unlink_only_chosen(self):
        # sudo: what was promised or contested about an item is a reason to keep it, whoever may read it
        said = self.env["collection.promise"].sudo().search([("item_ids", "in", self.ids)]).item_ids
        said |= self.env["collection.dispute.line"].sudo().search([("item_id", "in", self.ids)]).item_id
        for item in self:
            if item in said.sudo(False):
                raise UserError(self.env._("Something was promised or contested about %s: it stays.", item.name))
            if item.state == "settled" or (item.state == "released" and item.origin != "manual"):
                raise UserError(self.env._("%s is part of the history of the case; it stays.", item.name))
            if item.origin != "manual" and item.state == "open" and not item.is_chosen:
                raise UserError(
                    self.env._(
                        "%s is overdue, so the next refresh would add it again. To leave it out, exclude it from"
                        " follow-up on the journal entry, or take the customer out of collections.",
                        item.name,
                    )
                )

    def unlink(self):
        cases = self.case_id
        res = super().unlink()
        cases.exists()._items_changed()
        return res

    @api.model
    def _lines_with_items(self, lines):
        """Return the journal items, among some, that are or were in a case."""
        return self.search([("move_line_id", "in", lines.ids)]).move_line_id

    def action_settle(self):
        """Say that an expected amount came in (it has no document in the ledger that would tell)."""
        self.check_access("write")
        if "ledger" in self.mapped("origin"):
            raise UserError(self.env._("A posted document is settled by its payment: use Register payment."))
        if set(self.mapped("state")) - {"open"}:
            raise UserError(self.env._("Only an open amount can come in; this one is settled or has left the case."))
        if "feed" in self.mapped("origin"):
            raise UserError(self.env._("This entry is settled by the ledger it comes from, with its next reading."))
        # sudo: the right to write was checked above; a person may say it, but not set the fields at will
        for case, items in self.sudo().grouped("case_id").items():
            items.write({"settled_date": case._today(), "state": "settled"})
        self.case_id._items_changed()

    def action_open_document(self):
        """Open the invoice or entry behind the item; without accounting rights, as the debtor sees it."""
        self.ensure_one()
        self.check_access("read")
        if self.feed_entry_id:
            raise UserError(
                self.env._(
                    "%(name)s is kept in the ledger “%(feed)s”: open the document there.",
                    name=self.name,
                    feed=self.sudo().feed_entry_id.feed_id.name,  # sudo: the name of where it comes from
                )
            )
        if not self.move_id:
            raise UserError(self.env._("%s is an expected amount: there is no document yet.", self.name))
        if self.env.user.has_groups("account.group_account_invoice,account.group_account_readonly"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "account.move",
                "res_id": self.move_id.id,
                "views": [(False, "form")],
            }
        # sudo: the item may be read (checked above), so its document may be seen as the debtor sees it
        move = self.sudo().move_id
        if not move.is_sale_document(include_receipts=True):
            raise UserError(self.env._("%s is a journal entry: only accounting can open it.", move.name))
        return {"type": "ir.actions.act_url", "url": move.get_portal_url(), "target": "new"}
