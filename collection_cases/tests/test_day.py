from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@tagged("post_install", "-at_install")
class TestDay(CollectionCommon):
    """Whose day it is: the company's for what is overdue, the debtor's for when to call."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(TODAY):
            cls._invoice(100, due=-1)
            cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.company.partner_id.tz = "Europe/Athens"

    def _seen_from(self, zone):
        self.env.invalidate_all()
        return self.case.with_context(tz=zone)

    @freeze_time("2026-03-10 22:30:00")  # half past midnight in Athens, still the afternoon in Los Angeles
    def test_who_works_abroad_sees_the_companys_day(self):
        hold = self.env["collection.hold"].create(
            {"case_id": self.case.id, "reason": "Flood", "date_until": self.today + timedelta(days=1)}
        )
        hold.sudo().date_until = self.today + timedelta(days=1)
        for zone in ("America/Los_Angeles", "Europe/Athens", "Asia/Tokyo"):
            case = self._seen_from(zone)
            self.assertEqual(case.days_overdue, 2, zone)
            self.assertEqual(case.item_ids.days_overdue, 2, zone)
            self.assertIn(case, case.search([("days_overdue", ">=", 2)]), zone)
            self.assertNotIn(case, case.search([("days_overdue", ">=", 3)]), zone)
            self.assertIn("Held until 03/11/2026", case.block_text, zone)
            self.assertEqual(case.item_ids.amount_free, 0, zone)
        with freeze_time("2026-03-11 22:30:00"):
            for zone in ("America/Los_Angeles", "Asia/Tokyo"):
                self.assertEqual(self._seen_from(zone).block_text, "Nothing is in the way.", zone)

    @freeze_time("2026-03-10 12:05:00")
    def test_time_at_the_debtors_when_it_is_another(self):
        self.assertFalse(self._seen_from("Europe/Athens").debtor_time, "nobody knows where they are")
        self.customer.tz = "Europe/Athens"
        self.assertFalse(self._seen_from("Europe/Athens").debtor_time)
        self.assertFalse(self._seen_from("Europe/Helsinki").debtor_time, "the clocks show the same")
        self.customer.tz = "America/New_York"
        self.assertEqual(self._seen_from("Europe/Athens").debtor_time.replace("\u202f", " "), "8:05 AM in New York")
