import functools

from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestQueryCount(CollectionCommon):
    """Hot paths take as many queries for many customers as for few."""

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _fill(self, count):
        partners = self.env["res.partner"].create(
            [
                {"name": f"P{number}", "collection_participation": "yes", "debt_manager_id": self.collector.id}
                for number in range(count)
            ]
        )
        for partner in partners:
            self._invoice(partner=partner)
        return partners

    def test_refresh(self):
        self._fill(2)
        self.refresh.run()
        few = self._count(self.refresh.run)
        self._fill(10)
        self.refresh.run()
        many = self._count(self.refresh.run)
        self.assertLessEqual(many, few)
        self.assertLess(many, 40)

    def test_first_refresh(self):
        self._fill(2)
        few = self._count(self.refresh.run)
        self._fill(20)
        many = self._count(self.refresh.run)
        self.assertLessEqual(many, few)
        self.assertLess(many, 60)

    def test_my_day_and_the_list(self):
        fields = {
            name: {}
            for name in ("name", "amount_overdue", "days_overdue", "priority_reason", "aging_chart", "activity_state")
        }
        cases = self.env["collection.case"].with_user(self.collector)

        def load():
            cases.web_search_read([("user_id", "=", self.collector.id)], fields, limit=80)

        self._fill(2)
        self.refresh.run()
        load()
        few = self._count(load)
        self._fill(10)
        self.refresh.run()
        self.assertLessEqual(self._count(load), few + 1)

    def _calls(self, count):
        """Return that many calls of the collector, one on each of as many new cases."""
        partners = self._fill(count)
        self.refresh.run()
        cases = self.env["collection.case"].search([("partner_id", "in", partners.ids)])
        self.env.flush_all()
        return self.env["mail.activity"].with_user(self.collector).create(self._prepare_calls(cases))

    def _prepare_calls(self, cases):
        call = self.env.ref("collection_cases.mail_activity_type_call")
        return [
            {
                "res_model_id": self.env["ir.model"]._get_id("collection.case"),
                "res_id": case.id,
                "activity_type_id": call.id,
                "user_id": self.collector.id,
                "date_deadline": self.today,
            }
            for case in cases
        ]

    def _assert_same_for_many(self, work, some=3, many=60):
        """As many queries for many planned calls as for some, but for batches of the ORM."""
        work(self._calls(some))  # fills the caches of what does not change
        few, lots = (self._count(functools.partial(work, self._calls(count))) for count in (some, many))
        self.assertLessEqual(lots, few + 5)

    def test_many_activities_are_planned(self):
        def plan(calls):
            cases = self.env["collection.case"].browse(calls.mapped("res_id"))
            self.env["mail.activity"].with_user(self.collector).create(self._prepare_calls(cases))

        self._assert_same_for_many(plan)

    def test_many_activities_are_postponed(self):
        self._assert_same_for_many(lambda calls: calls.write({"date_deadline": "2026-03-20"}))

    def test_many_activities_are_archived(self):
        calls = self._calls(3)
        self._assert_same_for_many(lambda calls: calls.action_archive())
        calls.action_archive()
        actions = self.env["collection.action"].search([("activity_id", "in", calls.ids)])
        self.assertEqual(actions.mapped("state"), ["done"] * 3)
        self.assertEqual(set(actions.case_id.mapped("state")), {"in_progress"})

    def test_many_activities_are_cancelled(self):
        calls = self._calls(3)
        cases = self.env["collection.case"].browse(calls.mapped("res_id"))
        self._assert_same_for_many(lambda calls: calls.unlink())
        calls.unlink()
        self.assertEqual(cases.action_ids.mapped("state"), ["skipped"] * 3)
