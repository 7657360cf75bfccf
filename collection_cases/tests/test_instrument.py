import psycopg2
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..engine import blocks
from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestInstrument(CollectionCommon):
    """Cheques and bills, from the drawer to the bank's answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(100, due=-30)
        cls._invoice(50, due=-10)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.first, cls.second = cls.case.item_ids.sorted("due_date")

    def _cheque(self, amount=120.0, user=None, **vals):
        instruments = self.env["collection.instrument"].with_user(user or self.collector)
        return instruments.create(
            {"case_id": self.case.id, "number": "1001", "amount": amount, "due_date": "2026-03-20", **vals}
        )

    def _clearing_journal(self):
        self.company.collection_cheque_journal_id = self.company_data["default_journal_bank"]

    def _refused(self, text, **vals):
        before = self.env["collection.instrument"].search_count([])
        with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
            self._cheque(**vals)
        self.assertEqual(self.env["collection.instrument"].search_count([]), before)

    # === taking it === #

    def test_what_is_not_said_follows_from_the_case(self):
        cheque = self._cheque(bank=" Alpha   Bank ", number=" 10 01 ")
        self.assertRecordValues(
            cheque,
            [
                {
                    "state": "received",
                    "number": "1001",
                    "bank": "Alpha Bank",
                    "drawer": "Alpha",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "currency_id": self.company.currency_id.id,
                    "user_id": self.collector.id,
                }
            ],
        )
        self.assertEqual(cheque.item_ids, self.first + self.second)
        self.assertIn("received, payable on 03/20/2026", self.case.message_ids[0].body)

    def test_nothing_is_sent_for_money_in_the_drawer(self):
        cheque = self._cheque(120)
        found = (self.first + self.second)._block_reasons(self.today)
        (whole,), (part,) = found[self.first.id], found[self.second.id]
        self.assertEqual((whole.code, float(whole.amount)), (blocks.CHEQUE, 100))
        self.assertEqual((part.code, float(part.amount)), (blocks.CHEQUE, 20))
        self.assertEqual(whole.until, cheque.due_date.replace(day=25))  # and five days of grace
        self.assertEqual(self.second.amount_free, 30)
        self.assertIn("A cheque or bill for it is being collected", self.case.block_text)
        self.assertIn("Cheque 1001", self.case.block_text)
        self.assertEqual(self.case.amount_instruments, 120)

    def test_after_its_date_and_the_grace_the_debt_is_collected_again(self):
        self._cheque(120)
        self.assertFalse(self.first._block_reasons(self.today.replace(day=26)))
        self.company.collection_cheque_grace_days = 10
        self.assertTrue(self.first._block_reasons(self.today.replace(day=26)))

    def test_bad_input_is_refused_with_a_sentence(self):
        self._refused("above zero", amount=0)
        self._refused("above zero", amount=-5)
        self._refused("more than is open", amount=151)
        self._refused("more than 2 years away", due_date="2028-03-11")
        self._refused("today at the latest", received_date="2026-03-11")
        self._refused("number printed", number="  ")
        other = self._invoice(70, partner=self.other_customer)
        item = self._refreshed_case(self.other_customer).item_ids
        self.assertEqual(item.move_line_id.move_id, other)
        self._refused("belongs to another case", amount=5, item_ids=[Command.set(item.ids)])

    def test_one_currency_each(self):
        foreign = self.setup_other_currency("EUR", rates=[("2026-01-01", 2.0)])
        self._invoice(40, currency=foreign)
        self.refresh.run()
        euros = self.case.item_ids.filtered(lambda item: item.currency_id == foreign)
        self._refused("one currency", amount=5, item_ids=[Command.set((euros + self.first).ids)])
        cheque = self._cheque(30, item_ids=[Command.set(euros.ids)])
        self.assertEqual(cheque.currency_id, foreign)

    def test_the_same_cheque_is_known_again(self):
        self._cheque(10, bank="Alpha Bank")
        self._refused("is here already", amount=10, bank="Alpha  Bank")
        self._cheque(10, bank="Other Bank")
        self._cheque(10, kind="bill", bank="Alpha Bank")

    def test_the_index_refuses_the_same_cheque_too(self):
        cheque = self._cheque(10)
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            cheque.sudo().copy({"number": "1002"}).number = "1001"
            self.env.flush_all()

    def test_two_cheques_together_are_not_above_what_is_open(self):
        self._cheque(120)
        self._refused("only .*30.00 is not covered by another", amount=40, number="1002")
        self._cheque(30, number="1002")

    def test_what_is_written_on_it_can_be_mended_while_it_is_here(self):
        cheque = self._cheque(120)
        cheque.amount = 110
        cheque.number = "20 02"
        self.assertEqual(cheque.number, "2002")
        with self.assertRaisesRegex(UserError, "more than is open"), self.env.cr.savepoint():
            cheque.amount = 500
        with self.assertRaisesRegex(UserError, "buttons"), self.env.cr.savepoint():
            cheque.state = "cleared"
        cheque.action_deposit()
        with self.assertRaisesRegex(UserError, "stays"), self.env.cr.savepoint():
            cheque.amount = 100
        cheque.note = "still a note"

    def test_state_cannot_be_typed_in_when_it_is_made(self):
        cheque = self._cheque(10, state="cleared", payment_id=1, bounce_cost=5)
        self.assertRecordValues(cheque, [{"state": "received", "bounce_cost": 0}])
        self.assertFalse(cheque.payment_id)
        by_context = self.env["collection.instrument"].with_user(self.collector)
        by_context = by_context.with_context(default_state="cleared", collection_taken_in_the_field=True)
        with self.assertRaisesRegex(UserError, "is not covered"):
            by_context.create({"case_id": self.case.id, "number": "7", "amount": 9999, "due_date": TODAY})

    def test_the_form_proposes_what_is_open(self):
        action = self.case.with_user(self.collector).action_instrument()
        with Form(
            self.env["collection.instrument"].with_user(self.collector).with_context(**action["context"])
        ) as form:
            self.assertEqual(form.amount, 150)
            form.number = "77"
        self.assertEqual(form.record.item_ids, self.first + self.second)

    # === its road === #

    def test_steps_are_in_the_history_of_the_case_and_never_deleted(self):
        cheque = self._cheque()
        with self.assertRaisesRegex(UserError, "Deposit it first"):
            cheque.action_bounce()
        cheque.action_deposit()
        self.assertEqual((cheque.state, cheque.deposited_date), ("deposited", self.today))
        self.assertIn("deposited", self.case.message_ids[0].body)
        for wrong in ("action_deposit", "action_return"):
            with self.assertRaises(UserError):
                getattr(cheque, wrong)()
        with self.assertRaisesRegex(UserError, "history"):
            cheque.unlink()

    def test_unmoved_one_entered_by_mistake_is_deleted(self):
        self._cheque().unlink()
        self.assertFalse(self.case.instrument_ids)

    def test_given_back_the_debt_is_collected_again(self):
        cheque = self._cheque()
        cheque.action_return()
        self.assertFalse(self.first._block_reasons(self.today))
        self._cheque()  # the same number may come again

    def test_cleared_with_a_journal_is_booked_and_matched(self):
        self._clearing_journal()
        cheque = self._cheque(120)
        cheque.action_deposit()
        cheque.with_user(self.env.user).action_clear()
        self._commit()
        payment = cheque.payment_id
        self.assertRecordValues(payment, [{"amount": 120, "payment_type": "inbound", "partner_id": self.customer.id}])
        self.assertEqual(payment.journal_id, self.company_data["default_journal_bank"])
        self.assertEqual((self.first.residual, self.second.residual), (0, 30))
        self.assertEqual(self.case.amount_open, 30)
        self.assertFalse(self.second._block_reasons(self.today))
        self.assertProven()

    def test_cleared_without_a_journal_waits_for_accounting_and_keeps_quiet(self):
        cheque = self._cheque(120)
        cheque.action_clear()
        self.assertFalse(cheque.payment_id)
        self.assertEqual(self.first.residual, 100)
        (block,) = self.first._block_reasons(self.today)[self.first.id]
        self.assertEqual(block.code, blocks.CHEQUE)
        self.assertIn("not booked yet", self.case.block_text)
        # accounting books it, and says so
        payment = self._payment(120)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            cheque.payment_id = payment
        cheque.with_user(self.env.user).payment_id = payment
        self.assertFalse(self.first._block_reasons(self.today))

    def test_payment_of_somebody_else_cannot_be_linked(self):
        cheque = self._cheque(120).with_user(self.env.user)
        cheque.action_clear()
        with self.assertRaisesRegex(UserError, "Choose a payment of Alpha"):
            cheque.payment_id = self._payment(120, partner=self.other_customer)

    def test_collector_without_accounting_rights_books_nothing(self):
        self._clearing_journal()
        cheque = self._cheque(120)
        cheque.action_clear()
        self.assertFalse(cheque.payment_id)

    def test_bounced_after_clearing_reopens_the_completed_case_and_raises_it(self):
        self._clearing_journal()
        cheque = self._cheque(150).with_user(self.env.user)
        cheque.action_deposit()
        cheque.action_clear()
        self._commit()
        self.assertEqual(self.case.state, "completed")
        cheque.action_bounce()
        wizard = self.env["collection.instrument.bounce"].create(
            {"instrument_id": cheque.id, "reason": "insufficient funds", "cost": 12}
        )
        answer = wizard.action_confirm()
        self._commit()
        self.assertRecordValues(
            cheque, [{"state": "bounced", "bounce_reason": "insufficient funds", "bounce_cost": 12}]
        )
        self.assertEqual(cheque.payment_id.state, "canceled")
        self.assertEqual(self.case.state, "in_progress")
        self.assertEqual(self.case.amount_overdue, 150)
        activity = self.case.activity_ids
        self.assertEqual(activity.activity_type_id.name, "Cheque bounced")
        self.assertEqual(activity.user_id, self.collector)
        self.assertIn("insufficient funds", activity.summary)
        self.assertIn("is raised", answer["params"]["message"])
        self.assertProven()

    def test_bounce_counts_like_a_broken_promise(self):
        self.case._plan(self.env.ref("collection_cases.mail_activity_type_call"), self.today)
        self.refresh.run()
        before = dict(self.case.priority_parts)
        cheque = self._cheque(50)
        cheque.action_deposit()
        cheque._bounce("stopped")
        self.refresh.run()
        self.assertNotIn("broken", before)
        self.assertEqual(dict(self.case.priority_parts)["broken"], 10)
        self.assertIn("a cheque bounced", self.case.priority_reason.lower())

    def test_bounce_is_escalated_to_the_head(self):
        head = self._user("hana", "collection_cases.group_collection_user")
        department = self.env["hr.department"].sudo().create({"name": "North", "company_id": False})
        employees = self.env["hr.employee"].sudo()
        for user in (head, self.collector):
            employees.create(
                {"name": user.name, "user_id": user.id, "company_id": self.company.id, "department_id": department.id}
            )
        department.manager_id = head.sudo().employee_ids
        self.case.department_id = department
        cheque = self._cheque(50)
        cheque.action_deposit()
        cheque._bounce("stopped")
        kinds = {activity.user_id: activity.activity_type_id.name for activity in self.case.activity_ids}
        self.assertEqual(kinds, {self.collector: "Cheque bounced", head: "Escalation"})

    def test_bounce_of_what_was_never_booked_says_so_when_the_case_is_completed(self):
        cheque = self._cheque(150)
        cheque.action_clear()
        self._match(self._payment(150), *self.case.item_ids.move_line_id.move_id)
        self._commit()
        self.assertEqual(self.case.state, "completed")
        answer = cheque._bounce("stopped")
        self.assertEqual(self.case.state, "completed")
        self.assertIn("nothing could be opened again", answer)
        self.assertIn("nothing could be opened again", self.case.message_ids[0].body)

    def test_collector_cannot_take_a_payment_back(self):
        self._clearing_journal()
        cheque = self._cheque(150)
        cheque.with_user(self.env.user).action_clear()
        with self.assertRaisesRegex(UserError, "needs accounting rights"):
            cheque.with_user(self.collector)._bounce("stopped")
        self.assertEqual(cheque.state, "cleared")
        self.assertNotEqual(cheque.payment_id.state, "canceled")

    def test_colleagues_and_sales_people_take_no_cheque(self):
        for user in (self.other_collector, self.sales):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._cheque(10, user=user)

    def test_branch_is_credited(self):
        customer = self._participant("Gamma", "per_branch", debt_manager_id=self.collector.id)
        branch = self.env["res.partner"].create({"name": "North", "parent_id": customer.id, "type": "invoice"})
        self._invoice(80, partner=branch)
        self.refresh.run()
        case = self._case(customer, branch_id=branch.id)
        self._clearing_journal()
        cheque = self.env["collection.instrument"].create(
            {"case_id": case.id, "number": "9", "amount": 80, "due_date": TODAY}
        )
        cheque.action_clear()
        self._commit()
        self.assertEqual(cheque.payment_id.partner_id, branch)
        self.assertEqual(case.state, "completed")
