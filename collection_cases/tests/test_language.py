from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, CollectionCommon

GREEK = "[α-ωά-ώ]{3}"


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestLanguage(CollectionCommon):
    """What the night job writes is in the language of who reads it, with dates as they write them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("el_GR")
        cls.env["res.lang"]._activate_lang("hu_HU")
        cls.collector.lang = "el_GR"
        cls._invoice(100, due=-40)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _night(self, days):
        """Refresh as the scheduler does: nobody's language, some days later."""
        day = self.today + timedelta(days=days)
        with freeze_time(day):
            self.refresh.sudo().with_context(lang="en_US")._refresh(self.company, day, self.customer.ids)
            self.env["collection.case"].sudo()._escalate_stale(self.company, day)
        self.env.invalidate_all()

    def _promise(self):
        return self.env["collection.promise"].create(
            {"case_id": self.case.id, "amount": 50, "date": self.today + timedelta(days=2)}
        )

    def test_broken_promise_is_told_in_the_debt_managers_language(self):
        self._promise()
        self._night(10)
        alert = self.case.activity_ids
        self.assertRegex(alert.summary, GREEK)
        self.assertIn("12/03/2026", alert.summary)
        self.assertRegex(self.case.message_ids[0].body, GREEK)
        told = self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("res_id", "=", self.case.id)]
        )
        self.assertRegex(told[0].subject, GREEK)

    def test_note_on_a_case_of_nobody_is_in_the_companys_language(self):
        self._promise()
        self.case.user_id = False
        self.company.partner_id.lang = "hu_HU"
        self._night(10)
        self.assertIn("2026.", self.case.message_ids[0].body)
        self.assertNotIn("broken", self.case.message_ids[0].body)

    def test_escalation_in_the_heads_language_and_its_note_in_the_debt_managers(self):
        head = self._user("hugo", "collection_cases.group_collection_user")
        head.lang = "hu_HU"
        employee = self.env["hr.employee"].sudo().create({"name": "Hugo", "user_id": head.id})
        department = self.env["hr.department"].sudo().create({"name": "D", "manager_id": employee.id})
        self.case.department_id = department
        self.company.collection_escalation_days = 5
        self._night(10)
        activity = self.case.sudo().activity_ids.filtered(lambda one: one.user_id == head)
        self.assertIn("2026.03.10.", activity.summary)
        self.assertNotIn("Nothing", activity.summary)
        self.assertRegex(self.case.message_ids[0].body, GREEK)

    def test_what_completing_cancels(self):
        self.case.with_user(self.collector)._plan(
            self.env.ref("collection_cases.mail_activity_type_call"), self.today + timedelta(days=3)
        )
        self._promise()
        self._match(self.case.item_ids.move_id, self._payment(100))
        self._night(0)
        self.assertEqual(self.case.state, "completed")
        notes = " ".join(self.case.message_ids.mapped("body"))
        self.assertIn("13/03/2026", notes)
        self.assertNotIn("Cancelled, because", notes)
