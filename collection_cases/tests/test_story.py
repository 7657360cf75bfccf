from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestStory(CollectionCommon):
    """Two months of a debt that lives in another ERP: from its first file to the completed case.

    Every day of the calendar passes, with the night job; the files of the other ERP come on Mondays.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_escalation_days = 12
        cls.head = cls._user("hana", "collection_cases.group_collection_user")
        department = cls.env["hr.department"].sudo().create({"name": "Collections", "company_id": False})
        employees = cls.env["hr.employee"].sudo()
        for name, user in (("Hana", cls.head), ("Kate", cls.collector)):
            employee = employees.create({"name": name, "user_id": user.id, "department_id": department.id})
            if user == cls.head:
                department.manager_id = employee
        cls.feed = cls.env["collection.feed"].create(
            {
                "name": "Old ERP",
                "mode": "snapshot",
                "debt_manager_id": cls.collector.id,
                "default_currency_id": cls.company.currency_id.id,
            }
        )
        # what the other ERP has: key -> [due date, amount, open]
        cls.books = {
            "A": [date(2026, 3, 5), 900, 900],
            "B": [date(2026, 3, 12), 600, 600],
            "C": [date(2026, 3, 20), 450, 450],
        }

    def _file(self):
        """Let the other ERP send its open items, as they are in its books."""
        rows = [
            {
                "key": key,
                "customer_number": "4711",
                "customer_name": "Delta",
                "document_number": f"R-{key}",
                "document_date": str(due - timedelta(days=30)),
                "due_date": str(due),
                "amount": str(amount),
                "residual": str(left),
            }
            for key, (due, amount, left) in self.books.items()
            if left
        ]
        # another debtor, so that the snapshot is never empty
        rows.append({**rows[0], "key": "Z", "customer_number": "1", "customer_name": "Zeta", "residual": "1"}
                    if rows else self.zeta)  # fmt: skip
        self.zeta = rows[-1]
        answer = self.feed.load(rows=rows)
        self.assertFalse(answer["problems"])

    def _until(self, day):
        """Let the days pass up to one: the file on Mondays, the night job every night."""
        while self.day < day:
            self.day += timedelta(days=1)
            with freeze_time(self.day):
                if self.day.weekday() == 0:
                    self._file()
                self._commit()
                self.refresh.run(date=self.day)
                self.assertProven()

    def _contact(self, outcome, **kwargs):
        return self.case.with_user(self.collector).log_contact("call", outcome, **kwargs)

    def test_from_the_first_file_to_the_completed_case(self):
        self.day = date(2026, 3, 8)
        self._until(date(2026, 3, 9))  # a Monday
        partner = self.feed.customer_ids.filtered(lambda row: row.foreign_number == "4711").partner_id
        self.case = case = self._case(partner)
        self.assertRecordValues(case, [{"state": "not_started", "amount_overdue": 900, "user_id": self.collector.id}])

        # Nobody answers, twice; the second document falls due and enters the case by itself.
        with freeze_time("2026-03-10"):
            self._contact("no_answer", minutes=1)
        self._until(date(2026, 3, 13))
        self.assertRecordValues(case, [{"state": "in_progress", "amount_overdue": 1500}])
        with freeze_time("2026-03-13"):
            self._contact("no_answer", minutes=1)

        # Nothing has moved for so long that the head of the department is asked to step in.
        self._until(date(2026, 3, 23))
        self.assertEqual(case.activity_ids.mapped("user_id"), self.head)
        self.assertEqual(case.amount_overdue, 1950)
        with freeze_time("2026-03-23 09:00"):
            self.assertTrue(case.with_user(self.head).has_access("write"))
            self._contact("reached", minutes=6, note="They want to pay A and contest a part of B")
            promise = (
                self.env["collection.promise"]
                .with_user(self.collector)
                .create(
                    {
                        "case_id": case.id,
                        "amount": 900,
                        "date": date(2026, 3, 27),
                        "item_ids": [Command.set(case.item_ids.filtered(lambda item: item.name == "R-A").ids)],
                    }
                )
            )
            dispute = (
                self.env["collection.dispute"]
                .with_user(self.collector)
                .create(
                    {
                        "case_id": case.id,
                        "reason_id": self.env.ref("collection_cases.dispute_reason_price").id,
                        "line_ids": [
                            Command.create(
                                {"item_id": case.item_ids.filtered(lambda item: item.name == "R-B").id, "amount": 150}
                            )
                        ],
                    }
                )
            )
        self.assertRecordValues(case, [{"state": "promise", "amount_promised": 900, "amount_disputed": 150}])

        # Only a part of the promise comes in time: partly kept, the debt manager is alerted.
        self.books["A"][2] = 500
        self._until(date(2026, 3, 29))
        self.assertEqual(promise.state, "open", "no file has come yet that could tell")
        self._until(date(2026, 3, 30))
        self.assertEqual((promise.state, promise.received, case.state), ("partly_kept", 400, "in_progress"))
        self.assertIn("Promise broken", case.activity_ids.activity_type_id.mapped("name"))
        self.assertEqual(case.amount_overdue, 1550)

        # The dispute is accepted; the other ERP credits it.
        with freeze_time("2026-03-31"):
            dispute.with_user(self.collector).action_accept()
        self.assertEqual(case.amount_disputed, 150, "not asked for until it is credited there")
        self.books["B"][2] = 450
        self._until(date(2026, 4, 6))

        # A plan over what is left, kept by three payments.
        with freeze_time("2026-04-07"):
            self._contact("promised", minutes=9)
            plan = self.env["collection.plan"]._agree(
                case.with_user(self.collector),
                case.item_ids.filtered(lambda item: item.state == "open"),
                [(date(2026, 4, 13), 500), (date(2026, 4, 27), 450), (date(2026, 5, 11), 450)],
            )
        self.assertEqual(case.state, "promise")
        self.assertTrue(case._block_reasons(date(2026, 4, 8)), "nothing is sent while the plan runs")
        for key, day, kept in (("A", date(2026, 4, 13), 1), ("B", date(2026, 4, 27), 2), ("C", date(2026, 5, 11), 3)):
            self.books[key][2] = 0
            self._until(day)
            self.assertEqual(plan.kept_count, kept)

        self.assertRecordValues(case, [{"state": "completed", "close_reason": "paid", "amount_open": 0}])
        self.assertEqual(plan.state, "completed")
        self.assertEqual(set(case.item_ids.mapped("state")), {"settled"})
        self.assertFalse(case.activity_ids)
        self.assertEqual(len(case.action_ids.filtered(lambda action: action.state == "done")), 4)
        self.assertEqual(partner.collection_judged_count, 4)
        self.assertEqual(partner.collection_kept_rate, 0.75)
