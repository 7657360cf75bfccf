from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestWork(CollectionCommon):
    """Escalation and hand-over (F56 to F60)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls._user("hana", "collection_cases.group_collection_user")
        department = cls.env["hr.department"].sudo().create({"name": "North", "company_id": False})
        employees = (
            cls.env["hr.employee"]
            .sudo()
            .create(
                [
                    {"name": "Hana", "user_id": cls.head.id, "department_id": department.id},
                    {"name": "Kate", "user_id": cls.collector.id, "department_id": department.id},
                ]
            )
        )
        department.manager_id = employees[0]
        cls._invoice(100)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.call = cls.env.ref("collection_cases.mail_activity_type_call")

    def test_escalation_gives_the_head_an_activity_and_leaves_a_note(self):
        self.case.with_user(self.collector).action_escalate()
        activity = self.case.activity_ids
        self.assertRecordValues(activity, [{"user_id": self.head.id, "date_deadline": self.today}])
        self.assertIn("Escalated to", self.case.message_ids[0].body)
        self.assertEqual(self.case.escalated_date, self.today)
        with self.assertRaisesRegex(UserError, "is with hana .* already"):
            self.case.with_user(self.collector).action_escalate()

    def test_escalation_without_a_head_says_what_to_do(self):
        self.case.department_id.sudo().manager_id = False
        with self.assertRaisesRegex(UserError, "Set the department's manager"):
            self.case.action_escalate()

    def test_stale_cases_escalate_by_themselves_once(self):
        self.company.collection_escalation_days = 10
        self.env.cr.execute("UPDATE collection_case SET open_date = '2026-02-27'")
        self.env.invalidate_all()
        counts = self.refresh.run()
        self.assertEqual(counts["escalated"], 1)
        self.assertIn("Nothing has moved since 02/27/2026", self.case.activity_ids.summary)
        self.assertEqual(self.refresh.run()["escalated"], 0)

    def test_progress_stops_it(self):
        self.company.collection_escalation_days = 10
        self.env.cr.execute("UPDATE collection_case SET open_date = '2026-02-27'")
        self.env.invalidate_all()
        self.case.with_user(self.collector).log_contact("call", "no_answer")
        self.assertEqual(self.case.progress_date, self.today - timedelta(days=11), "nobody was reached")
        self.case.with_user(self.collector).log_contact("call", "reached")
        self.env.invalidate_all()
        self.assertEqual(self.refresh.run()["escalated"], 0)

    def test_snooze_postpones_what_is_due_and_says_so(self):
        case = self.case.with_user(self.collector)
        with self.assertRaisesRegex(UserError, "Nothing of yours is due"):
            case.action_snooze()
        activity = case._plan(self.call, self.today)
        case.action_snooze()
        self.assertEqual(activity.date_deadline, self.today + timedelta(days=1))
        self.assertIn("Postponed from 03/10/2026", case.action_ids.reason)

    def test_hand_over_takes_planned_work_and_customers_along(self):
        self.case._plan(self.call, self.today + timedelta(days=1))
        wizard = self.env["collection.hand.over"].create(
            {"from_user_id": self.collector.id, "to_user_id": self.other_collector.id, "reason": "Holiday"}
        )
        self.assertEqual(wizard.case_count, 1)
        wizard.action_hand_over()
        self.assertEqual((self.case.user_id, self.case.activity_ids.user_id), (self.other_collector,) * 2)
        self.assertEqual(self.customer.debt_manager_id, self.other_collector)
        self.assertIn("Holiday", self.case.message_ids[0].body)
        self.assertTrue(self.case.with_user(self.other_collector).has_access("write"))
        self.assertFalse(self.case.with_user(self.collector).has_access("read"))

    def test_department_of_a_new_employee_is_that_of_their_cases(self):
        department = self.env["hr.department"].sudo().create({"name": "South"})
        self.case.user_id = self.other_collector
        self.assertFalse(self.case.department_id)
        employee = (
            self.env["hr.employee"]
            .sudo()
            .create({"name": "Oleg", "user_id": self.other_collector.id, "department_id": department.id})
        )
        self.assertEqual(self.case.department_id, department)
        employee.user_id = False
        self.assertFalse(self.case.department_id, "nobody's employee, nobody's department")

    def test_hand_over_of_chosen_cases_for_a_while(self):
        wizard = (
            self.env["collection.hand.over"]
            .with_user(self.collector)
            .with_context(active_model="collection.case", active_ids=self.case.ids)
            .create({"to_user_id": self.other_collector.id, "with_customers": False})
        )
        self.assertEqual(wizard.from_user_id, self.collector)
        wizard.action_hand_over()
        self.assertEqual(self.case.user_id, self.other_collector)
        self.assertEqual(self.customer.debt_manager_id, self.collector, "the next case is the owner's again")

    def test_hand_over_to_a_stranger_to_the_company_is_refused(self):
        other = self._user("stan", "collection_cases.group_collection_user", self.setup_other_company()["company"])
        with self.assertRaisesRegex(UserError, "does not work at"):
            self.case._hand_over(other)
        with self.assertRaises(AccessError):
            self.case.with_user(self.other_collector)._hand_over(self.other_collector)


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestStanding(CollectionCommon):
    """What sales people see of their customers, and of no others (F23, F24, F92, F93)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        paid = cls._invoice(200, due=-40)
        cls._match(cls, paid, cls._payment(200, date=cls.today - timedelta(days=10)))
        cls._invoice(100)
        cls.refresh.run()
        cls.customer.user_id = cls.sales

    def test_figures_of_own_customer(self):
        self.company.account_use_credit_limit = True
        self.customer.write({"use_partner_credit_limit": True, "credit_limit": 80})
        partner = self.customer.with_user(self.sales)
        self.assertRecordValues(
            partner,
            [
                {
                    "collection_amount_open": 100,
                    "collection_days_overdue": 10,
                    "collection_paid_12_months": 200,
                    "collection_days_late": 30,
                    "collection_credit_left": -20,
                    "collection_last_payment_date": self.today - timedelta(days=10),
                }
            ],
        )
        self.assertRegex(partner.collection_standing_text, "overdue for 10 days, credit limit exceeded by .*20.00")
        self.assertIn("pays 30 days late on average", partner.collection_standing_text)

    def test_payments_of_a_foreign_ledger_count(self):
        self.setup_other_currency("EUR", rates=[("2025-01-01", 2.0)])
        feed = self.env["collection.feed"].create({"name": "Old ERP", "mode": "changes"})
        due = self.today - timedelta(days=30)

        def row(residual, day=None, currency=self.company.currency_id.name, number="1"):
            return {
                "key": number,
                "customer_number": "C1",
                "customer_name": "Foreign",
                "document_number": number,
                "document_date": str(due),
                "due_date": str(due),
                "currency": currency,
                "amount": "100",
                "residual": str(residual),
                **({"paid_date": str(day)} if day else {}),
            }

        feed.load(rows=[row(100), row(100, currency="EUR", number="2")])
        partner = self.env["collection.feed.customer"].search([("feed_id", "=", feed.id)]).partner_id
        self.assertEqual(partner.collection_paid_12_months, 0)
        day = self.today - timedelta(days=5)
        feed.load(rows=[row(40, day), row(0, day, "EUR", "2")])
        self.env.invalidate_all()
        self.assertRecordValues(
            partner,
            [
                {
                    "collection_paid_12_months": 110,
                    "collection_last_payment_date": day,
                    "collection_days_late": 25,
                }
            ],
        )

    def test_nothing_of_others_customers(self):
        partner = self.other_customer.with_user(self.sales)
        self.assertFalse(partner.collection_standing_text)
        self.assertEqual(partner.collection_paid_12_months, 0)
        employee = self._user("emil", "base.group_user")
        self.assertEqual(self.customer.with_user(employee).collection_paid_12_months, 0)

    def test_sales_people_change_nothing(self):
        case = self._case().with_user(self.sales)
        for method in ("action_promise", "action_dispute", "action_hold", "action_plan", "action_log_contact"):
            with self.assertRaises(AccessError):
                getattr(case, method)()

    def test_as_many_queries_for_many_as_for_few(self):
        partners = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(20)])
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        (partners | self.customer).mapped("collection_standing_text")
        self.assertLess(self.env.cr.sql_log_count - before, 30)
