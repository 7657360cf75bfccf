from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestLogContact(CollectionCommon):
    """One dialog logs a contact with all that follows; what is done elsewhere is logged too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env.ref("collection_cases.mail_activity_type_call")
        cls.channel = cls.env.ref("collection_cases.channel_call")
        cls.channel.write({"unit_cost": 0.5, "cost_per_minute": 0.8})
        cls.invoice = cls._invoice(100)
        cls.late = cls._invoice(40, due=-40)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _dialog(self, outcome, **values):
        """Return the saved dialog, filled in by the collector as the form does it."""
        action = self.case.with_user(self.collector).action_log_contact()
        wizard = self.env["collection.log.contact"].with_user(self.collector).browse(action["res_id"])
        with Form(wizard) as form:
            form.outcome_id = self.env.ref(f"collection_cases.outcome_{outcome}")
            for name, value in values.items():
                setattr(form, name, value)
        return wizard

    def test_no_answer_again_tomorrow(self):
        activity = self.case._plan(self.call, self.today, user=self.collector)
        wizard = self._dialog("no_answer")
        self.assertEqual(wizard.activity_id, activity, "logging does the planned call")
        wizard.action_log()
        self.assertFalse(activity.active)
        self.assertRecordValues(
            self.case.action_ids,
            [
                {
                    "channel_id": self.channel.id,
                    "outcome_id": self.env.ref("collection_cases.outcome_no_answer").id,
                    "user_id": self.collector.id,
                    "state": "done",
                    "cost": 0.5,
                    "activity_id": activity.id,
                }
            ],
        )
        following = self.case.activity_ids
        self.assertEqual(following.activity_type_id, self.call)
        self.assertEqual(following.date_deadline, self.today + timedelta(days=1))
        self.assertEqual(self.case.state, "in_progress")

    def test_from_the_activity_itself(self):
        first = self.case._plan(self.call, self.today, user=self.collector)
        later = self.case._plan(self.call, self.today + timedelta(days=9), user=self.collector)
        action = later.with_user(self.collector).action_log_collection_contact()
        wizard = self.env["collection.log.contact"].with_user(self.collector).browse(action["res_id"])
        wizard.outcome_id = self.env.ref("collection_cases.outcome_refused")
        wizard.next_activity_type_id = False
        wizard.action_log()
        self.assertEqual((first.active, later.active), (True, False))
        other = self.customer.activity_schedule("mail.mail_activity_data_todo", user_id=self.collector.id)
        with self.assertRaisesRegex(UserError, "on a collection case"):
            other.with_user(self.collector).action_log_collection_contact()
        with self.assertRaises(AccessError):
            first.with_user(self.other_collector).action_log_collection_contact()

    def test_cost_is_per_contact_and_per_minute(self):
        self._dialog("reached", minutes=4, note="They will look").action_log()
        self.assertEqual(self.case.action_ids.cost, 0.5 + 4 * 0.8)
        self.assertEqual(self.case.action_cost, 3.7)
        self.channel.cost_per_minute = 100
        self.assertEqual(self.case.action_ids.cost, 3.7, "history keeps the cost of its time")

    def test_promise_from_the_dialog(self):
        day = self.today + timedelta(days=5)
        wizard = self._dialog("promised", promise_date=day)
        self.assertEqual(wizard.promise_amount, 140)
        wizard.action_log()
        promise = self.case.promise_ids
        self.assertRecordValues(promise, [{"amount": 140, "date": day, "state": "open", "user_id": self.collector.id}])
        self.assertEqual(promise.action_id, self.case.action_ids)
        self.assertEqual((self.case.state, self.case.amount_promised), ("promise", 140))

    def test_promise_for_chosen_items_only(self):
        wizard = self._dialog("promised", promise_date=self.today)
        wizard.line_ids.filtered(lambda line: line.residual == 100).is_chosen = False
        self.assertEqual(wizard.promise_amount, 40)
        wizard.action_log()
        self.assertEqual(self.case.promise_ids.item_ids.name, self.late.name)

    def test_dispute_from_the_dialog(self):
        reason = self.env.ref("collection_cases.dispute_reason_price")
        wizard = self._dialog("complaint", dispute_reason_id=reason, note="Price was 70")
        line = wizard.line_ids.filtered(lambda line: line.residual == 100)
        (wizard.line_ids - line).is_chosen = False
        line.amount = 30
        wizard.action_log()
        dispute = self.case.dispute_ids
        self.assertRecordValues(dispute.line_ids, [{"amount": 30}])
        self.assertEqual((dispute.note, dispute.action_id), ("Price was 70", self.case.action_ids))

    def test_wrong_contact_names_the_right_one(self):
        wizard = self._dialog("wrong_contact", new_contact_name="Rita", new_contact_phone="+30 210 22")
        wizard.action_log()
        self.assertEqual(self.case.payment_contact_id.name, "Rita")
        self.assertEqual(self.case.payment_contact_phone, "+30 210 22")
        self.assertTrue(self.customer.collection_contact_ids.is_primary)
        self.assertEqual(self.case._resolve_addressee(self.channel)["partner"].name, "Rita")

    def test_call_back_on_a_day(self):
        wizard = self._dialog("call_back")
        self.assertEqual(wizard.next_date, self.today + timedelta(days=5))
        wizard.next_date = self.today + timedelta(days=2)
        wizard.action_log()
        self.assertEqual(self.case.activity_ids.date_deadline, self.today + timedelta(days=2))

    def test_log_and_next_goes_on_by_priority(self):
        self._invoice(900, due=-80, partner=self.other_customer)
        self.refresh.run()
        self.case._plan(self.call, self.today, user=self.collector)
        action = self._dialog("no_answer").action_log_and_next()
        self.assertEqual(action["res_id"], self._case(self.other_customer).id)
        self._case(self.other_customer)._plan(self.call, self.today + timedelta(days=3), user=self.collector)
        action = self._dialog("no_answer").action_log_and_next()
        self.assertIn("Nothing else", action["params"]["message"])

    def test_bad_input_writes_nothing(self):
        yesterday = self.today - timedelta(days=1)
        for outcome, values, message in (
            ("reached", {"minutes": -1}, "cannot be negative"),
            ("promised", {"promise_date": yesterday}, "has passed"),
            ("promised", {"promise_date": self.today, "promise_amount": 500}, "more than is open"),
            ("reached", {"next_date": yesterday}, "has passed"),
        ):
            wizard = self._dialog(outcome, **values)
            with self.subTest(message), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                wizard.action_log()
        self.env.invalidate_all()
        self.assertFalse(self.case.action_ids)
        self.assertFalse(self.case.activity_ids)
        self.assertEqual(self.case.state, "not_started")

    def test_outcome_is_asked_for(self):
        wizard = self.env["collection.log.contact"].browse(self.case.action_log_contact()["res_id"])
        with self.assertRaisesRegex(UserError, "how the contact ended"):
            wizard.action_log()

    def test_activity_done_elsewhere_is_logged_once(self):
        activity = self.case._plan(self.call, self.today, user=self.collector)
        activity.with_user(self.collector).action_feedback("Spoke with Maria")
        self.assertRecordValues(
            self.case.action_ids,
            [{"note": "Spoke with Maria", "user_id": self.collector.id, "state": "done", "cost": 0.5}],
        )

    def test_cancelled_and_postponed_work_is_in_the_history_and_costs_nothing(self):
        activity = self.case._plan(self.call, self.today, user=self.collector)
        activity.with_user(self.collector).action_reschedule_tomorrow()
        activity.with_user(self.collector).unlink()
        self.assertEqual(self.case.action_ids.mapped("state"), ["skipped", "skipped"])
        self.assertIn("Postponed from 03/10/2026 to 03/11/2026", self.case.action_ids.mapped("reason"))
        self.assertEqual(self.case.action_cost, 0)

    def test_cancelled_by_completion_says_so(self):
        self.case._plan(self.call, self.today, user=self.collector)
        self._match(self.invoice, self._payment(100))
        self._match(self.late, self._payment(40))
        self._commit()
        self.assertEqual(self.case.action_ids.reason, "The case is completed")

    def test_over_the_api(self):
        case = self.case.with_user(self.collector)
        id_ = case.log_contact("call", "refused", minutes=2, note="No", next_activity=self.call.id)
        self.assertEqual(case.action_ids.id, id_)
        self.assertTrue(case.activity_ids)
        with self.assertRaisesRegex(UserError, "There is no channel “fax”. Use one of: call"):
            case.log_contact("fax", "refused")
        with self.assertRaisesRegex(UserError, "after it happened"):
            case.log_contact("call", "refused", date="2030-01-01 10:00:00")

    def test_strangers_log_nothing(self):
        for user in (self.other_collector, self.sales):
            with self.assertRaises(AccessError):
                self.case.with_user(user).log_contact("call", "refused")
            with self.assertRaises(AccessError):
                self.case.with_user(user).action_log_contact()

    def test_history_is_not_typed_in_nor_changed(self):
        self.case.with_user(self.collector).log_contact("call", "refused")
        action = self.case.action_ids
        values = {"case_id": self.case.id, "channel_id": self.channel.id}
        for user in (self.collector, self.env.user):
            with self.assertRaises(AccessError):
                self.env["collection.action"].with_user(user).create(values)
            with self.assertRaises(AccessError):
                action.with_user(user).write({"note": "Something else"})
            with self.assertRaises(AccessError):
                action.with_user(user).unlink()
        with self.assertRaisesRegex(UserError, "provable"):
            action.sudo().unlink()
