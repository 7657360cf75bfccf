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
