from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CollectionReceipt(models.Model):
    """The receipt a field collector gave for money taken; history that is never edited."""

    _name = "collection.receipt"
    _description = "Receipt"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, index="trigram")
    uuid = fields.Char("Identifier", readonly=True, help="Made on the phone: the same entry is one receipt.")
    case_id = fields.Many2one("collection.case", required=True, readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True, index=True)
    user_id = fields.Many2one("res.users", "Collector", required=True, readonly=True, index=True, ondelete="restrict")
    department_id = fields.Many2one(
        "hr.department", readonly=True, index="btree_not_null", help="The collector's, at the time."
    )
    date = fields.Datetime("Taken at", required=True, readonly=True, index=True)
    method = fields.Selection([("cash", "Cash"), ("cheque", "Cheque")], required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    item_ids = fields.Many2many("collection.item", string="For", readonly=True)
    allocation = fields.Json("Laid on", readonly=True, help="What it was laid on at the time: number, due date, part.")
    instrument_id = fields.Many2one(
        "collection.instrument", "Cheque", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    payment_id = fields.Many2one("account.payment", readonly=True, ondelete="set null", index="btree_not_null")
    is_booked = fields.Boolean("Booked", compute="_compute_is_booked", help="The money is in the books.")
    state = fields.Selection(
        [("taken", "With the collector"), ("handed_over", "Handed over"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="taken",
        index=True,
    )
    handover_id = fields.Many2one("collection.handover", "Hand-over", readonly=True, index="btree_not_null")
    cancel_reason = fields.Char("Why it was cancelled", readonly=True)
    cancelled_by_id = fields.Many2one("res.users", "Cancelled by", readonly=True)
    note = fields.Text(readonly=True)
    latitude = fields.Float(digits=(10, 6), readonly=True)
    longitude = fields.Float(digits=(10, 6), readonly=True)
    sent_to = fields.Char("Sent to", readonly=True)

    _uuid_uniq = models.Constraint("UNIQUE(uuid)", "This receipt is here already.")
    _name_uniq = models.Constraint("UNIQUE(company_id, name)", "There is a receipt with this number already.")
    _amount_positive = models.Constraint("CHECK(amount > 0)", "A receipt is about an amount above zero.")
    _waiting_idx = models.Index("(company_id, user_id) WHERE state = 'taken'")

    @api.depends("payment_id.state", "instrument_id.payment_id.state", "handover_id.booked_date", "method")
    def _compute_is_booked(self):
        for receipt in self.sudo():  # sudo: whether it is booked may be known to whoever may read the receipt
            payment = receipt.payment_id or receipt.instrument_id.payment_id
            standing = payment and payment.state not in ("canceled", "rejected", "draft")
            receipt.is_booked = bool(standing or (receipt.method == "cash" and receipt.handover_id.booked_date))

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("A receipt that was given stays as it is. Have a manager cancel it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A receipt that was given cannot be deleted. Have a manager cancel it."))

    # === CANCELLING === #

    def action_cancel(self):
        """Open the dialog that asks why the receipt is cancelled."""
        self.ensure_one()
        self._check_cancel()
        wizard = self.env["collection.receipt.cancel"].create({"receipt_id": self.id})
        return {
            "name": self.env._("Cancel %s", self.name),
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _check_cancel(self):
        """Refuse to cancel what may not be cancelled.

        :raises AccessError: the user is no manager, or took the money
        :raises UserError: the money has been handed over, or counted
        """
        self.check_access("read")
        manager = self.env.user.has_group("collection_cases.group_collection_manager")
        for receipt in self:
            if not manager or receipt.user_id == self.env.user:
                raise AccessError(
                    self.env._("A receipt is cancelled by a manager who did not take the money: ask one.")
                )
            if receipt.state != "taken" or receipt.handover_id:
                raise UserError(self.env._("%s is cancelled, or its money is in a hand-over: it stays.", receipt.name))

    def _cancel(self, reason):
        """Cancel a receipt: its payment is taken back, its cheque given back.

        :param reason: a sentence for the history
        """
        self.ensure_one()
        self._check_cancel()
        # sudo: the right was checked; what was booked by taking the money goes with the receipt
        receipt = self.sudo()
        receipt.case_id._undo_payment(receipt.payment_id)
        if receipt.instrument_id:
            if receipt.instrument_id.state != "received":
                raise UserError(
                    self.env._("Its cheque was deposited already: set the cheque to bounced when it bounces.")
                )
            receipt.instrument_id.action_return()
        receipt.write({"state": "cancelled", "cancel_reason": reason, "cancelled_by_id": self.env.uid})
        receipt.case_id._message_log(
            body=self.env._(
                "Receipt %(name)s of %(amount)s cancelled by %(who)s: %(why)s",
                name=receipt.name,
                amount=receipt.currency_id.format(receipt.amount),
                who=self.env.user.name,
                why=reason,
            )
        )


class CollectionInstrument(models.Model):
    """Which receipts were given for a cheque or bill."""

    _inherit = "collection.instrument"

    receipt_ids = fields.One2many("collection.receipt", "instrument_id", "Receipts")

    def _receipts(self):
        # sudo: a cheque stays as it is also when its receipt was a colleague's
        return self.sudo().receipt_ids.filtered(lambda receipt: receipt.state != "cancelled")
