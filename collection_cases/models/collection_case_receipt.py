from odoo import fields, models
from odoo.exceptions import UserError


class CollectionCase(models.Model):
    """Taking money at the debtor's door."""

    _inherit = "collection.case"

    receipt_ids = fields.One2many("collection.receipt", "case_id", "Receipts")

    def _take_money(self, method, amount, *, items=None, date=None, activity=None, cheque=None, **details):
        """Take money: give a receipt, log the visit, book it or lay the cheque into the drawer.

        The money is in the collector's hand, so it is never refused for what the debt has become by now:
        what is above it stays an open credit, and the answer says so.

        :param method: `cash` or `cheque`
        :param amount: Decimal, above zero
        :param items: `collection.item` it is for; the case's debts, oldest first, when empty
        :param date: naive UTC datetime, now when None
        :param activity: the visit it was taken on, may be empty
        :param cheque: values of the `collection.instrument`, for a cheque
        :param details: other values of the receipt: uuid, note, latitude, longitude
        :returns: (`collection.receipt`, list of sentences to be warned with)
        :raises UserError: items of another case or of two currencies, more cash than allowed
        """
        self.ensure_one()
        items = self._items_of_money(items)
        currency = items[:1].currency_id or self.currency_id
        if method == "cash":
            self._check_cash(amount, currency)
        parts, above = items._shares_of(float(amount))
        warnings = []
        if above:
            warnings.append(
                self.env._(
                    "%(above)s is more than is open: it stays as the customer's credit.",
                    above=currency.format(float(above)),
                )
            )
        visit = self.env["collection.channel"]._by_code("visit")
        received = self.env["collection.outcome"]._by_code("received")
        text = currency.format(float(amount))
        self._log_contact(
            visit,
            received,
            note=" · ".join(filter(None, (text, details.get("note")))),
            date=date,
            activity=activity,
            items=items,
        )
        # sudo: receipts are made by taking money only; callers have checked that the user works this case
        receipt = (
            self.env["collection.receipt"]
            .sudo()
            .create(
                {
                    **details,
                    "name": self.company_id._collection_receipt_number(),
                    "case_id": self.id,
                    "user_id": self.env.uid,
                    "department_id": self.env.user._collection_department(self.company_id).id,
                    "date": date or fields.Datetime.now(),
                    "method": method,
                    "currency_id": currency.id,
                    "amount": float(amount),
                    "item_ids": [fields.Command.set(items.ids)],
                    "allocation": [
                        {
                            "name": item.name,
                            "due_date": fields.Date.to_string(item.due_date),
                            "amount": float(parts[item.id]),
                        }
                        for item in items
                        if item.id in parts
                    ],
                }
            )
        )
        if method == "cheque":
            receipt.instrument_id = self._take_cheque(receipt, cheque or {})
        else:
            try:
                with self.env.cr.savepoint():
                    receipt.payment_id = self._book_cash(receipt)
            except UserError as refusal:
                # A locked period, for example. The money is in the collector's hand all the same.
                warnings.append(self.env._("Not booked yet, accounting has to: %s", refusal.args[0]))
        return receipt, warnings

    def _items_of_money(self, items):
        """Return what money is for: the chosen items, else the debts of the case in its main currency."""
        if items:
            if items.case_id - self:
                raise UserError(self.env._("%s belongs to another case.", (items - self.item_ids)[:1].name))
            if len(items.currency_id) > 1:
                raise UserError(self.env._("Take money for one currency at a time."))
            return items.sorted(lambda item: (item.due_date, item.id))
        owed = self._owed_items()
        return owed.filtered(lambda item: item.currency_id == owed[:1].currency_id)

    def _check_cash(self, amount, currency):
        # sudo: a limit of the company's is no secret
        company = self.company_id.sudo()
        limit = company.collection_cash_limit
        own = currency._convert(float(amount), company.currency_id, company, self._today())
        if limit and company.currency_id.compare_amounts(own, limit) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is more than may be taken in cash at once (%(limit)s). Take a cheque, or ask for a"
                    " bank transfer.",
                    amount=currency.format(float(amount)),
                    limit=company.currency_id.format(limit),
                )
            )

    def _take_cheque(self, receipt, cheque):
        values = {
            **cheque,
            "case_id": self.id,
            "amount": receipt.amount,
            "currency_id": receipt.currency_id.id,
            "item_ids": [fields.Command.set(receipt.item_ids.ids)],
            "received_date": self._today(),
            "due_date": cheque.get("due_date") or self._today(),
            "user_id": self.env.uid,
        }
        # sudo: as for the receipt; the paper is there whatever the debt has become
        instruments = self.env["collection.instrument"].sudo()
        return instruments.with_context(collection_taken_in_the_field=True).create(values)

    def _book_cash(self, receipt):
        """Book cash in the journal of the field collectors; empty when the company has none."""
        # sudo: which journal the company has set is no secret
        journal = self.company_id.sudo().collection_cash_journal_id
        if not journal:
            return receipt.payment_id
        day = fields.Datetime.context_timestamp(self, receipt.date).date()
        memo = self.env._("%(receipt)s, %(who)s", receipt=receipt.name, who=self.env.user.name)
        return self._receive_money(
            receipt.item_ids, receipt.amount, receipt.currency_id, journal, min(day, self._today()), memo
        )

    def _undo_payment(self, payment):
        """Cancel a payment, so that its matching is undone and the ledger opens the items again.

        :param payment: `account.payment`, may be empty or cancelled already
        :raises UserError: the bank statement has it
        """
        if not payment or payment.sudo().state in ("canceled", "rejected"):
            return  # sudo above: only whether there is anything to do
        if payment.reconciled_statement_line_ids:
            raise UserError(
                self.env._("%s is matched with a bank statement. Undo that in accounting first.", payment.name)
            )
        payment.action_draft()
        payment.action_cancel()
