from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..engine import blocks
from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestDispute(CollectionCommon):
    """The contested part leaves collection, the rest does not; settling it has its consequences."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(100)
        cls._invoice(40, due=-3)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])
        cls.item = cls.case.item_ids.filtered(lambda item: item.move_id == cls.invoice)
        cls.quality = cls.env.ref("collection_cases.dispute_reason_quality")
        cls.settler = cls._user("quinn", "base.group_user")
        cls.head = cls._user("hugo", "base.group_user")
        department = cls.env["hr.department"].sudo().create({"name": "Quality", "company_id": False})
        employee = cls.env["hr.employee"].sudo().create({"name": "Hugo", "user_id": cls.head.id})
        department.manager_id = employee
        cls.quality.write({"department_id": department.id, "days": 4})

    def _dispute(self, amount=30, item=None, **vals):
        line = {"item_id": (item or self.item).id, "amount": amount}
        return (
            self.env["collection.dispute"]
            .with_user(self.collector)
            .create(
                {
                    "case_id": self.case.id,
                    "reason_id": self.quality.id,
                    "line_ids": [Command.create(line)],
                    **vals,
                }
            )
        )

    def test_part_of_an_item_is_kept_back_and_the_rest_is_not(self):
        self._dispute(30)
        self.assertEqual(self.case.amount_disputed, 30)
        self.assertRecordValues(self.item, [{"amount_disputed": 30, "amount_free": 70}])
        self.assertFalse(self.case._block_reasons(self.today))
        reason = self.item._block_reasons(self.today)[self.item.id][0]
        self.assertEqual((reason.code, reason.amount), (blocks.DISPUTED, 30))
        self.assertEqual(self.case.amount_overdue, 140, "the ledger's amount stays the ledger's")

    def test_task_with_deadline_goes_to_the_departments_head(self):
        dispute = self._dispute()
        self.assertEqual((dispute.user_id, dispute.date_deadline), (self.head, self.today + timedelta(days=4)))
        self.assertRecordValues(
            dispute.activity_ids, [{"user_id": self.head.id, "date_deadline": self.today + timedelta(days=4)}]
        )
        dispute.activity_schedule("mail.mail_activity_data_todo", user_id=self.settler.id, summary="Look at the goods")
        self.assertEqual(len(dispute.activity_ids), 2)

    def test_settler_without_any_right_on_cases_settles_it(self):
        dispute = self._dispute(user_id=self.settler.id).with_user(self.settler)
        self.assertEqual(dispute.line_ids.amount, 30)
        dispute.resolution = "Goods were fine"
        dispute.action_reject()
        self.assertEqual((dispute.state, dispute.closed_date), ("rejected", self.today))
        self.assertEqual(self.case.amount_disputed, 0)
        self.assertFalse(dispute.sudo().activity_ids)
        with self.assertRaises(AccessError):
            self.case.with_user(self.settler).read(["name"])
        with self.assertRaises(AccessError):
            self._dispute(10).with_user(self.settler).read(["name"])

    def test_accepted_stays_out_until_its_credit_note_is_posted(self):
        dispute = self._dispute(30)
        dispute.with_user(self.collector).action_accept()
        self.assertEqual(self.case.amount_disputed, 30)
        dispute = dispute.with_user(self.env.user)
        action = dispute.action_make_credit_notes()
        note = self.env["account.move"].browse(action["res_id"])
        self.assertRecordValues(
            note, [{"move_type": "out_refund", "state": "draft", "amount_total": 30, "partner_id": self.customer.id}]
        )
        self.assertEqual(note.reversed_entry_id, self.invoice)
        self.assertEqual(self.case.amount_disputed, 30)
        note.action_post()
        self._commit()
        self.assertEqual(self.case.amount_disputed, 0)
        self.assertEqual(self.case.amount_overdue, 110)
        self.assertProven()

    def test_credit_note_made_by_accounting_ends_what_is_kept_back(self):
        dispute = self._dispute(30)
        dispute.action_accept()
        self._match(self.invoice, self._credit(30))
        self._commit()
        self.assertRecordValues(self.item, [{"residual": 70, "amount_free": 70, "amount_disputed": 0}])
        self.assertEqual(self.case.amount_disputed, 0)

    def test_contested_document_stays_contested_in_another_case(self):
        branch = self.env["res.partner"].create({"name": "North", "parent_id": self.customer.id, "type": "other"})
        invoice = self._invoice(200, partner=branch)
        self.refresh.run()
        item = self.case.item_ids.filtered(lambda item: item.move_id == invoice)
        self._dispute(200, item=item)
        self.env["collection.hold"].create(
            {"item_id": item.id, "reason": "Flood", "date_until": self.today + timedelta(days=3)}
        )
        self.customer.collection_participation = "per_branch"
        self.refresh.run()
        moved = self._case(branch_id=branch.id).item_ids
        self.assertNotEqual(moved, item)
        codes = {block.code for block in moved._block_reasons(self.today)[moved.id]}
        self.assertEqual(codes, {blocks.DISPUTED, blocks.HELD})

    def test_task_follows_the_person_and_the_deadline(self):
        dispute = self._dispute()
        dispute.write({"user_id": self.settler.id, "date_deadline": self.today + timedelta(days=9)})
        self.assertRecordValues(
            dispute.sudo().activity_ids,
            [{"user_id": self.settler.id, "date_deadline": self.today + timedelta(days=9)}],
        )

    def test_lines_of_a_settled_dispute_are_history(self):
        dispute = self._dispute(user_id=self.settler.id)
        with self.assertRaisesRegex(UserError, "withdraw it instead"), self.env.cr.savepoint():
            dispute.line_ids.unlink()
        dispute.action_withdraw()
        for change in (lambda line: line.write({"amount": 1}), lambda line: line.unlink()):
            with self.assertRaisesRegex(UserError, "stays as it was"), self.env.cr.savepoint():
                change(dispute.line_ids)
        other = self._dispute(user_id=self.settler.id).with_user(self.settler)
        for name, value in (("company_id", self.company.id), ("amount", 1), ("origin", "debtor"), ("date", TODAY)):
            with self.assertRaisesRegex(UserError, "with its buttons"):
                other.write({name: value})

    def test_credit_note_of_a_part_credits_taxes_in_proportion(self):
        tax = self.company_data["default_tax_sale"]
        invoice = self._invoice(99.99, due=-5, post=False)
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self.refresh.run()
        item = self.case.item_ids.filtered(lambda item: item.move_id == invoice)
        dispute = self._dispute(33.33, item=item).with_user(self.env.user)
        note = self.env["account.move"].browse(dispute.action_accept_and_credit()["res_id"])
        self.assertAlmostEqual(note.amount_total, 33.33, places=2)
        self.assertAlmostEqual(note.amount_tax / note.amount_untaxed, tax.amount / 100, places=2)

    def test_credit_note_of_a_part_is_exact_whatever_the_taxes(self):
        fixed, percent = self.env["account.tax"].create(
            [
                {"name": "Eco", "amount_type": "fixed", "amount": 5.0, "type_tax_use": "sale"},
                {"name": "19 %", "amount_type": "percent", "amount": 19.0, "type_tax_use": "sale"},
            ]
        )
        included = percent.copy({"name": "19 % in it", "price_include_override": "tax_included"})
        included_fixed = fixed.copy({"name": "Eco in it", "price_include_override": "tax_included"})
        other = self.setup_other_currency("EUR", rates=[("2025-01-01", 1.37)])
        for taxes, currency in (
            (fixed + percent, None),
            (included_fixed + included, None),
            (fixed + percent, other),
            (included, None),
        ):
            invoice = self._invoice(33.35, due=-5, post=False, currency=currency)
            invoice.invoice_line_ids.write({"tax_ids": [Command.set(taxes.ids)], "quantity": 7, "discount": 3})
            invoice.invoice_line_ids.copy({"price_unit": 12.99, "quantity": 3, "move_id": invoice.id})
            invoice.action_post()
            self.refresh.run()
            item = self.case.item_ids.filtered(lambda item, invoice=invoice: item.move_id == invoice)
            for amount in (0.99, 33.33, 100.01):
                with self.subTest(taxes=taxes.mapped("name"), amount=amount), self.env.cr.savepoint() as point:
                    dispute = self._dispute(amount, item=item).with_user(self.env.user)
                    note = self.env["account.move"].browse(dispute.action_accept_and_credit()["res_id"])
                    self.assertEqual(note.currency_id.compare_amounts(note.amount_total, amount), 0, note.amount_total)
                    share = amount / invoice.amount_total
                    for tax in taxes:
                        owed, credited = (
                            sum(
                                move.line_ids.filtered(lambda row, tax=tax: row.tax_line_id == tax).mapped(
                                    "amount_currency"
                                )
                            )
                            for move in (invoice, note)
                        )
                        self.assertAlmostEqual(credited, -owed * share, delta=0.011)
                    note.action_post()
                    self.assertEqual(note.currency_id.compare_amounts(note.amount_total, amount), 0)
                    self.assertAlmostEqual(sum(note.line_ids.mapped("balance")), 0)
                    point.rollback()
                    self.env.invalidate_all()

    def test_whole_item_contested_blocks_the_case_only_when_nothing_else_is_overdue(self):
        self._dispute(100)
        self.assertEqual(self.item.amount_free, 0)
        self.assertFalse(self.case._block_reasons(self.today), "the other item goes on")
        self._dispute(40, item=self.case.item_ids - self.item)
        self.assertEqual({block.code for block in self.case._block_reasons(self.today)[self.case.id]}, {"disputed"})
        sentences = self.case.block_text.replace("\N{NO-BREAK SPACE}", "").splitlines()
        self.assertIn(f"Contested: Quality of the goods or service ({self.item.name} $100.00)", sentences)
        self.assertEqual(len(sentences), 2, "each cause in one sentence")

    def test_bad_disputes_are_refused_and_write_nothing(self):
        for vals, message in (
            ({"amount": 100.01}, "more than is open and not contested yet"),
            ({"amount": -1}, "above zero"),
            ({"line_ids": False}, "which items are contested"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._dispute(**vals)
        self._dispute(80)
        with self.assertRaisesRegex(UserError, r"\(\$.20.00\)"), self.env.cr.savepoint():
            self._dispute(30)
        self.env.invalidate_all()
        self.assertEqual(len(self.case.dispute_ids), 1)

    def test_item_of_another_case_cannot_be_contested_here(self):
        self._invoice(partner=self.other_customer)
        other = self._refreshed_case(self.other_customer)
        with self.assertRaisesRegex(UserError, "belongs to another case"):
            self._dispute(10, item=other.item_ids)

    def test_settled_ones_stay_and_nothing_is_slipped_in(self):
        dispute = self._dispute(state="accepted", closed_date="2020-01-01")
        self.assertEqual((dispute.state, dispute.closed_date), ("open", False))
        with self.assertRaisesRegex(UserError, "with its buttons"):
            dispute.write({"state": "rejected"})
        with self.assertRaisesRegex(UserError, "what to tell the debtor"):
            dispute.action_reject()
        dispute.action_withdraw()
        with self.assertRaisesRegex(UserError, "settled already"):
            dispute.action_accept()
        with self.assertRaisesRegex(UserError, "stays as it was"):
            dispute.write({"line_ids": [Command.clear()]})
        with self.assertRaises(UserError):
            dispute.sudo().unlink()

    def test_collector_without_accounting_rights_makes_no_credit_note(self):
        dispute = self._dispute()
        with self.assertRaisesRegex(UserError, "needs accounting rights"):
            dispute.action_accept_and_credit()
        self.assertEqual(dispute.state, "open")

    def test_expected_amount_has_no_invoice_to_credit(self):
        item = self.env["collection.item"].create(
            {"case_id": self.case.id, "name": "Advance", "amount": 80, "due_date": self.today}
        )
        dispute = self._dispute(10, item=item).with_user(self.env.user)
        with self.assertRaisesRegex(UserError, "no invoice that could be credited"):
            dispute.action_accept_and_credit()

    # === THE TASK === #

    def _task(self, dispute):
        return dispute.sudo().activity_ids.filtered(lambda activity: activity.activity_type_id == dispute._task_kind())

    def test_ended_task_of_an_open_dispute_is_planned_again(self):
        dispute = self._dispute()
        self._task(dispute).with_user(self.head).action_feedback("Asked the warehouse")
        again = self._task(dispute)
        self.assertRecordValues(
            again, [{"user_id": self.head.id, "date_deadline": self.today + timedelta(days=4), "active": True}]
        )
        self.assertIn("the dispute is open: it is planned again for 03/14/2026", dispute.message_ids[0].body)
        dispute.date_deadline = self.today
        again.with_user(self.head).unlink()
        self.assertEqual(self._task(dispute).date_deadline, self.today + timedelta(days=1))
        dispute.with_user(self.head).action_withdraw()
        self.assertFalse(dispute.sudo().activity_ids, "the end of the dispute is the end of its task")

    def test_department_without_a_head(self):
        self.quality.department_id.sudo().manager_id = False
        dispute = self._dispute()
        self.assertEqual(dispute.user_id, self.collector)
        self.assertEqual(self._task(dispute).user_id, self.collector)
        self.assertIn("Quality has no head, so the task is given to kate", self.case.message_ids[0].body)
        dispute.action_withdraw()
        self.quality.user_id = self.settler
        dispute = self._dispute()
        self.assertEqual(self._task(dispute).user_id, self.settler, "the reason names a person")
        self.assertNotIn("has no head", self.case.message_ids[0].body)

    def test_head_who_left_gets_nothing(self):
        self.head.active = False
        self.assertEqual(self._dispute().user_id, self.collector)

    # === THE END === #

    def _told(self, dispute):
        notes = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", "collection.dispute"),
                    ("res_id", "=", dispute.id),
                    ("message_type", "=", "user_notification"),
                    ("subject", "like", "Dispute settled"),
                ]
            )
        )
        return notes.notified_partner_ids

    def test_who_waits_for_it_is_told(self):
        dispute = self._dispute()
        mine = self._dispute(10, user_id=self.other_collector.id)
        self.case.sudo().user_id = self.other_collector
        dispute.with_user(self.head).action_withdraw()
        self.assertEqual(self._told(dispute), (self.collector | self.other_collector).partner_id)
        mine.with_user(self.other_collector).action_withdraw()
        self.assertEqual(self._told(mine), self.collector.partner_id, "who settles it knows")

    def test_feedback_is_in_the_readers_words(self):
        self.env["res.lang"]._activate_lang("hu_HU")
        state = self.env["ir.model.fields"]._get("collection.dispute", "state")
        label = state.selection_ids.filtered(lambda choice: choice.value == "withdrawn")
        label.with_context(lang="hu_HU").name = "Visszavonva"
        dispute = self._dispute()
        task = self._task(dispute)
        dispute.with_user(self.head).with_context(lang="hu_HU").action_withdraw()
        self.assertEqual(task.feedback, "Visszavonva")

    def test_settled_case_ends_its_disputes(self):
        dispute = self._dispute(30, note="Broken")
        other = self.case.item_ids - self.item
        self._match(self.invoice, self._payment(100))
        self._commit()
        self.assertEqual(dispute.state, "open", "the case goes on")
        self._match(other.move_id, self._credit(40))
        self._commit()
        self.assertEqual(self.case.state, "completed")
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "withdrawn",
                    "closed_date": self.today,
                    "resolution": "Settled: all it was about was paid or credited.",
                }
            ],
        )
        self.assertFalse(dispute.sudo().activity_ids)
        self.assertIn(self.collector.partner_id, self._told(dispute))
        self.assertTrue(self.case.message_ids.filtered(lambda message: "Settled: all it was" in message.body))

    def test_dispute_of_what_is_still_open_stays(self):
        dispute = self._dispute(30)
        self.customer.collection_participation = "no"
        self.refresh.run()
        self.assertEqual((self.case.state, dispute.state), ("completed", "open"))


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestHold(CollectionCommon):
    """A hold stops what would be sent, says why, and ends by itself (R1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(100)
        cls._invoice(40, due=-3)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _hold(self, days=5, user=None, **vals):
        values = {"reason": "Flood", "date_until": self.today + timedelta(days=days), **vals}
        if not {"case_id", "partner_id", "item_id"} & set(values):
            values["case_id"] = self.case.id
        return self.env["collection.hold"].with_user(user or self.collector).create(values)

    def _codes(self, day=0):
        found = self.case._block_reasons(self.today + timedelta(days=day))
        return [block.code for block in found.get(self.case.id, [])]

    def test_case_hold_ends_by_itself(self):
        hold = self._hold(5)
        self.assertEqual(self._codes(5), ["held"])
        self.assertEqual(self._codes(6), [])
        self.assertTrue(hold.is_active)
        self.assertEqual(self.case.block_text, "Held until 03/15/2026: Flood")

    def test_item_hold_leaves_the_rest(self):
        item = self.case.item_ids[0]
        hold = self._hold(item_id=item.id)
        self.assertEqual((hold.case_id, hold.scope), (self.case, "item"))
        self.assertEqual((item.amount_free, self.case.item_ids[1].amount_free > 0), (0, True))
        self.assertEqual(self._codes(), [])

    def test_customer_hold_covers_all_cases_of_the_company(self):
        hold = self._hold(partner_id=self.customer.id)
        self.assertEqual(hold.scope, "customer")
        self.assertEqual(self._codes(), ["held"])
        self._invoice(partner=self.other_customer)
        other = self._refreshed_case(self.other_customer)
        self.assertFalse(other._block_reasons(self.today))

    def test_case_lists_what_holds_its_customer_too(self):
        mine, customers = self._hold(), self._hold(partner_id=self.customer.id)
        self._hold(user=self.env.user, partner_id=self.other_customer.id)
        self.assertEqual(self.case.with_user(self.collector).all_hold_ids, mine | customers)
        form = self.env["collection.case"].get_view(view_type="form")["arch"]
        self.assertIn('name="all_hold_ids"', form)

    def test_ended_early(self):
        hold = self._hold()
        hold.action_end()
        self.assertEqual(self._codes(), [])
        self.assertRecordValues(hold, [{"ended_date": self.today, "ended_by_id": self.collector.id}])
        with self.assertRaisesRegex(UserError, "is history"):
            hold.date_until = self.today + timedelta(days=9)

    def test_found_in_one_list(self):
        hold = self._hold()
        over = self._hold(0)
        found = self.env["collection.hold"].search([("is_active", "=", True)])
        self.assertEqual(found, hold + over)
        over.action_end()
        self.assertEqual(self.env["collection.hold"].search([("is_active", "=", False)]), over)

    def test_bad_holds(self):
        for vals, message in (
            ({"days": -1}, "before its first"),
            ({"days": -1, "date_from": "2026-01-01"}, "has passed"),
            ({"days": 181}, "at most 180 days"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._hold(**vals)

    def test_hold_stays_on_what_it_was_made_for(self):
        self._invoice(partner=self.other_customer, due=-9)
        self.other_customer.debt_manager_id = self.other_collector
        other = self._refreshed_case(self.other_customer)
        hold = self._hold()
        for vals in ({"case_id": other.id}, {"case_id": False}, {"partner_id": self.other_customer.id}):
            with self.assertRaisesRegex(UserError, "for something else"):
                hold.write(vals)
        self.assertEqual(self._hold(case_id=self.case.id, partner_id=other.partner_id.id).partner_id, self.customer)

    def test_strangers_hold_nothing(self):
        for user in (self.other_collector, self.sales):
            with self.assertRaises(AccessError):
                self._hold(user=user)
        with self.assertRaises(UserError):
            self._hold(user=self.other_collector, partner_id=self.customer.id)
        self.assertTrue(self._hold(user=self.collector, partner_id=self.customer.id))

    def test_waiting_case_ranks_lower_and_says_why(self):
        before = self.case.priority_score
        self._hold()
        self.refresh.run()
        self.assertLess(self.case.priority_score, before)
        self.assertIn("contested or held", self.case.priority_reason)
        self.assertIn("waiting -", self.case.priority_detail)
