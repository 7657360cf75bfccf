from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TODAY, CollectionCommon


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestPromise(CollectionCommon):
    """Promises are judged by the day the money came, and what follows follows by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(100)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _promise(self, amount=100, days=5, case=None, **vals):
        return (
            self.env["collection.promise"]
            .with_user(self.collector)
            .create({"case_id": (case or self.case).id, "amount": amount, "date": self._day(days), **vals})
        )

    def _day(self, days):
        return self.today + timedelta(days=days)

    def _on(self, days):
        """Let days pass and the night job run."""
        self._commit()
        self.refresh.run(date=self._day(days))

    def test_kept_by_a_matched_payment(self):
        self._invoice(50, due=-3)
        self.refresh.run()
        promise = self._promise(100, item_ids=[Command.set(self.case.item_ids[0].ids)])
        self.assertEqual(promise.item_ids.name, self.invoice.name)
        self._match(self.invoice, self._payment(100, date=self._day(2)))
        self._commit()
        self.assertRecordValues(promise, [{"state": "kept", "received": 100, "decided_date": self._day(2)}])
        self.assertRecordValues(self.case, [{"state": "in_progress", "amount_promised": 0}])

    def test_kept_before_anything_is_matched(self):
        promise = self._promise(60)
        self._payment(60, date=self._day(1))
        self._on(1)
        self.assertEqual((promise.state, promise.received), ("kept", 60))

    def test_not_broken_on_the_day_itself_but_the_day_after(self):
        promise = self._promise()
        self._on(5)
        self.assertEqual((promise.state, self.case.state), ("open", "promise"))
        self._on(6)
        self.assertRecordValues(promise, [{"state": "broken", "received": 0, "decided_date": self._day(6)}])
        self.assertEqual(self.case.state, "in_progress")

    def test_broken_one_raises_an_activity_and_an_alert(self):
        promise = self._promise()
        self._on(6)
        activity = self.case.activity_ids
        self.assertEqual(activity.user_id, self.collector)
        self.assertEqual(activity.activity_type_id.name, "Promise broken")
        self.assertIn("broken: $ 0.00 came", activity.summary.replace("\N{NO-BREAK SPACE}", " "))
        self.assertEqual(promise.alert_activity_id, activity)
        alerts = self.env["mail.notification"].search([("res_partner_id", "=", self.collector.partner_id.id)])
        self.assertIn("Promise broken: Alpha", alerts.mail_message_id.mapped("subject"))
        self._on(7)
        self.assertEqual(self.case.activity_ids, activity, "told once")

    def test_partly_kept(self):
        promise = self._promise()
        self._match(self.invoice, self._payment(30))
        self._on(6)
        self.assertRecordValues(promise, [{"state": "partly_kept", "received": 30, "missing": 70}])
        self.assertTrue(self.case.activity_ids)

    def test_tolerance_in_days_and_percent_is_the_companys(self):
        self.company.write({"collection_promise_tolerance_days": 2, "collection_promise_tolerance": 1})
        promise = self._promise()
        self._match(self.invoice, self._payment(99, date=self._day(7)))
        self._on(7)
        self.assertEqual(promise.state, "kept")

    def test_payment_booked_late_with_its_value_date_takes_the_alert_back(self):
        promise = self._promise()
        self._on(6)
        self.assertEqual(promise.state, "broken")
        self._match(self.invoice, self._payment(100, date=self._day(5)))
        self._commit()
        self.assertEqual(promise.state, "kept")
        self.assertFalse(self.case.activity_ids)
        self.assertIn("The money had come in time", self.case.action_ids.mapped("reason"))

    def test_payment_that_is_taken_back_breaks_it_again(self):
        promise = self._promise()
        payment = self._payment(100)
        self._match(self.invoice, payment)
        self._commit()
        self.assertEqual(promise.state, "kept")
        payment.action_draft()
        payment.action_cancel()
        self._on(6)
        self.assertEqual(promise.state, "broken")

    def test_money_from_before_the_promise_does_not_keep_it(self):
        self._payment(40, date=self._day(-3))
        promise = self._promise()
        self._on(6)
        self.assertEqual(promise.state, "broken")

    def test_paid_late_stays_broken(self):
        promise = self._promise()
        self._on(6)
        self._match(self.invoice, self._payment(100, date=self._day(7)))
        self._on(7)
        self.assertEqual((promise.state, self.case.state), ("broken", "completed"))
        second = self._second_case()
        late = self._promise(100, case=second)
        payment = self._payment(100, partner=self.other_customer, date=self._day(6))
        with freeze_time(self._day(6)):
            self._match(second.item_ids.move_id, payment)
            self._commit()
        self.assertEqual(late.state, "broken", "judged for the first time when it was paid already")

    def test_credited_after_it_was_broken_stays_broken(self):
        promise = self._promise()
        self._on(6)
        self._match(self.invoice, self._credit(100))
        self._on(8)
        self.assertEqual(promise.state, "broken")

    def test_new_promise_after_a_broken_one_is_about_the_same_debt(self):
        self._promise()
        self._on(6)
        again = self._promise(days=12)
        self._on(7)
        self.assertEqual(again.state, "open")

    def test_money_that_counted_for_an_old_promise_counts_for_no_young_one(self):
        first = self._promise(50, days=2)
        self._match(self.invoice, self._payment(50, date=self._day(1)))
        self._on(1)
        self.assertEqual(first.state, "kept")
        self.company.collection_promise_days = 0
        second = self._promise(50, days=65)
        self._on(66)
        self._on(67)
        self.assertEqual((first.state, second.state), ("kept", "broken"), "first is frozen, its money is spent")

    def test_correcting_the_invoice_keeps_the_promise(self):
        promise = self._promise()
        self.invoice.button_draft()
        self._commit()
        self.assertEqual(promise.state, "open")
        self.invoice.action_post()
        self._commit()
        self.assertEqual((promise.state, self.case.state), ("open", "promise"))

    def test_write_off_keeps_no_promise(self):
        promise = self._promise()
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create(
                {
                    "amount": 20,
                    "payment_date": self.today,
                    "payment_difference_handling": "reconcile",
                    "writeoff_account_id": self.company_data["default_account_expense"].id,
                }
            )
        )
        wizard._create_payments()
        self._commit()
        self.assertEqual(self.case.state, "completed")
        self.assertEqual(promise.received, 20)
        self.assertEqual(self.customer.collection_paid_12_months, 20)

    def test_another_branchs_money_keeps_nothing(self):
        self.other_customer.collection_participation = "per_branch"
        north, south = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.other_customer.id, "type": "other"} for name in ("North", "South")]
        )
        for branch in (north, south):
            self._invoice(partner=branch)
        self.refresh.run()
        case = self._case(self.other_customer, branch_id=north.id)
        promise = self._promise(100, case=case)
        self._payment(100, partner=south)
        self._on(1)
        self.assertEqual(promise.state, "open")
        self._payment(100, partner=north)
        self._on(1)
        self.assertEqual(promise.state, "kept")

    def test_tolerance_is_that_of_the_day_it_was_made(self):
        self.company.collection_promise_tolerance_days = 3
        promise = self._promise()
        self._match(self.invoice, self._payment(100, date=self._day(7)))
        self._on(7)
        self.company.collection_promise_tolerance_days = 0
        self._on(8)
        self.assertEqual(promise.state, "kept")

    def test_far_days_are_refused(self):
        self.company.collection_promise_days = 0
        with self.assertRaisesRegex(UserError, "more than 10 years away"), self.env.cr.savepoint():
            self._promise(days=365 * 20)
        with self.assertRaisesRegex(UserError, "which case"), self.env.cr.savepoint():
            self.env["collection.promise"].create({"amount": 1, "date": self.today})
        with self.assertRaisesRegex(UserError, "by which day"), self.env.cr.savepoint():
            self.env["collection.promise"].create({"case_id": self.case.id, "amount": 1})

    def test_nobodys_activity_is_deleted_by_a_slipped_in_alert(self):
        todo = self.customer.activity_schedule("mail.mail_activity_data_todo", user_id=self.env.uid)
        promises = self.env["collection.promise"].with_user(self.collector)
        promise = promises.with_context(default_alert_activity_id=todo.id).create(
            {"case_id": self.case.id, "amount": 1, "date": self._day(1), "alert_activity_id": todo.id}
        )
        self.assertFalse(promise.alert_activity_id)
        self._match(self.invoice, self._payment(1))
        self._commit()
        self.assertEqual((promise.state, todo.exists()), ("kept", todo))

    def test_credit_note_for_the_rest_breaks_nothing(self):
        promise = self._promise()
        self._match(self.invoice, self._payment(60))
        self._match(self.invoice, self._credit(40))
        self._commit()
        self.assertEqual((promise.state, promise.received), ("kept", 60))

    def test_credited_in_full_is_cancelled_with_a_reason(self):
        promise = self._promise()
        self._match(self.invoice, self._credit(100))
        self._commit()
        self.assertEqual((promise.state, promise.cancel_reason), ("cancelled", "Nothing is left to pay on its items."))

    def test_expected_amount_that_came_in_keeps_it(self):
        item = self.env["collection.item"].create(
            {"case_id": self.case.id, "name": "Advance", "amount": 80, "due_date": self.today}
        )
        promise = self._promise(80, item_ids=[Command.set(item.ids)])
        item.action_settle()
        self._commit()
        self.assertEqual((promise.state, promise.received), ("kept", 80))

    def test_bad_promises_are_refused_with_what_to_do(self):
        dollar_item = self.env["collection.item"].create(
            {
                "case_id": self.case.id,
                "name": "Advance",
                "amount": 80,
                "due_date": self.today,
                "currency_id": self.setup_other_currency("CHF").id,
            }
        )
        both = (self.case.item_ids | dollar_item).ids
        for values, message in (
            ({"days": -1}, "has passed"),
            ({"amount": 100.01}, "more than is open"),
            ({"days": 91}, "more than 90 days away"),
            ({"item_ids": [Command.set(both)]}, "one for each currency"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._promise(**values)

    def test_what_is_promised_cannot_be_promised_twice(self):
        self._promise(70)
        with self.assertRaisesRegex(UserError, "only .*30.00 is not promised"), self.env.cr.savepoint():
            self._promise(40)
        self.assertEqual(self._promise(30).state, "open")
        self.assertEqual(self.case.amount_promised, 100)

    def test_history_is_never_lost_nor_changed(self):
        promise = self._promise()
        for values in ({"amount": 1}, {"state": "kept"}, {"date": self._day(30)}):
            with self.assertRaisesRegex(UserError, "stays as it was said"):
                promise.write(values)
        promise.action_cancel()
        self.assertEqual((promise.state, self.case.state), ("cancelled", "in_progress"))
        with self.assertRaisesRegex(UserError, "judged already"):
            promise.action_cancel()
        with self.assertRaises(UserError):
            promise.sudo().unlink()

    def test_state_cannot_be_slipped_in(self):
        promise = self._promise(state="kept", received=5, decided_date=self.today)
        promise2 = (
            self.env["collection.promise"]
            .with_user(self.collector)
            .with_context(default_state="kept", default_received=7)
            .create({"case_id": self._second_case().id, "amount": 1, "date": self._day(1)})
        )
        self.assertEqual((promise.state, promise.received), ("open", 0))
        self.assertEqual((promise2.state, promise2.received), ("open", 0))

    def _second_case(self):
        self._invoice(partner=self.other_customer)
        return self._refreshed_case(self.other_customer)

    def test_promise_on_a_completed_case_is_refused(self):
        self._match(self.invoice, self._payment(100))
        self._commit()
        with self.assertRaisesRegex(UserError, "completed"):
            self._promise(1)

    def test_completing_a_case_cancels_what_was_promised(self):
        promise = self._promise(50)
        self.customer.collection_participation = "no"
        self.refresh.run()
        self.assertEqual((promise.state, promise.cancel_reason), ("cancelled", "The case is completed"))

    def test_rate_of_kept_promises_per_customer(self):
        self._promise(10, days=1)
        self._match(self.invoice, self._payment(10))
        self._on(1)
        self._promise(20, days=3)
        self._on(5)
        self.assertEqual((self.customer.collection_kept_rate, self.customer.collection_judged_count), (0.5, 2))

    def test_others_cases(self):
        with self.assertRaises(AccessError):
            self.env["collection.promise"].with_user(self.other_collector).create(
                {"case_id": self.case.id, "amount": 1, "date": self.today}
            )
        promise = self._promise()
        with self.assertRaises(AccessError):
            promise.with_user(self.other_collector).read(["amount"])
        self.customer.user_id = self.sales
        self.assertEqual(promise.with_user(self.sales).amount, 100)
        with self.assertRaises(AccessError):
            promise.with_user(self.sales).action_cancel()

    def test_judging_takes_as_many_queries_for_many_as_for_few(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.refresh.run()
            return self.env.cr.sql_log_count - before

        self._promise(1)
        self.refresh.run()
        few = count()
        for number in range(8):
            partner = self._participant(f"P{number}", debt_manager_id=self.collector.id)
            self._invoice(partner=partner)
            self._promise(10, case=self._refreshed_case(partner))
        self.refresh.run()
        self.assertLessEqual(count(), few + 1)


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestPlan(CollectionCommon):
    """Instalment plans: each instalment is judged on its own, a missed one ends what the company says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(300)
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _day(self, days):
        return self.today + timedelta(days=days)

    def _dialog(self, **vals):
        case = self.case.with_user(self.collector)
        wizard = self.env["collection.plan.agree"].with_user(self.collector).browse(case.action_plan()["res_id"])
        wizard.write(vals)
        return wizard

    def _plan(self, **vals):
        self._dialog(**{"every": "week", **vals}).action_agree()
        return self.case.plan_ids.filtered(lambda plan: plan.state == "active")

    def test_schedule_is_proposed_and_adds_up(self):
        wizard = self._dialog(count=7, down_payment=20)
        self.assertEqual(len(wizard.line_ids), 8)
        self.assertEqual(wizard.sum, 300)
        plan = self._plan(count=3)
        self.assertEqual(sorted(plan.promise_ids.mapped("amount")), [100, 100, 100])
        self.assertRecordValues(self.case, [{"state": "promise", "amount_promised": 300}])

    def test_every_instalment_is_judged_on_its_own_until_completed(self):
        plan = self._plan(count=3)
        for number, day in enumerate((7, 14, 21), 1):
            self._match(self.invoice, self._payment(100, date=self._day(day)))
            self._commit()
            self.refresh.run(date=self._day(day))
            self.assertEqual(plan.kept_count, number)
        self.assertEqual((plan.state, self.case.state), ("completed", "completed"))

    def test_one_payment_for_two_instalments(self):
        plan = self._plan(count=3)
        self._match(self.invoice, self._payment(200, date=self._day(6)))
        self._commit()
        self.assertEqual(plan.kept_count, 2)

    def test_missed_instalment_breaks_the_plan(self):
        plan = self._plan(count=3)
        self.refresh.run(date=self._day(8))
        self.assertEqual(plan.state, "broken")
        self.assertEqual(plan.promise_ids.sorted("date").mapped("state"), ["broken", "cancelled", "cancelled"])
        self.assertRecordValues(self.case, [{"state": "in_progress", "amount_promised": 0}])
        self.assertEqual(len(self.case.activity_ids), 1)

    def test_missed_instalment_breaks_only_itself_when_the_company_says_so(self):
        self.company.collection_plan_on_missed = "instalment"
        plan = self._plan(count=3)
        self.refresh.run(date=self._day(8))
        self.assertEqual(plan.state, "active")
        self._match(self.invoice, self._payment(100, date=self._day(13)))
        self._commit()
        self.refresh.run(date=self._day(15))
        self.assertEqual(plan.promise_ids.sorted("date").mapped("state"), ["broken", "kept", "open"])
        self.refresh.run(date=self._day(30))
        self.assertEqual(plan.state, "broken", "ends as what it was")

    def test_payment_known_late_brings_the_plan_back(self):
        plan = self._plan(count=3)
        self.refresh.run(date=self._day(8))
        self.assertEqual(plan.state, "broken")
        self._match(self.invoice, self._payment(100, date=self._day(6)))
        self._commit()
        self.assertEqual(plan.state, "active")
        self.assertEqual(plan.promise_ids.sorted("date").mapped("state"), ["kept", "open", "open"])
        self.assertEqual((self.case.state, self.case.amount_promised), ("promise", 200))

    def test_completed_plan_whose_money_is_taken_back(self):
        plan = self._plan(count=2)
        payment = self._payment(300, date=self._day(1))
        self._match(self.invoice, payment)
        self._commit()
        self.assertEqual((plan.state, self.case.state), ("completed", "completed"))
        payment.action_draft()
        payment.action_cancel()
        self._commit()
        self.assertEqual(plan.state, "active")
        self.assertEqual(self.case.state, "promise")

    def test_credit_note_for_the_rest_completes_the_plan(self):
        plan = self._plan(count=3)
        self._match(self.invoice, self._payment(100, date=self._day(1)))
        self._match(self.invoice, self._credit(200))
        self._commit()
        self.assertEqual((plan.state, self.case.state), ("completed", "completed"))

    def test_instalments_are_cancelled_with_their_plan_only(self):
        plan = self._plan(count=3)
        with self.assertRaisesRegex(UserError, "cancel its plan"):
            plan.promise_ids[0].with_user(self.collector).action_cancel()

    def test_correcting_the_invoice_keeps_the_plan(self):
        plan = self._plan(count=3)
        self.invoice.button_draft()
        self._commit()
        self.invoice.action_post()
        self._commit()
        self.assertEqual((plan.state, set(plan.promise_ids.mapped("state"))), ("active", {"open"}))

    def test_overlapping_plans_are_refused(self):
        self._plan(count=3)
        with self.assertRaisesRegex(UserError, "in a running plan already"):
            self._dialog(count=2).action_agree()
        self.case.plan_ids.with_user(self.collector).action_cancel()
        self.assertEqual(set(self.case.promise_ids.mapped("state")), {"cancelled"})
        self._dialog(count=2).action_agree()

    def test_plan_replaces_a_promise_on_its_items(self):
        promise = self.env["collection.promise"].create({"case_id": self.case.id, "amount": 300, "date": self._day(3)})
        self._plan(count=2)
        self.assertEqual((promise.state, promise.cancel_reason), ("cancelled", "Replaced by an instalment plan"))
        self.assertEqual(self.case.amount_promised, 300)

    def test_bad_plans_are_refused_and_write_nothing(self):
        for vals, message in (
            ({"count": 0}, "between 1 and 120"),
            ({"total": 301}, "only .* is open"),
            ({"down_payment": 300}, "less than the total"),
            ({"first_date": self._day(-1)}, "has passed"),
            ({"count": 100, "total": 0.5}, "take fewer"),
        ):
            with self.subTest(message), self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
                self._dialog(**vals).action_agree()
        wizard = self._dialog(count=2)
        wizard.line_ids[0].amount = 10
        with self.assertRaisesRegex(UserError, "correct one of them"), self.env.cr.savepoint():
            wizard.action_agree()
        self.env.invalidate_all()
        self.assertFalse(self.case.plan_ids)
        self.assertFalse(self.case.promise_ids)

    def test_plan_stays_as_agreed(self):
        plan = self._plan(count=2).with_user(self.collector)
        with self.assertRaisesRegex(UserError, "stays as it was"):
            plan.write({"total": 1})
        with self.assertRaises(AccessError):
            self.env["collection.plan"].with_user(self.collector).create(
                {"case_id": self.case.id, "currency_id": 1, "on_missed": "plan"}
            )
