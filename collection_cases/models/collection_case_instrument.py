from odoo import api, fields, models


class CollectionCase(models.Model):
    """Cheques and bills of the case, and money booked for it."""

    _inherit = "collection.case"

    instrument_ids = fields.One2many("collection.instrument", "case_id", "Cheques and bills")
    amount_instruments = fields.Monetary(
        "In cheques and bills",
        compute="_compute_amount_instruments",
        help="What lies in the drawer or at the bank, in the company's currency.",
    )

    @api.depends("instrument_ids.state", "instrument_ids.amount")
    def _compute_amount_instruments(self):
        for case in self:
            # sudo: shown to everybody who may read the case
            running = case.sudo().instrument_ids.filtered(lambda one: one.state in ("received", "deposited"))
            case.amount_instruments = sum(
                one.currency_id._convert(one.amount, case.currency_id, case.company_id, one.received_date)
                for one in running
            )

    @api.model
    def _progress_sources(self):
        return [*super()._progress_sources(), ("collection.instrument", "received_date", [])]

    def _credits(self):
        """Return the open credits of the case: {`res.currency`: amount above zero}."""
        self.ensure_one()
        credits_ = self.item_ids.filtered(lambda item: item.state == "open" and item.residual < 0)
        return {currency: -sum(own.mapped("residual")) for currency, own in credits_.grouped("currency_id").items()}

    def action_instrument(self):
        """Open the form of a new cheque or bill for this case."""
        self.ensure_one()
        self.check_access("write")
        owed = self._owed_items()
        chosen = owed.filtered(lambda item: item.currency_id == owed[:1].currency_id)
        return self._new_record(
            "collection.instrument",
            self.env._("Cheque or bill"),
            default_item_ids=chosen.ids,
            default_currency_id=chosen[:1].currency_id.id or self.currency_id.id,
            default_amount=max(0, sum(chosen.mapped("residual")) - self._credits().get(chosen.currency_id, 0)),
            default_received_date=self._today(),
            default_due_date=self._today(),
        )

    def _receive_money(self, items, amount, currency, journal, day, memo):
        """Book a customer payment and match it with items, the oldest first.

        What is above the items, or cannot be matched with them, stays an open credit of the customer. An
        expected amount has no document to be matched with; it is left to the person who typed it in.

        :param items: `collection.item` the money is for
        :param currency: `res.currency` of the amount
        :param journal: `account.journal`
        :param day: the date of the payment
        :param memo: what the payment says
        :returns: `account.payment`, posted, with all rights: its callers show only its name
        """
        self.ensure_one()
        # sudo: callers have checked that the user may take money on this case; amount and journal are
        # not the user's choice but the paper's and the company's
        lines = items.sudo().filtered(lambda item: item.state == "open" and item.residual > 0).move_line_id
        lines = lines.sorted(lambda line: (line.date_maturity or line.date, line.id))
        account = lines[:1].account_id
        values = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": (self.branch_id or self.partner_id).id,
            "company_id": journal.company_id.id,
            "journal_id": journal.id,
            "currency_id": currency.id,
            "amount": amount,
            "date": day,
            "memo": memo,
        }
        if account:
            values["destination_account_id"] = account.id
        payment = self.env["account.payment"].sudo().with_company(self.company_id).create(values)
        payment.action_post()
        received = payment.move_id.line_ids.filtered(lambda line: line.account_id == payment.destination_account_id)
        payable = lines.filtered(lambda line: line.account_id == account and not line.reconciled)
        if received and payable:
            (received + payable).reconcile()
        return payment
