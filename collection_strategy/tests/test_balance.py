"""Balance confirmations: what was open on a day, whatever happened later, and the answer."""

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.collection_cases.tests.common import TODAY

from .common import StrategyCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestBalance(StrategyCommon):
    def _make(self, day="2026-02-28", partners=None):
        return self.env["collection.balance"]._make(self.company, partners or self.customer, fields.Date.to_date(day))

    def test_balance_of_a_day_that_has_passed(self):
        paid_later = self._invoice(100, due=-30)
        self._match(paid_later, self._payment(100, date="2026-03-05"))
        paid_before = self._invoice(70, due=-30)
        self._match(paid_before, self._payment(70, date="2026-02-20"))
        partly = self._invoice(50, due=-20)
        self._match(partly, self._payment(20, date="2026-02-25"))
        self._invoice(999, due=0)  # after the day
        self._commit()
        record = self._make()
        self.assertEqual(record.balance_text.replace("\xa0", " "), "$ 130.00")
        self.assertTrue(record.attachment_id.sudo().raw.startswith(b"%PDF"))

    def test_once_for_a_day(self):
        self._invoice(100, due=-30)
        first = self._make()
        self.assertEqual(self._make(), first)

    def test_currencies_are_not_added(self):
        euro = self.setup_other_currency("EUR")
        self._invoice(100, due=-30)
        self._invoice(50, due=-30, currency=euro)
        self.assertIn(" + ", self._make().balance_text)

    def test_nothing_open_and_days_ahead_are_told(self):
        with self.assertRaisesRegex(UserError, "Nobody"), self.env.cr.savepoint():
            self._make()
        with self.assertRaisesRegex(UserError, "has passed"):
            self._make("2026-03-11")

    def test_answer(self):
        self._invoice(100, due=-30)
        record = self._make()
        with self.assertRaisesRegex(UserError, "what differs"):
            record.action_differs()
        record.answer_note = "INV/1: paid"
        record.action_differs()
        self.assertEqual((record.state, record.answer_date), ("differs", self.today))

    def test_from_the_list_of_customers(self):
        self._invoice(100, due=-30)
        wizard = (
            self.env["collection.balance.make"]
            .with_context(active_model="res.partner", active_ids=self.customer.ids)
            .create({})
        )
        self.assertEqual(fields.Date.to_string(wizard.date), "2026-02-28")
        action = wizard.action_make()
        self.assertEqual(self.env["collection.balance"].search(action["domain"]).partner_id, self.customer)
        with self.assertRaises(AccessError):
            wizard.with_user(self.collector).action_make()
