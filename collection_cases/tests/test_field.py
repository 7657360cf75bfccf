import json
import uuid
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..engine import blocks
from .common import TODAY, CollectionCommon

NOW = f"{TODAY} 12:00:00"


class FieldCommon(CollectionCommon):
    """A collector with a visit today, and what a phone says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(100, due=-30)
        cls._invoice(50, due=-10)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.first, cls.second = cls.case.item_ids.sorted("due_date")
        cls.customer.write({"street": "Main Street 1", "city": "Volos", "email": "alpha@example.com"})
        cls.cash = cls.company_data["default_journal_cash"]
        cls.visit = cls._visit(cls.collector, cls.case)
        cls.desk = cls.env["collection.field"].with_user(cls.collector)

    @classmethod
    def _visit(cls, user, case, days=0, kind="visit"):
        return case.activity_schedule(
            f"collection_cases.mail_activity_type_{kind}",
            user_id=user.id,
            date_deadline=cls.today + timedelta(days=days),
        )

    def _entry(self, kind="payment", **said):
        entry = {
            "uuid": str(uuid.uuid4()),
            "kind": kind,
            "case": self.case.id,
            "activity": self.visit.id,
            "at": f"{TODAY} 11:55:00",
        }
        if kind == "payment":
            entry |= {"method": "cash", "amount": "120"}
        return {**entry, **said}

    def _enter(self, kind="payment", user=None, **said):
        desk = self.desk.with_user(user) if user else self.desk
        return desk.enter(self._entry(kind, **said))

    def _receipt(self, **said):
        return self.env["collection.receipt"].browse(self._enter(**said)["receipt"]["id"])

    def _refused(self, text, error=UserError, user=None, **said):
        receipts = self.env["collection.receipt"].search_count([])
        actions = len(self.case.action_ids)
        with self.assertRaisesRegex(error, text), self.env.cr.savepoint():
            self._enter(user=user, **said)
        self.assertEqual(self.env["collection.receipt"].search_count([]), receipts)
        self.assertEqual(len(self.case.action_ids), actions)
        self.assertTrue(self.visit.active)


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestField(FieldCommon):
    """Taking money at the debtor's door."""

    def test_money_is_in_the_books_at_once(self):
        self.company.collection_cash_journal_id = self.cash
        receipt = self._receipt()
        self._commit()
        self.assertRecordValues(
            receipt,
            [
                {
                    "name": "RC/2026/00001",
                    "state": "taken",
                    "method": "cash",
                    "amount": 120,
                    "user_id": self.collector.id,
                    "partner_id": self.customer.id,
                    "is_booked": True,
                    "date": fields.Datetime.to_datetime(f"{TODAY} 11:55:00"),
                }
            ],
        )
        self.assertRecordValues(receipt.payment_id, [{"amount": 120, "journal_id": self.cash.id}])
        self.assertEqual((self.first.residual, self.second.residual), (0, 30))
        self.assertEqual(self.case.amount_overdue, 30)
        self.assertEqual([part["amount"] for part in receipt.allocation], [100, 20])
        self.assertFalse(self.second._block_reasons(self.today))
        self.assertProven()

    def test_the_visit_is_done_and_in_the_history(self):
        self._enter(note="Paid half")
        self.assertFalse(self.visit.active)
        action = self.case.action_ids
        self.assertRecordValues(
            action,
            [{"user_id": self.collector.id, "activity_id": self.visit.id, "state": "done", "is_contact": True}],
        )
        self.assertEqual((action.channel_id.code, action.outcome_id.code), ("visit", "received"))
        self.assertIn("Paid half", action.note)
        self.assertEqual(self.case.state, "in_progress")

    def test_paid_in_full_completes_the_case(self):
        self.company.collection_cash_journal_id = self.cash
        self._enter(amount="150")
        self._commit()
        self.assertRecordValues(self.case, [{"state": "completed", "close_reason": "paid"}])

    def test_without_a_journal_the_receipt_keeps_its_items_back(self):
        receipt = self._receipt()
        self.assertFalse(receipt.payment_id)
        self.assertEqual(self.first.residual, 100)
        found = (self.first + self.second)._block_reasons(self.today)
        self.assertEqual(
            {id_: (block.code, float(block.amount)) for id_, (block,) in found.items()},
            {self.first.id: (blocks.COLLECTED, 100), self.second.id: (blocks.COLLECTED, 20)},
        )
        self.assertIn("Paid to our collector, not booked yet", self.case.block_text)
        self.assertIn(receipt.name, self.case.block_text)

    def test_chosen_items_are_paid_and_no_other(self):
        self.company.collection_cash_journal_id = self.cash
        self._enter(amount="50", items=self.second.ids)
        self._commit()
        self.assertEqual((self.first.residual, self.second.residual), (100, 0))

    def test_what_is_above_stays_a_credit_and_says_so(self):
        self.company.collection_cash_journal_id = self.cash
        answer = self._enter(amount="180")
        self._commit()
        self.assertIn("30.00 is more than is open", answer["warnings"][0])
        payment = self.env["collection.receipt"].browse(answer["receipt"]["id"]).payment_id
        self.assertEqual(self._receivable(payment).amount_residual, -30)

    def test_money_is_taken_also_when_the_case_was_completed_meanwhile(self):
        self.company.collection_cash_journal_id = self.cash
        self._match(self._payment(150), *self.case.item_ids.move_line_id.move_id)
        self._commit()
        self.assertEqual(self.case.state, "completed")
        answer = self._enter(amount="20", items=self.first.ids)
        self._commit()
        self.assertIn("more than is open", answer["warnings"][0])
        self.assertEqual(self.case.state, "completed")

    def test_bad_amounts_are_refused(self):
        for amount in ("", "0", "-5", "NaN", "Infinity", "12.345", "1e99", "twelve", None, [5], {"a": 1}, True):
            with self.subTest(amount=amount):
                self._refused("is no amount", amount=amount)

    def test_other_bad_input_is_refused(self):
        item = self._invoice(70, partner=self.other_customer)
        self.refresh.run()
        foreign = self._case(self.other_customer).item_ids
        self.assertEqual(foreign.move_line_id.move_id, item)
        self._refused("belongs to another case", items=foreign.ids)
        self._refused("not understood", items="1")
        self._refused("Choose cash or cheque", method="gold")
        self._refused("not understood", kind="loan")
        self._refused("no identifier", uuid="x")
        self._refused("no identifier", uuid=5)
        self._refused("number printed", method="cheque", cheque={})
        self._refused("is no date", method="cheque", cheque={"number": "1", "due_date": "soon"})
        self._refused("how the visit ended", kind="visit", outcome="received")
        self._refused("Enter the day", kind="promise", amount="10")

    def test_more_cash_than_the_law_allows(self):
        self.company.collection_cash_limit = 100
        self._refused("more than may be taken in cash")
        self._enter(method="cheque", cheque={"number": "5"})

    # === once, whatever the connection does === #

    def test_the_same_entry_twice_is_one_receipt(self):
        self.company.collection_cash_journal_id = self.cash
        entry = self._entry()
        first = self.desk.enter(entry)
        again = self.desk.enter(dict(entry))
        self.assertEqual(again["receipt"], first["receipt"])
        self.assertTrue(again["again"])
        self.assertEqual(len(self.case.receipt_ids), 1)
        self.assertEqual(len(self.case.action_ids), 1)
        self.assertEqual(self.env["account.payment"].search_count([("partner_id", "=", self.customer.id)]), 1)

    def test_visits_and_promises_are_done_once_too(self):
        for kind, said in (
            ("visit", {"outcome": "no_answer", "next_date": "2026-03-11"}),
            ("promise", {"amount": "40", "date": "2026-03-20"}),
        ):
            entry = self._entry(kind, **said)
            answer = self.desk.enter(entry)
            self.assertEqual(self.desk.enter(entry)["message"], answer["message"])
        self.assertEqual(len(self.case.action_ids), 2)
        self.assertEqual(len(self.case.promise_ids), 1)
        self.assertEqual(len(self.case.activity_ids), 1)

    def test_the_same_identifier_for_something_else_is_refused(self):
        entry = self._entry()
        self.desk.enter(entry)
        with self.assertRaisesRegex(UserError, "with other contents"):
            self.desk.enter({**entry, "amount": "121"})
        self.case.user_id = self.other_collector
        with self.assertRaisesRegex(UserError, "with other contents"):
            self.desk.with_user(self.other_collector).enter(entry)

    def test_a_refused_entry_takes_no_number(self):
        self._enter(amount="10")
        self._refused("is no amount", amount="0") if self.visit.active else None
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._enter(method="cheque", cheque={"number": "3", "due_date": "2099-01-01"})
        self.assertEqual(self._receipt(amount="10").name, "RC/2026/00002")

    def test_each_company_has_its_own_numbers(self):
        self._enter(amount="10")
        other = self.setup_other_company()["company"]
        self.assertEqual(other._collection_receipt_number(), "RC/2026/00001")

    def test_a_wrong_clock_is_not_believed(self):
        for at, taken, warned in (
            ("2026-03-10 12:04:00", NOW, False),
            ("2026-03-12 12:00:00", NOW, True),
            ("1970-01-01 00:00:00", NOW, True),
            ("nonsense", NOW, False),
            ("2026-03-08 08:00:00", "2026-03-08 08:00:00", False),
        ):
            answer = self._enter(amount="1", at=at)
            receipt = self.env["collection.receipt"].browse(answer["receipt"]["id"])
            self.assertEqual(receipt.date, fields.Datetime.to_datetime(taken), at)
            self.assertEqual(bool(answer["warnings"]), warned, at)

    # === cheque, visit, promise === #

    def test_cheque_goes_into_the_drawer(self):
        cheque = {"number": "77 1", "bank": "Alpha Bank", "due_date": "2026-04-01", "drawer": ""}
        receipt = self._receipt(method="cheque", cheque=cheque)
        self.assertRecordValues(
            receipt.instrument_id,
            [{"state": "received", "amount": 120, "number": "771", "user_id": self.collector.id, "drawer": "Alpha"}],
        )
        self.assertFalse(receipt.payment_id)
        self.assertEqual(self.first._block_reasons(self.today)[self.first.id][0].code, blocks.CHEQUE)
        with self.assertRaisesRegex(UserError, "A receipt was given for it"):
            receipt.instrument_id.with_user(self.collector).amount = 100
        with self.assertRaisesRegex(UserError, "history"):
            receipt.instrument_id.with_user(self.collector).unlink()

    def test_nobody_there_plans_the_next_visit(self):
        answer = self._enter("visit", outcome="no_answer", next_date="2026-03-11", note="Closed")
        self.assertIn("03/11/2026", answer["message"])
        self.assertEqual(self.case.action_ids.outcome_id.code, "no_answer")
        self.assertRecordValues(
            self.case.activity_ids,
            [{"user_id": self.collector.id, "date_deadline": fields.Date.to_date("2026-03-11")}],
        )
        self.assertEqual(self.case.activity_ids.activity_type_id, self.visit.activity_type_id)
        self.assertFalse(self.visit.active)

    def test_next_visit_is_for_a_day_to_come(self):
        self._refused("day to come", kind="visit", outcome="no_answer", next_date="2026-03-01")

    def test_promise_at_the_door(self):
        self._enter("promise", amount="40", date="2026-03-20", items=self.first.ids, note="after payday")
        self.assertRecordValues(self.case.promise_ids, [{"amount": 40, "user_id": self.collector.id, "state": "open"}])
        self.assertEqual(self.case.promise_ids.action_id, self.case.action_ids)
        self.assertEqual(self.case.state, "promise")

    def test_promise_that_cannot_be_meant(self):
        self._refused("more than is open", kind="promise", amount="400", date="2026-03-20")
        self._refused("has passed", kind="promise", amount="40", date="2026-03-01")

    # === whose case === #

    def test_colleagues_and_sales_people_take_no_money(self):
        self._refused("not yours", AccessError, user=self.other_collector)
        self._refused("for collectors", AccessError, user=self.sales)

    def test_visit_given_by_the_debt_manager_opens_the_case_for_it(self):
        self._visit(self.other_collector, self.case)
        answer = self._enter(user=self.other_collector, activity=None)
        receipt = self.env["collection.receipt"].browse(answer["receipt"]["id"])
        self.assertEqual(receipt.user_id, self.other_collector)
        self.assertTrue(receipt.with_user(self.other_collector).name)
        self.assertTrue(receipt.with_user(self.collector).name)  # whose customer paid
        with self.assertRaises(AccessError):
            self.case.with_user(self.other_collector).read(["name"])

    def test_another_company_is_out_of_reach(self):
        other = self.setup_other_company()["company"]
        stranger = self._user("stan", "collection_cases.group_collection_manager", company=other)
        self._refused("not yours", AccessError, user=stranger)

    def test_ids_that_are_none(self):
        for case in (0, -1, "1", None, 10**9, True, [1]):
            with self.subTest(case=case), self.assertRaises(AccessError), self.env.cr.savepoint():
                self._enter(case=case)

    # === the day's list === #

    def test_visits_in_the_order_to_go(self):
        self._invoice(900, due=-60, partner=self.other_customer)
        self.refresh.run()
        large = self._case(self.other_customer)
        late = self._visit(self.collector, large, days=-2, kind="appointment")
        self._visit(self.collector, large, days=3)
        self._visit(self.other_collector, self.case)
        rows = self.desk._visits(self.collector)
        self.assertEqual([activity for activity, _case in rows], [late, self.visit])
        event = self.env["calendar.event"].create(
            {"name": "At Alpha", "start": f"{TODAY} 09:00:00", "stop": f"{TODAY} 10:00:00"}
        )
        self.visit.calendar_event_id = event
        self.assertEqual([activity for activity, _case in self.desk._visits(self.collector)], [self.visit, late])

    def test_two_visits_on_one_case_are_two_rows(self):
        other = self._visit(self.collector, self.case, kind="appointment")
        self.assertEqual({activity for activity, _case in self.desk._visits(self.collector)}, {self.visit, other})

    def test_a_visit_done_long_ago_opens_the_case_no_more(self):
        visit = self._visit(self.other_collector, self.case)
        visit.with_user(self.other_collector).sudo().action_feedback("done")
        self._enter(user=self.other_collector, activity=visit.id, amount="1")
        visit.sudo().date_done = "2026-02-20"
        self._refused_to(self.other_collector)

    def _refused_to(self, user):
        with self.assertRaisesRegex(AccessError, "not yours"), self.env.cr.savepoint():
            self._enter(user=user, activity=None, amount="1")

    def test_money_is_taken_also_when_the_books_are_locked(self):
        self.company.collection_cash_journal_id = self.cash
        refusal = UserError("The period is locked.")
        with patch.object(type(self.case), "_receive_money", side_effect=refusal):
            receipt = self._receipt(amount="100")
        self.assertFalse(receipt.payment_id)
        self.assertEqual(receipt.state, "taken")
        self.assertTrue(self.first._block_reasons(self.today))
        answer = self.env["collection.field.entry"].search([]).answer
        self.assertIn("accounting has to: The period is locked.", answer["warnings"][0])

    def test_credits_are_taken_off_what_is_proposed(self):
        self._credit(30)
        self.refresh.run()
        facts = self.desk._visit_facts(self.visit.sudo(), self.case.sudo())
        self.assertEqual(facts["credits"], {self.company.currency_id.id: 30})
        self.assertEqual(self.case.action_instrument()["context"]["default_amount"], 120)

    def test_visits_to_completed_cases_are_gone(self):
        self.company.collection_cash_journal_id = self.cash
        self._visit(self.collector, self.case, kind="appointment")
        self._enter(amount="150")
        self._commit()
        self.assertFalse(self.desk._visits(self.collector))

    def test_facts_for_the_door(self):
        self._enter(amount="20")
        facts = self.desk._visit_facts(self.visit.sudo(), self.case.sudo())
        self.assertEqual(facts["address"], ["Main Street 1", "Volos"])
        self.assertIn("Main%20Street%201%2C%20Volos", facts["map"])
        self.assertEqual([item["open"] for item in facts["items"]], [100, 50])
        self.assertIn("Paid to our collector", facts["items"][0]["why_not"][0])
        json.dumps(facts)

    def test_morning_mail_only_with_visits_and_once_a_day(self):
        self.collector.email = "kate@example.com"
        self.other_collector.email = "oleg@example.com"
        cron = self.env.ref("collection_cases.ir_cron_day_lists").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self.collector.collection_day_mailed, "off by default")
        self.company.collection_field_mail = True
        before = self.env["mail.mail"].sudo().search([])
        for _again in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        mail = self.env["mail.mail"].sudo().search([]) - before
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.collector.partner_id)
        self.assertIn("Alpha", mail.body_html)
        self.assertIn("/collections/field", mail.body_html)
        self.assertEqual(self.collector.collection_day_mailed, self.today)
        self.assertFalse(self.other_collector.collection_day_mailed)


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestReceipt(FieldCommon):
    """What the debtor gets, and what happens to it."""

    def _text(self, receipt):
        paper = receipt._paper()
        return " ".join(
            [paper.title, *paper.issuer, *sum(paper.facts, ()), paper.amount, *sum(paper.rows, ()), *paper.remarks]
        )

    def test_receipt_on_paper(self):
        receipt = self._receipt(amount="120")
        pdf = receipt.with_user(self.collector)._pdf()
        self.assertTrue(pdf.startswith(b"%PDF"))
        text = self._text(receipt)
        for part in (self.company.name, receipt.name, "120.00", self.first.name, "100.00", "20.00", "Alpha", "kate"):
            self.assertIn(part, text)

    def test_greek_and_hostile_names_are_printed(self):
        self.customer.name = "Γ. Παπαδόπουλος <b>ΑΕ</b> & Ő"
        receipt = self._receipt(note="<script>alert(1)</script>")
        self.assertTrue(receipt._pdf().startswith(b"%PDF"))

    def test_cheque_is_said_to_pay_only_when_the_bank_does(self):
        receipt = self._receipt(method="cheque", cheque={"number": "123", "bank": "Alpha Bank"})
        self.assertIn("123 · Alpha Bank", self._text(receipt))
        self.assertIn("when the cheque is paid by the bank", self._text(receipt))

    def test_receipt_by_mail_in_the_debtors_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        before = self.env["mail.mail"].sudo().search([])
        answer = self._enter(email="Alpha@example.com ")
        receipt = self.env["collection.receipt"].browse(answer["receipt"]["id"])
        self.assertEqual(receipt.sent_to, "alpha@example.com")
        mail = self.env["mail.mail"].sudo().search([]) - before
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertEqual(mail.attachment_ids.mapped("name"), [f"{receipt.name.replace('/', '-')}.pdf"])
        self.assertIn(receipt.name, mail.subject)
        self.assertEqual(receipt._paper().facts[1][1][:10], "10/03/2026")  # as written in French

    def test_bad_address_does_not_undo_the_money(self):
        answer = self._enter(email="nobody at home")
        self.assertIn("is no e-mail address", answer["warnings"][0])
        self.assertTrue(answer["receipt"])

    def test_receipt_is_never_edited_nor_deleted(self):
        receipt = self._receipt()
        for user in (self.collector, self.env.user):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                receipt.with_user(user).write({"amount": 1})
            with self.assertRaises(UserError), self.env.cr.savepoint():
                receipt.with_user(user).unlink()
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.env["collection.receipt"].with_user(user).create({"name": "x", "case_id": self.case.id})

    def test_manager_cancels_with_a_reason(self):
        self.company.collection_cash_journal_id = self.cash
        receipt = self._receipt()
        self._commit()
        with self.assertRaisesRegex(AccessError, "did not take the money"):
            receipt.with_user(self.collector).action_cancel()
        wizard = self.env["collection.receipt.cancel"].create({"receipt_id": receipt.id})
        with self.assertRaisesRegex(UserError, "why"):
            wizard.action_confirm()
        wizard.reason = "Counted wrong"
        wizard.action_confirm()
        self._commit()
        self.assertRecordValues(receipt, [{"state": "cancelled", "cancel_reason": "Counted wrong", "is_booked": False}])
        self.assertEqual(receipt.payment_id.state, "canceled")
        self.assertEqual(self.first.residual, 100)
        self.assertIn("Counted wrong", self.case.message_ids[0].body)
        self.assertTrue(receipt._paper().cancelled)
        self.assertProven()

    def test_cancelled_receipt_gives_the_cheque_back_and_blocks_nothing(self):
        receipt = self._receipt(method="cheque", cheque={"number": "1"})
        receipt.with_user(self.env.user)._cancel("mistake")
        self.assertEqual(receipt.instrument_id.state, "returned")
        cash = self._receipt()
        cash.with_user(self.env.user)._cancel("mistake")
        self.assertFalse(self.first._block_reasons(self.today))


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestHandover(FieldCommon):
    """From the collector's bag to the supervisor's desk."""

    def _handover(self, user=None):
        return self.env["collection.handover"].with_user(user or self.collector).create({})

    def _count(self, handover, *counted):
        for line, amount in zip(handover.line_ids, counted, strict=True):
            line.write({"counted": amount, "is_counted": True})

    def test_takings_are_summed_by_currency_and_method(self):
        self._enter(amount="10")
        self._enter(amount="20.50")
        self._enter(method="cheque", amount="30", cheque={"number": "1"})
        handover = self._handover()
        self.assertRecordValues(
            handover.line_ids,
            [
                {"method": "cash", "expected": 30.5, "receipt_count": 2, "is_counted": False},
                {"method": "cheque", "expected": 30, "receipt_count": 1, "is_counted": False},
            ],
        )
        self.assertEqual(handover.receipt_count, 3)
        with self.assertRaisesRegex(UserError, "no takings"):
            self._handover()

    def test_supervisor_counts_and_takes_over(self):
        self.company.collection_cash_journal_id = self.cash
        receipt = self._receipt(amount="10")
        handover = self._handover().with_user(self.env.user)
        with self.assertRaisesRegex(UserError, "Enter what you counted"):
            handover.action_confirm()
        self._count(handover, 10)
        handover.action_confirm()
        self.assertRecordValues(
            handover,
            [
                {
                    "state": "confirmed",
                    "confirmed_by_id": self.env.uid,
                    "booked_date": self.today,
                    "has_difference": False,
                }
            ],
        )
        self.assertEqual(receipt.state, "handed_over")
        with self.assertRaises(UserError):
            receipt.action_cancel()
        with self.assertRaises(UserError):
            handover.unlink()
        with self.assertRaises(UserError):
            handover.line_ids.write({"counted": 5})

    def test_nobody_confirms_their_own_takings(self):
        manager = self._user("mona", "collection_cases.group_collection_manager")
        self._enter(user=manager, amount="10")
        handover = self._handover(manager)
        with self.assertRaisesRegex(UserError, "never the collector"), self.env.cr.savepoint():
            handover.line_ids.write({"counted": 10})
        self._count(handover.with_user(self.env.user), 10)
        with self.assertRaisesRegex(AccessError, "never by oneself"), self.env.cr.savepoint():
            handover.action_confirm()
        for vals in ({"state": "confirmed"}, {"user_id": self.collector.id}, {"confirmed_by_id": 1}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                handover.write(vals)
        self.assertFalse(handover.may_confirm)
        handover.with_user(self.env.user).action_confirm()

    def test_difference_needs_a_note_and_is_told_to_the_manager(self):
        boss = self._user("boss", "collection_cases.group_collection_manager")
        self._enter(amount="10")
        handover = self._handover().with_user(self.env.user)
        self._count(handover, 8)
        with self.assertRaisesRegex(UserError, "write into the note"):
            handover.action_confirm()
        handover.note = "Two missing, deducted"
        handover.action_confirm()
        self.assertEqual(handover.line_ids.difference, -2)
        activity = handover.activity_ids
        self.assertEqual(activity.user_id, boss)
        self.assertIn("2.00", activity.summary)

    def test_counting_nothing_is_a_count_too(self):
        self._enter(amount="10")
        handover = self._handover().with_user(self.env.user)
        self._count(handover, 0)
        self.assertTrue(handover.has_difference)
        self.assertEqual(handover.line_ids.difference, -10)

    def test_cash_without_payment_keeps_its_items_until_it_is_booked(self):
        self._enter(amount="100")
        handover = self._handover().with_user(self.env.user)
        self._count(handover, 100)
        handover.action_confirm()
        self.assertFalse(handover.booked_date)
        self.assertTrue(self.first._block_reasons(self.today))
        self._match(self._payment(100), self.first.move_line_id.move_id)
        handover.action_booked()
        self._commit()
        self.assertEqual(handover.booked_date, self.today)
        self.assertFalse(self.second._block_reasons(self.today))
        self.assertTrue(handover.receipt_ids.is_booked)

    def test_receipts_given_after_it_was_begun_are_added(self):
        self._enter(amount="10")
        handover = self._handover()
        self._enter(amount="5")
        self.assertEqual(handover.line_ids.expected, 10)
        handover.action_gather()
        self.assertEqual(handover.line_ids.expected, 15)

    def test_collector_hands_over_for_nobody_else(self):
        self._enter(amount="10")
        with self.assertRaisesRegex(AccessError, "your own takings"):
            self.env["collection.handover"].with_user(self.other_collector).create({"user_id": self.collector.id})

    def test_what_is_being_counted_is_not_deleted_by_the_collector(self):
        self._enter(amount="10")
        handover = self._handover()
        self._count(handover.with_user(self.env.user), 8)
        with self.assertRaisesRegex(UserError, "being counted"):
            handover.unlink()

    def test_cheque_counts_as_booked_only_when_it_is(self):
        receipt = self._receipt(method="cheque", cheque={"number": "1"}, amount="10")
        handover = self._handover().with_user(self.env.user)
        self._count(handover, 10)
        handover.action_confirm()
        self.assertEqual(handover.booked_date, self.today)
        self.assertFalse(receipt.is_booked)

    def test_draft_given_up_frees_its_receipts(self):
        receipt = self._receipt(amount="10")
        self._handover().unlink()
        self.assertFalse(receipt.handover_id)
        self.assertEqual(self._handover().receipt_ids, receipt)


# (role, record) -> what it may do: r(ead), w(rite)
MATRIX = {
    ("collector", "own"): ("r", "rw"),
    ("colleague", "own"): ("", ""),
    ("head", "own"): ("r", "rw"),
    ("manager", "own"): ("r", "rw"),
    ("sales", "own"): ("r", ""),
    ("employee", "own"): ("", ""),
    ("stranger", "own"): ("", ""),
}


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestFieldAccess(FieldCommon):
    """Rule I8 for what is taken in the field."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other_company = cls.setup_other_company()["company"]
        department = cls.env["hr.department"].sudo().create({"name": "North", "company_id": False})
        head = cls._user("hana", "collection_cases.group_collection_user")
        employees = cls.env["hr.employee"].sudo()
        for user in (head, cls.collector):
            employees.create(
                {"name": user.name, "user_id": user.id, "company_id": cls.company.id, "department_id": department.id}
            )
        department.manager_id = head.sudo().employee_ids
        cls.customer.user_id = cls.sales
        cls.case.department_id = department
        cls.users = {
            "collector": cls.collector,
            "colleague": cls.other_collector,
            "head": head,
            "manager": cls._user("mona", "collection_cases.group_collection_manager"),
            "sales": cls.sales,
            "employee": cls._user("emil", "base.group_user"),
            "stranger": cls._user("stan", "collection_cases.group_collection_manager", company=other_company),
        }

    def _allowed(self, record, operation):
        try:
            record.check_access(operation)
        except AccessError:
            return False
        return True

    def test_matrix_of_receipts_and_handovers(self):
        receipt = self._receipt(method="cheque", amount="10", cheque={"number": "1"})
        handover = self.env["collection.handover"].with_user(self.collector).create({})
        instrument_rights = {"collector": "rw", "head": "rw", "manager": "rw", "sales": "r"}
        for (role, _whose), (of_receipt, of_handover) in MATRIX.items():
            for record, rights in (
                (receipt, of_receipt),
                (handover, of_handover),
                (handover.line_ids, of_handover),
                (receipt.instrument_id, instrument_rights.get(role, "")),
            ):
                record = record.with_user(self.users[role])
                record.env.invalidate_all()
                for letter, operation in (("r", "read"), ("w", "write")):
                    with self.subTest(role=role, model=record._name, operation=operation):
                        self.assertEqual(self._allowed(record, operation), letter in rights)

    def test_head_takes_over(self):
        self._enter(amount="10")
        handover = self.env["collection.handover"].with_user(self.collector).create({})
        handover = handover.with_user(self.users["head"])
        self.assertTrue(handover.may_confirm)
        handover.line_ids.write({"counted": 10})
        handover.action_confirm()
        self.assertEqual(handover.confirmed_by_id, self.users["head"])

    def test_whose_day_may_be_looked_at(self):
        def names(role):
            return set(self.env["collection.field"].with_user(self.users[role])._collectors().mapped("login"))

        self.assertEqual(names("collector"), set())
        self.assertEqual(names("head"), {"kate"})
        self.assertLessEqual({"kate", "oleg", "hana"}, names("manager"))
        self.assertNotIn("stan", names("manager"))
        self.assertFalse(names("stranger") & {"kate", "oleg", "hana"})

    def test_entries_from_the_field_are_read_by_nobody(self):
        self._enter(amount="10")
        for role in self.users:
            self.assertFalse(self.env["collection.field.entry"].with_user(self.users[role]).has_access("read"), role)
