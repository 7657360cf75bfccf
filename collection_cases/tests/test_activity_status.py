from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestActivityStatus(CollectionCommon):
    """States that an activity of a type may have (F65 to F68)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env.ref("collection_cases.mail_activity_type_call")
        cls.not_started = cls.env.ref("collection_cases.activity_status_not_started")
        cls.completed = cls.env.ref("collection_cases.activity_status_completed")
        cls.prepared = cls.env["collection.activity.status"].create({"name": "Prepared", "kind": "open"})
        cls._invoice()
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _demand_preparation(self):
        self.env["collection.activity.type.status"].create(
            {
                "activity_type_id": self.call.id,
                "status_id": self.prepared.id,
                "sequence": 15,
                "previous_status_id": self.not_started.id,
            }
        )
        last = self.call.collection_status_line_ids.filtered(lambda line: line.status_id == self.completed)
        last.previous_status_id = self.prepared

    def _activity(self):
        return self.case._plan(self.call, self.today, user=self.collector)

    def test_new_activity_starts_with_the_default_in_the_types_order(self):
        activity = self._activity()
        self.assertEqual(activity.collection_status_id, self.not_started)
        self.assertEqual(activity.collection_status_ids, self.not_started + self.completed)

    def test_marking_done_anywhere_gives_the_default_done_status(self):
        activity = self._activity()
        activity.with_user(self.collector).action_feedback("spoke with them")
        self.assertEqual((activity.active, activity.collection_status_id), (False, self.completed))

    def test_choosing_a_done_status_marks_the_activity_done(self):
        activity = self._activity()
        activity.with_user(self.collector).collection_status_id = self.completed
        self.assertFalse(activity.active)
        self.assertEqual(self.case.state, "in_progress")
        self.assertEqual(self.case.action_ids.activity_id, activity)

    def test_jump_over_a_required_status_is_refused_with_its_name(self):
        self._demand_preparation()
        activity = self._activity()
        with self.assertRaisesRegex(UserError, "“Completed” needs “Prepared” first"):
            activity.collection_status_id = self.completed
        with self.assertRaisesRegex(UserError, "“Prepared” first"):
            activity.action_feedback("done anyway")
        activity.collection_status_id = self.prepared
        activity.collection_status_id = self.not_started
        activity.collection_status_id = self.completed
        self.assertFalse(activity.active, "Prepared was reached before, going back does not undo that")

    def test_new_types_default_counts_as_reached(self):
        self._demand_preparation()
        visit = self.env.ref("collection_cases.mail_activity_type_visit")
        begun = self.env["collection.activity.status"].create({"name": "On the way", "kind": "open"})
        visit.collection_status_line_ids.filtered("is_default").filtered(lambda line: line.kind == "open").unlink()
        visit.collection_status_line_ids = [Command.create({"status_id": begun.id, "is_default": True, "sequence": 1})]
        activity = self._activity()
        self.assertEqual(activity.collection_reached_ids, self.not_started)
        activity.with_user(self.collector).write({"activity_type_id": visit.id})
        self.assertEqual(activity.collection_status_id, begun)
        self.assertEqual(activity.collection_reached_ids, self.not_started + begun)

    def test_type_and_status_are_changed_together(self):
        visit = self.env.ref("collection_cases.mail_activity_type_visit")
        visit.collection_status_line_ids = [Command.create({"status_id": self.prepared.id})]
        activity = self._activity()
        activity.write({"activity_type_id": visit.id, "collection_status_id": self.prepared.id})
        self.assertEqual(activity.collection_reached_ids, self.not_started + self.prepared)
        with self.assertRaisesRegex(UserError, "of the type Collection call cannot be “Prepared”"):
            activity.write({"activity_type_id": self.call.id, "collection_status_id": self.prepared.id})

    def test_status_that_was_left_was_reached(self):
        self._demand_preparation()
        last = self.call.collection_status_line_ids.filtered(lambda line: line.status_id == self.completed)
        last.previous_status_id = self.not_started
        activity = self._activity()
        activity.collection_status_id = self.prepared
        activity.action_feedback("done")
        self.assertFalse(activity.active)

    def test_status_of_another_type_is_refused(self):
        activity = self._activity()
        with self.assertRaisesRegex(UserError, "cannot be “Prepared”. Choose one of: Not started, Completed"):
            activity.collection_status_id = self.prepared

    def test_types_are_kept_consistent(self):
        lines = self.call.collection_status_line_ids
        with self.assertRaisesRegex(ValidationError, "two defaults"), self.env.cr.savepoint():
            self.call.collection_status_line_ids = [Command.create({"status_id": self.prepared.id, "is_default": True})]
        with self.assertRaisesRegex(ValidationError, "does not have"), self.env.cr.savepoint():
            lines[1].previous_status_id = self.prepared
        with self.assertRaisesRegex(ValidationError, "nothing can be required before it"), self.env.cr.savepoint():
            lines[0].previous_status_id = self.completed
        lines[1].previous_status_id = self.not_started
        lines[0].is_default = False
        with self.assertRaisesRegex(ValidationError, "in a circle"):
            lines[0].previous_status_id = self.completed

    def test_new_type_gets_the_two_advised_statuses(self):
        kind = self.env["mail.activity.type"].new({"name": "Fax", "collection_participates": True})
        kind._onchange_collection_participates()
        self.assertEqual(kind.collection_status_line_ids.status_id, self.not_started + self.completed)
