from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestPriority(CollectionCommon):
    """Whom to work first, and the counts over My day."""

    def test_large_and_late_come_first_and_say_why(self):
        self._invoice(5000, due=-95)
        self._invoice(10, due=-2, partner=self.other_customer)
        self.refresh.run()
        cases = self.env["collection.case"].search([("user_id", "=", self.collector.id)])
        self.assertEqual(cases.mapped("partner_id"), self.customer + self.other_customer)
        self.assertEqual(cases.mapped("priority"), ["3", "1"])
        self.assertEqual(cases[0].priority_reason, "Among the larger debts, 95 days overdue, no next step planned")

    def test_planned_step_lowers_the_rank(self):
        self._invoice(100, due=-20)
        case = self._refreshed_case()
        before = case.priority_score
        case.activity_schedule("collection_cases.mail_activity_type_call", user_id=self.collector.id)
        self.refresh.run()
        self.assertEqual(before - case.priority_score, 10)

    def _with_one_to_come(self):
        """Return the case of one overdue item and one that is not due yet."""
        self._invoice(100, due=-20)
        coming = self._invoice(100, due=30)
        case = self._refreshed_case()
        case._attach_lines(self._receivable(coming))
        self.refresh.run()
        return case, case.item_ids.filtered(lambda item: item.move_id == coming)

    def test_what_is_contested_before_it_is_due_lowers_nothing(self):
        case, coming = self._with_one_to_come()
        before = case.priority_score
        reason = self.env.ref("collection_cases.dispute_reason_quality")
        self.env["collection.dispute"].create(
            {
                "case_id": case.id,
                "reason_id": reason.id,
                "line_ids": [Command.create({"item_id": coming.id, "amount": 100})],
            }
        )
        self.refresh.run()
        self.assertEqual((case.amount_disputed, case.priority_score), (100, before))
        self.env["collection.dispute"].create(
            {
                "case_id": case.id,
                "reason_id": reason.id,
                "line_ids": [Command.create({"item_id": (case.item_ids - coming).id, "amount": 100})],
            }
        )
        self.refresh.run()
        self.assertLess(case.priority_score, before, "the overdue one, too, waits now")

    def test_what_is_promised_before_it_is_due_lowers_nothing(self):
        case, coming = self._with_one_to_come()
        self._invoice(60, due=-5, partner=self.other_customer)
        self.refresh.run()
        before = case.priority_score
        promise = self.env["collection.promise"].create(
            {"case_id": case.id, "amount": 100, "date": "2026-04-20", "item_ids": [Command.set(coming.ids)]}
        )
        self.refresh.run()
        self.assertEqual((case.amount_promised, case.priority_score), (100, before))
        promise.action_cancel()
        self.env["collection.promise"].create(
            {"case_id": case.id, "amount": 150, "date": "2026-04-20", "item_ids": [Command.set(case.item_ids.ids)]}
        )
        self.refresh.run()
        self.assertIn("waits for the promise", case.priority_reason, "100 of the 150 are for the overdue one")

    def test_counts_over_my_day_are_the_users_own(self):
        self._invoice(due=-20)
        self._invoice(due=-20, partner=self.other_customer)
        self.refresh.run()
        case = self._case()
        case.with_user(self.collector).activity_schedule(
            "collection_cases.mail_activity_type_call", user_id=self.collector.id, date_deadline=self.today
        )
        other = self._case(self.other_customer)
        self.env["collection.promise"].create({"case_id": other.id, "amount": 10, "date": self.today})

        def counts(user):
            found = self.env["collection.case"].with_user(user).get_my_day_counts()
            return {count["filter"]: count["count"] for count in found}

        self.assertEqual(
            counts(self.collector),
            {"activities_today": 1, "activities_overdue": 0, "promises_due": 1, "no_next_step": 0},
        )
        self.assertEqual(set(counts(self.other_collector).values()), {0})

    def test_every_count_names_a_filter_of_the_screen(self):
        arch = self.env.ref("collection_cases.collection_my_day_view_search").get_combined_arch()
        for count in self.env["collection.case"].get_my_day_counts():
            self.assertIn(f'name="{count["filter"]}"', arch)
