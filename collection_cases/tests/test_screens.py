from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install", "collection_tour")
class TestScreens(CollectionCommon, HttpCase):
    """The main job in the browser, as a collector does it."""

    def _ready(self):
        self.collector.group_ids += self.env.ref("account.group_account_invoice")
        self._invoice(250, due=-30)
        self._invoice(80, due=15)
        self.refresh.run()
        return self._case()

    def test_from_overdue_invoice_to_completed_case(self):
        case = self._ready()
        case.with_user(self.collector).activity_schedule(
            "collection_cases.mail_activity_type_call", user_id=self.collector.id, date_deadline=self.today
        )
        self.start_tour("/odoo/my-collections", "collection_cases_road", login="kate", timeout=120)
        self.assertRecordValues(case, [{"state": "completed", "close_reason": "paid", "amount_open": 0}])
        self.assertEqual(len(case.item_ids), 2)
        self.assertEqual(case.done_activity_ids.activity_type_id.name, "Collection call")

    def test_road_on_a_phone(self):
        self._ready()
        self.browser_size, self.touch_enabled = "390x844", True
        self.start_tour("/odoo/my-collections", "collection_cases_phone", login="kate", timeout=120)
