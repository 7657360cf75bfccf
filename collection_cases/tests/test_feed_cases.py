from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestFeedCases(CollectionCommon):
    """Entries of a foreign ledger become cases, are worked and settled like those of Odoo's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.feed = cls.env["collection.feed"].create(
            {
                "name": "Old ERP",
                "mode": "snapshot",
                "debt_manager_id": cls.collector.id,
                "default_currency_id": cls.company.currency_id.id,
            }
        )

    def _row(self, key, residual, days=-10, customer="C1", amount=None, **more):
        due = self.today + timedelta(days=days)
        return {
            "key": key,
            "customer_number": customer,
            "customer_name": f"Customer {customer}",
            "document_number": f"DOC-{key}",
            "document_date": str(due - timedelta(days=30)),
            "due_date": str(due),
            "amount": str(amount or residual),
            "residual": str(residual),
            **more,
        }

    def _load(self, *rows):
        answer = self.feed.load(rows=list(rows))
        self.assertFalse(answer["problems"], answer)
        self._commit()
        return answer

    def _feed_case(self, number="C1"):
        partner = self.env["collection.feed.customer"].search([("foreign_number", "=", number)]).partner_id
        return self._case(partner)

    def test_overdue_entries_open_a_case_at_once(self):
        self._load(self._row("1", 100), self._row("2", 50, days=5), self._row("3", 70, customer="C2"))
        case = self._feed_case()
        self.assertRecordValues(case, [{"amount_open": 100, "amount_overdue": 100, "user_id": self.collector.id}])
        self.assertRecordValues(case.item_ids, [{"origin": "feed", "name": "DOC-1", "residual": 100, "amount": 100}])
        self.assertTrue(self._feed_case("C2"))
        self.assertProven()

    def test_part_payment_and_settlement_follow_the_next_reading(self):
        self._load(self._row("1", 100), self._row("2", 60))
        case = self._feed_case()
        self._load(self._row("1", 40, amount=100), self._row("2", 60))
        self.assertEqual(case.amount_overdue, 100)
        self._load(self._row("2", 60))
        self.assertRecordValues(
            case.item_ids.sorted("name"),
            [{"state": "settled", "residual": 0}, {"state": "open", "residual": 60}],
        )
        self.assertProven()

    def test_all_paid_completes_the_case_and_reappearing_reopens_it(self):
        rows = [self._row(str(number), 10) for number in range(3)]
        self._load(*rows, self._row("other", 5, customer="C2"))
        case = self._feed_case()
        self._load(self._row("other", 5, customer="C2"))
        self.assertEqual((case.state, case.close_reason), ("completed", "paid"))
        self._load(rows[0], self._row("other", 5, customer="C2"))
        self.assertEqual((case.state, case.cycle, case.amount_overdue), ("in_progress", 2, 10))
        self.assertProven()

    def test_credits_are_netted(self):
        self._load(self._row("1", 100), self._row("2", -30, days=-1))
        self.assertRecordValues(self._feed_case(), [{"amount_open": 70, "amount_overdue": 70, "item_count": 2}])

    def test_beside_entries_of_odoos_own_ledger(self):
        self._load(self._row("1", 100))
        case = self._feed_case()
        invoice = self._invoice(40, partner=case.partner_id)
        self.refresh.run()
        self.assertEqual((case.amount_overdue, len(case.item_ids)), (140, 2))
        self._match(invoice, self._payment(40, partner=case.partner_id))
        self._commit()
        self.assertEqual((case.amount_overdue, case.state), (100, "not_started"))
        self.assertProven()

    def test_undone_reading_takes_its_cases_back(self):
        self._load(self._row("1", 100))
        case = self._feed_case()
        self.feed.run_ids[:1].action_undo()
        self._commit()
        self.refresh.run()
        self.assertEqual((case.state, case.close_reason), ("completed", "unposted"))
        self.assertProven()

    def test_promise_is_kept_by_what_the_ledger_took_off(self):
        self._load(self._row("1", 100))
        case = self._feed_case()
        promise = self.env["collection.promise"].create(
            {"case_id": case.id, "amount": 60, "date": self.today + timedelta(days=3)}
        )
        self._load(self._row("1", 40, amount=100))
        self.assertEqual((promise.state, promise.received), ("kept", 60))

    def test_not_due_entries_can_be_added_by_hand(self):
        self._load(self._row("1", 100), self._row("2", 50, days=20))
        case = self._feed_case().with_user(self.collector)
        wizard = self.env["collection.add.items"].with_user(self.collector)
        wizard = wizard.browse(case.action_add_open_items()["res_id"])
        self.assertEqual(wizard.line_ids.mapped("name"), ["DOC-2"])
        wizard.line_ids.is_chosen = True
        wizard.action_add()
        self._commit()
        self.assertEqual((case.amount_open, case.amount_overdue), (150, 100))
        entry = case.item_ids.sudo().feed_entry_id[1]
        with self.assertRaisesRegex(UserError, "is in the open case"):
            case._attach_entries(entry)

    def test_figures_are_the_ledgers(self):
        self._load(self._row("1", 100))
        item = self._feed_case().item_ids.with_user(self.collector)
        with self.assertRaisesRegex(UserError, "come from accounting"):
            item.write({"amount": 1})
        with self.assertRaisesRegex(UserError, "next reading"):
            item.action_settle()
        with self.assertRaisesRegex(UserError, "kept in the ledger “Old ERP”"):
            item.action_open_document()
        with self.assertRaisesRegex(UserError, "would add it again"):
            item.unlink()
