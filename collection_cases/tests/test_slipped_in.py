from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestSlippedIn(CollectionCommon):
    """What comes in over the API past the screens: nothing foreign is shown, nothing derived is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(100)
        cls.other_customer.debt_manager_id = cls.other_collector
        cls._invoice(777, partner=cls.other_customer)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.foreign = cls.env["collection.case"].search([("partner_id", "=", cls.other_customer.id)])
        cls.call = cls.env.ref("collection_cases.mail_activity_type_call")

    def test_dialogs_show_no_colleagues_case(self):
        for model, vals in (
            ("collection.log.contact", {"activity_id": False}),
            ("collection.add.items", {}),
            ("collection.plan.agree", {"first_date": self.today}),
        ):
            wizard = self.env[model].with_user(self.collector)
            with self.subTest(model), self.assertRaises(AccessError):
                wizard.create({"case_id": self.foreign.id, **vals})
            with self.subTest(model), self.assertRaises(AccessError):
                wizard.with_context(default_case_id=self.foreign.id).create(vals)

    def test_an_open_dialog_does_not_change_its_case(self):
        for model in ("collection.log.contact", "collection.add.items"):
            wizard = self.env[model].with_user(self.collector).create({"case_id": self.case.id})
            with self.assertRaises(UserError), self.env.cr.savepoint():
                wizard.write({"case_id": self.foreign.id})

    def test_colleagues_activity_is_not_done_by_logging(self):
        theirs = self.foreign._plan(self.call, self.today, user=self.other_collector)
        wizard = (
            self.env["collection.log.contact"]
            .with_user(self.collector)
            .create({"case_id": self.case.id, "activity_id": theirs.id})
        )
        self.assertFalse(wizard.activity_id)

    def test_currency_of_a_case_is_the_companys(self):
        self.case.with_user(self.collector).write({"currency_id": self.env.ref("base.CHF").id})
        self.assertEqual(self.case.currency_id, self.company.currency_id)

    def test_required_status_cannot_be_claimed(self):
        prepared = self.env["collection.activity.status"].create({"name": "Prepared"})
        done = self.env.ref("collection_cases.activity_status_completed")
        self.env["collection.activity.type.status"].create({"activity_type_id": self.call.id, "status_id": prepared.id})
        self.call.collection_status_line_ids.filtered(lambda line: line.status_id == done).previous_status_id = prepared
        activity = self.case._plan(self.call, self.today, user=self.collector).with_user(self.collector)
        activity.write({"collection_reached_ids": [Command.link(prepared.id)]})
        with self.assertRaisesRegex(UserError, "“Prepared” first"):
            activity.collection_status_id = done

    def test_contacts_of_another_company_are_nobodys(self):
        company = self.setup_other_company()["company"]
        customer = self.env["res.partner"].sudo().create({"name": "Far", "company_id": company.id})
        person = self.env["res.partner"].sudo().create({"name": "Fay", "company_id": company.id, "phone": "1"})
        contact = self.env["collection.contact"].sudo().create({"partner_id": customer.id, "contact_id": person.id})
        for user in (self.collector, self.sales):
            self.assertFalse(self.env["collection.contact"].with_user(user).search([("id", "=", contact.id)]))
            with self.assertRaises(AccessError):
                contact.with_user(user).read(["phone"])
        with self.assertRaises(UserError):
            self.case.with_user(self.collector).payment_contact_id = person

    def test_merging_customers_keeps_their_contacts(self):
        people = self.env["res.partner"].create([{"name": name} for name in ("Ann", "Bob", "Cid")])
        contacts = self.env["collection.contact"].create(
            [
                {"partner_id": self.customer.id, "contact_id": people[0].id, "is_primary": True},
                {"partner_id": self.other_customer.id, "contact_id": people[1].id, "is_primary": True},
                {"partner_id": self.other_customer.id, "contact_id": people[2].id},
            ]
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other_customer).ids, self.customer)
        self.env.invalidate_all()
        self.assertEqual(contacts.exists().mapped("partner_id"), self.customer)
        self.assertEqual(contacts.exists().filtered("is_primary").contact_id, people[0])

    def test_api_says_what_is_wrong(self):
        case = self.case.with_user(self.collector)
        for kwargs, message in (
            ({"date": "30.2.2026"}, "A date is written like"),
            ({"next_activity": self.call.id, "next_date": "2020-01-01"}, "has passed"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message):
                case.log_contact("call", "reached", **kwargs)
        self.assertTrue(case.log_contact("call", "reached", minutes=None))
        with self.assertRaisesRegex(UserError, "which case"):
            self.env["collection.item"].create({"name": "Advance", "amount": 5, "due_date": self.today})

    def test_deleted_activity_type_stops_no_night_job(self):
        self.company.collection_escalation_days = 1
        self.env.ref("collection_cases.mail_activity_type_escalation").unlink()
        self.env.cr.execute("UPDATE collection_case SET open_date = '2026-02-01'")
        self.env.invalidate_all()
        self.assertEqual(self.refresh.run()["escalated"], 0)

    def test_part_payment_is_progress(self):
        self._match(self.case.item_ids.move_id, self._payment(10))
        self.env.cr.execute("UPDATE collection_case SET open_date = '2026-02-01'")
        self.env.invalidate_all()
        self.assertEqual(self.case.progress_date, self.today)

    def test_item_with_a_promise_stays(self):
        item = self.env["collection.item"].create(
            {"case_id": self.case.id, "name": "Advance", "amount": 80, "due_date": self.today}
        )
        self.env["collection.promise"].create(
            {
                "case_id": self.case.id,
                "amount": 80,
                "date": self.today + timedelta(days=1),
                "item_ids": [Command.set(item.ids)],
            }
        )
        with self.assertRaisesRegex(UserError, "promised or contested"):
            item.unlink()
        item.action_settle()
        with self.assertRaisesRegex(UserError, "Only an open amount"):
            item.action_settle()
