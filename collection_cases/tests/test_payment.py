from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestPayment(CollectionCommon):
    """Paying from the case, through Odoo's own wizard."""

    def _register(self, case, **vals):
        action = case.action_register_payment()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        for name, value in vals.items():
            setattr(form, name, value)
        return form.save()

    def test_payment_from_the_case_pays_exactly_its_items(self):
        self._invoice(100)
        self._invoice(60, due=-40)
        outside = self._invoice(999, due=30)
        case = self._refreshed_case()
        wizard = self._register(case)
        self.assertEqual(wizard.amount, 160)
        wizard.action_create_payments()
        self._commit()
        self.assertRecordValues(case, [{"state": "completed", "close_reason": "paid", "amount_open": 0}])
        self.assertEqual(set(case.item_ids.mapped("state")), {"settled"})
        self.assertEqual(outside.amount_residual, 999)
        self.assertProven()

    def test_credits_of_the_case_are_taken_off(self):
        invoice = self._invoice(100)
        credit = self._credit(30)
        case = self._refreshed_case()
        wizard = self._register(case)
        self.assertEqual(wizard.amount, 70)
        wizard.action_create_payments()
        self._commit()
        self.assertEqual((case.state, case.close_reason), ("completed", "paid"))
        self.assertEqual((invoice.amount_residual, credit.amount_residual), (0, 0))
        self.assertProven()

    def test_part_payment_leaves_the_rest(self):
        self._invoice(100)
        case = self._refreshed_case()
        self._register(case, amount=40).action_create_payments()
        self._commit()
        self.assertRecordValues(case, [{"state": "not_started", "amount_open": 60, "amount_overdue": 60}])

    def test_instalment_is_paid_alone(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "30/70",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 30, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 70, "nb_days": 60}),
                ],
            }
        )
        invoice = self._invoice(100, due=-10, terms=terms)
        case = self._refreshed_case()
        wizard = self._register(case)
        self.assertEqual(wizard.amount, 30)
        wizard.action_create_payments()
        self._commit()
        self.assertEqual((case.state, invoice.amount_residual), ("completed", 70))

    def test_nothing_to_pay_says_so(self):
        case = self.env["collection.case"].create({"partner_id": self.customer.id})
        self.env["collection.item"].create({"case_id": case.id, "name": "Advance", "amount": 5})
        with self.assertRaisesRegex(UserError, "nothing to pay"):
            case.action_register_payment()
