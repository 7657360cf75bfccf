from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionCharge(models.Model):
    """What late payment costs the debtor: interest, or compensation. It stands beside the debt, never in it.

    A memo follows the ledger until it is invoiced or waived; from then on it stays as it is, and interest for the
    days after it is a memo of its own.
    """

    _name = "collection.charge"
    _description = "Charge for late payment"
    _order = "case_id, item_id, kind desc, date_from, id"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    item_id = fields.Many2one("collection.item", "Document", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [("interest", "Interest"), ("compensation", "Compensation")], required=True, default="interest"
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True, help="Included: the day of the last look, or of payment.")
    base = fields.Monetary("On the amount", help="What was owed on the first day.")
    rate_text = fields.Char("Rate")
    rule_id = fields.Many2one("collection.charge.rule", ondelete="set null")
    law = fields.Char("Law or contract")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    state = fields.Selection(
        [("memo", "Memo"), ("invoiced", "Invoiced"), ("waived", "Waived")],
        compute="_compute_state",
        store=True,
        precompute=True,
        index=True,
    )
    move_id = fields.Many2one("account.move", "Invoice", ondelete="restrict", index="btree_not_null", copy=False)
    waived_by_id = fields.Many2one("res.users", "Waived by", copy=False)
    waived_date = fields.Date("Waived on", copy=False)
    waive_reason = fields.Char("Why waived", copy=False)
    is_final = fields.Boolean("And later ones", copy=False, help="Waived with all later interest on the document.")

    _memo_uniq = models.UniqueIndex(
        "(item_id, kind) WHERE state = 'memo'", "The charges of this case were just counted by somebody else."
    )
    _span = models.Constraint("CHECK(date_from <= date_to)", "A charge is for a day at least.")

    @api.depends("move_id.state", "waived_date")
    def _compute_state(self):
        for charge in self:
            # sudo: whether it was invoiced is told to collectors without accounting rights
            move = charge.sudo().move_id
            charge.state = "waived" if charge.waived_date else "invoiced" if move and move.state != "cancel" else "memo"

    @api.depends("kind", "item_id.name", "date_from", "date_to")
    def _compute_display_name(self):
        for charge in self:
            charge.display_name = charge._label()

    def _label(self):
        """Return the charge as a line of an invoice."""
        self.ensure_one()
        if self.kind == "compensation":
            text = self.env._("Compensation for recovery costs, %s", self.item_id.name)
        else:
            text = self.env._(
                "Interest for late payment of %(document)s, %(first)s – %(last)s, %(rate)s",
                document=self.item_id.name,
                first=self.date_from,
                last=self.date_to,
                rate=self.rate_text,
            )
        return f"{text} ({self.law})" if self.law else text

    # === WHAT PEOPLE DO WITH CHARGES === #

    def action_invoice(self):
        """Make one draft invoice of memos (one for each currency) and open it.

        :raises UserError: none of them is a memo, several customers, or no product is set
        """
        self.check_access("read")
        self.env["account.move"].check_access("create")
        memos = self.filtered(lambda charge: charge.state == "memo" and charge.amount > 0)
        if not memos:
            raise UserError(self.env._("There is nothing to invoice: choose charges that are memos."))
        if len(memos.case_id) > 1:
            raise UserError(self.env._("Invoice the charges of one case at a time."))
        # What was invoiced stays: it is counted once more before.
        memos &= self.env["collection.charges"]._bring_up_to_date(memos.case_id)
        if not memos:
            raise UserError(self.env._("These charges have changed: open Charges… of the case again."))
        moves = self.env["account.move"]
        for currency, charges in memos.grouped("currency_id").items():
            move = moves.create(charges._prepare_invoice_vals(currency))
            # sudo: the right was checked by creating the invoice; charges are not written by hand
            charges.sudo().move_id = move
            moves |= move
            case = charges.case_id
            case._message_log(
                body=self.env._("Charges of %(amount)s: draft invoice", amount=currency.format(move.amount_untaxed))
            )
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type")
        if len(moves) == 1:
            return {**action, "res_id": moves.id, "views": [(False, "form")], "view_mode": "form"}
        return {**action, "domain": [("id", "in", moves.ids)], "context": {}}

    def _prepare_invoice_vals(self, currency):
        case, company = self.case_id, self.company_id
        product = company.collection_charge_product_id
        account = company.collection_charge_account_id
        if not product and not account:
            raise UserError(
                self.env._("Choose a product or an account for charges first: Collections, Configuration, Settings.")
            )
        lines = []
        for charge in self:
            vals = {"name": charge._label(), "quantity": 1, "price_unit": charge.amount, "product_id": product.id}
            if account:
                vals["account_id"] = account.id
            if not product:
                vals["tax_ids"] = [fields.Command.clear()]
            lines.append(fields.Command.create(vals))
        return {
            "move_type": "out_invoice",
            "partner_id": (case.branch_id or case.partner_id).id,
            "company_id": company.id,
            "currency_id": currency.id,
            "invoice_line_ids": lines,
        }

    def action_waive(self):
        """Open the dialog that asks why charges are waived."""
        self.check_access("read")
        memos = self.filtered(lambda charge: charge.state == "memo")
        if not memos:
            raise UserError(self.env._("Only memos can be waived. An invoice is credited in accounting."))
        return {
            "name": self.env._("Waive charges"),
            "type": "ir.actions.act_window",
            "res_model": "collection.charge.waive",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_charge_ids": memos.ids},
        }

    def _waive(self, reason, *, is_final=False):
        """Waive memos.

        :param reason: why, for the record
        :param is_final: later interest on the same documents is waived, too
        """
        for case in self.case_id:
            case.check_access("write")
        if any(charge.state != "memo" for charge in self):
            raise UserError(self.env._("Only memos can be waived. An invoice is credited in accounting."))
        for case, charges in self.grouped("case_id").items():
            amounts = ", ".join(
                currency.format(sum(own.mapped("amount"))) for currency, own in charges.grouped("currency_id").items()
            )
            case._message_log(
                body=self.env._("Charges of %(amount)s waived: %(reason)s", amount=amounts, reason=reason)
            )
        # sudo: the right was checked above; who waived is not typed in
        self.sudo().write(
            {
                "waived_date": fields.Date.context_today(self),
                "waived_by_id": self.env.uid,
                "waive_reason": reason,
                "is_final": is_final,
            }
        )

    def action_open_invoice(self):
        """Open the invoice that a charge is on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_memos_only(self):
        if any(charge.state != "memo" for charge in self):
            raise UserError(self.env._("What was invoiced or waived is history and cannot be deleted."))
