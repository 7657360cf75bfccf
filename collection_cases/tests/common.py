"""The test kit of the collection addons; upper addons build on `CollectionCommon`."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

TODAY = "2026-03-10"
"""Tests of this kit live on this day (a Tuesday)."""


@freeze_time(TODAY)
class CollectionCommon(AccountTestInvoicingCommon):
    """A company with two customers that take part, a collector, a manager, and a ledger to fill.

    `self.env` is the collections manager, who also keeps the books.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.to_date(TODAY)
        cls.company = cls.company_data["company"]
        cls.env.user.group_ids += cls.env.ref("collection_cases.group_collection_manager")
        cls.collector = cls._user("kate", "collection_cases.group_collection_user")
        cls.other_collector = cls._user("oleg", "collection_cases.group_collection_user")
        cls.sales = cls._user("sally", "collection_cases.group_collection_reader")
        cls.customer = cls._participant("Alpha", debt_manager_id=cls.collector.id)
        cls.other_customer = cls._participant("Beta", debt_manager_id=cls.collector.id)
        cls.refresh = cls.env["collection.refresh"]

    @classmethod
    def default_env_context(cls):
        return {}  # chatter and tracking as in real life

    @classmethod
    def _user(cls, login, groups, company=None):
        company = company or cls.company_data["company"]
        return new_test_user(
            cls.env,
            login,
            groups=f"base.group_user,{groups}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _participant(cls, name, participation="yes", **vals):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "collection_participation": participation, **vals}
        )

    @classmethod
    def _invoice(cls, amount=100.0, due=-10, partner=None, *, currency=None, terms=None, post=True, **vals):
        """Return an invoice, posted unless said otherwise.

        :param due: days from today to the due date; negative is overdue
        :param terms: a payment term instead of a due date; the invoice is dated `due` days from today
        """
        date = fields.Date.to_date(TODAY) + timedelta(days=due)
        line = {"name": "Goods", "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]}
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_date": date if terms else min(date, fields.Date.to_date(TODAY)),
                "invoice_date_due": False if terms else date,
                "invoice_payment_term_id": terms.id if terms else False,
                "currency_id": (currency or cls.company_data["company"].currency_id).id,
                "invoice_line_ids": [Command.create(line)],
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _credit(cls, amount=100.0, partner=None, **vals):
        """Return a posted credit note that is matched with nothing."""
        move = cls._invoice(amount, 0, partner, post=False, move_type="out_refund", **vals)
        move.action_post()
        return move

    @classmethod
    def _payment(cls, amount=100.0, partner=None, **vals):
        """Return a posted customer payment that is matched with nothing."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or cls.customer).id,
                "amount": amount,
                "date": TODAY,
                "journal_id": cls.company_data["default_journal_bank"].id,
                **vals,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def _receivable(cls, record):
        """Return the receivable lines of an invoice or a payment."""
        move = record if record._name == "account.move" else record.move_id
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def _match(self, *records):
        """Match invoices, credit notes and payments with each other."""
        lines = self.env["account.move.line"]
        for record in records:
            lines |= self._receivable(record)
        lines.reconcile()
        return lines

    def _commit(self):
        """Do what a commit would: flush, and run what waits for it."""
        self.env.cr.flush()

    def _case(self, partner=None, **domain):
        """Return the open case of a customer (empty when there is none)."""
        found = [("partner_id", "=", (partner or self.customer).id), ("state", "!=", "completed")]
        return self.env["collection.case"].search(found + [(name, "=", value) for name, value in domain.items()])

    def _refreshed_case(self, partner=None):
        """Refresh and return the open case of a customer."""
        self.refresh.run()
        return self._case(partner)

    def assertProven(self):
        """Every amount shown equals the ledger's."""
        self.assertEqual(self.refresh.check(), [])
