from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestActivity(CollectionCommon):
    """Rule I10: a case's state follows the work."""

    def setUp(self):
        super().setUp()
        self._invoice()
        self.case = self._refreshed_case()

    def _plan(self, kind, user=None):
        return self.case.with_user(user or self.collector).activity_schedule(
            f"collection_cases.mail_activity_type_{kind}", user_id=(user or self.collector).id
        )

    def test_each_type_moves_the_case_to_its_state(self):
        expected = {
            "call": "in_progress",
            "visit": "in_progress",
            "letter": "in_progress",
            "email": "in_progress",
            "legal": "in_progress",
            "promise": "promise",
            "appointment": "promise",
        }
        for kind, state in expected.items():
            self.case.state = "not_started"
            self._plan(kind).action_feedback("done")
            self.assertEqual(self.case.state, state, kind)

    def test_chain_of_calls_promise_and_appointment(self):
        self._plan("call").action_feedback("Call back in 5 days")
        self.assertEqual(self.case.state, "in_progress")
        self._plan("promise").action_done()
        self.assertEqual(self.case.state, "promise")
        activity = self._plan("appointment")
        activity.action_archive()
        self.assertEqual(self.case.state, "promise")
        history = self.case.done_activity_ids
        self.assertEqual(
            set(history.activity_type_id.mapped("name")),
            {"Collection call", "Promise to pay", "Appointment to collect"},
        )

    def test_cancelled_activity_moves_nothing(self):
        self._plan("promise").unlink()
        self.assertEqual(self.case.state, "not_started")

    def test_type_that_does_not_take_part_moves_nothing(self):
        self.case.activity_schedule("mail.mail_activity_data_todo", user_id=self.collector.id).action_feedback("x")
        self.assertEqual(self.case.state, "not_started")

    def test_own_type_with_a_state(self):
        kind = self.env["mail.activity.type"].create(
            {
                "name": "Hand-shake",
                "res_model": "collection.case",
                "collection_participates": True,
                "collection_case_state": "promise",
            }
        )
        self.case.activity_schedule(activity_type_id=kind.id, user_id=self.collector.id).action_feedback("x")
        self.assertEqual(self.case.state, "promise")

    def test_work_that_would_complete_an_unpaid_case_is_noted_not_refused(self):
        kind = self.env.ref("collection_cases.mail_activity_type_legal")
        kind.collection_case_state = "completed"
        activity = self._plan("legal")
        activity.action_feedback("Handed to court")
        self.assertFalse(activity.active, "the work itself is done")
        self.assertEqual(self.case.state, "not_started")
        self.assertIn("still has 1 open items", "".join(self.case.message_ids.mapped("body")))

    def test_completing_cancels_planned_work(self):
        call = self._plan("call")
        other = self.case.activity_schedule("mail.mail_activity_data_todo", user_id=self.collector.id)
        self._match(self.env["account.move"].browse(self.case.item_ids.move_id.id), self._payment(100))
        self._commit()
        self.assertEqual(self.case.state, "completed")
        self.assertFalse(call.exists(), "nobody calls a customer who has paid")
        self.assertTrue(other.exists(), "what is no collection work stays")

    def test_work_done_on_a_completed_case_does_not_reopen_it(self):
        todo = self.env.ref("mail.mail_activity_data_todo")
        todo.write({"collection_participates": False})
        activity = self.case.activity_schedule("mail.mail_activity_data_todo", user_id=self.collector.id)
        self._match(self.case.item_ids.move_id, self._payment(100))
        self._commit()
        todo.write({"collection_participates": True, "collection_case_state": "in_progress"})
        activity.action_feedback("late note")
        self.assertEqual(self.case.state, "completed")
