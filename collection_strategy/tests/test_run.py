"""The run: decide, plan, send, each once; and nothing where something is in the way."""

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.collection_cases.tests.common import TODAY

from .common import StrategyCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestRun(StrategyCommon):
    def test_notice_goes_out_once(self):
        self._segment(self._strategy((3, self.email)))
        invoice = self._invoice(120, due=-10)
        mails = self._day(TODAY)
        self.assertEqual(len(mails), 1)
        self.assertIn("alpha@example.com", mails[0].to)
        self.assertIn("120.00", mails[0].subject)
        self.assertIn(invoice.name, mails[0].html, "what is due is in every message")
        self.assertIn("GR1601101250000000012300695", mails[0].html, "and how to pay it")
        self.assertFalse(self._day(TODAY), "the same day again says nothing")
        self.assertFalse(self._live("2026-03-11", "2026-03-20"), "nor the days after")
        action = self._actions()
        self.assertEqual((action.state, action.cycle), ("done", 1))
        notice = action.notice_ids
        self.assertEqual(notice.line_ids.mapped("amount"), [120])
        self.assertIn("120.00", notice.body)
        self.assertEqual(notice.address, "alpha@example.com")
        self.assertEqual(self._case().state, "in_progress")
        self.assertEqual(action.message_id.message_id, mails[0].message_id, "a reply finds the case")

    def test_ladder_in_calendar_time(self):
        self._segment(self._strategy((3, self.email), (10, self.email), (20, self.email)))
        self._invoice(100, due=0)
        days = list(self._live(TODAY, "2026-04-10"))
        self.assertEqual(days, ["2026-03-13", "2026-03-20", "2026-03-30"])

    def test_late_case_climbs_at_the_ladders_pace(self):
        self._segment(self._strategy((3, self.email), (10, self.email), (20, self.email)))
        self._invoice(100, due=-90)
        days = list(self._live(TODAY, "2026-04-10"))
        self.assertEqual(days, [TODAY, "2026-03-17", "2026-03-27"])

    def test_late_case_may_begin_where_it_is(self):
        self._segment(self._strategy((3, self.email), (10, self.email), (20, self.email), catch_up="reached"))
        self._invoice(100, due=-12)
        days = self._live(TODAY, "2026-04-10")
        self.assertEqual(list(days), [TODAY, "2026-03-20"])
        self.assertEqual(self._actions().mapped("step_id.name"), ["Step 2", "Step 3"])

    def test_nobody_is_written_to_before_the_company_is_live(self):
        self.company.collection_is_live = False
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        with self.mails() as mails:
            run = self.runs.start()
            self.deliver.run()
        self.assertTrue(run.is_dry)
        self.assertFalse(mails)
        self.assertFalse(self._actions())
        self.assertEqual(run.decision_ids.mapped("verdict"), ["send"])

    def test_dry_run_plans_nothing(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self._invoice(50, due=-1, partner=self.other_customer)
        run = self.runs.start(dry_run=True)
        self.assertFalse(self._actions() | self._actions(self.other_customer))
        self.assertFalse(self._case(), "not even a case was opened")
        self.assertEqual(set(run.decision_ids.mapped("verdict")), {"send", "nothing"}, "who would get one is listed")
        self.refresh.run()
        run = self.runs.start(dry_run=True)
        by_case = {decision.case_id.partner_id: decision for decision in run.decision_ids}
        self.assertEqual(by_case[self.customer].verdict, "send")
        self.assertEqual(by_case[self.other_customer].code, "too_early")
        self.assertEqual(by_case[self.other_customer].day, fields.Date.to_date("2026-03-12"))
        self.assertIn("1 E-mail", run.summary_text)

    def test_dry_run_of_another_day(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-1)
        self.refresh.run()
        run = self.runs.start("2026-03-12", dry_run=True)
        self.assertEqual(run.decision_ids.mapped("verdict"), ["send"])
        self.assertEqual(self._case().date_refreshed, fields.Date.to_date(TODAY), "the trial left nothing behind")

    def test_live_run_is_for_today_only(self):
        with self.assertRaisesRegex(UserError, "today only"), self.env.cr.savepoint():
            self.runs.start("2026-03-12")

    def test_only_managers_run(self):
        for call in (self.runs.start, self.deliver.run):
            with self.assertRaises(AccessError):
                call.__func__(call.__self__.with_user(self.collector))

    def test_paid_between_plan_and_delivery(self):
        self._segment(self._strategy((3, self.email)))
        invoice = self._invoice(100, due=-10)
        self.runs.start()
        self._match(invoice, self._payment(100))
        self._commit()
        with self.mails() as mails:
            self.deliver.run()
        self.assertFalse(mails)
        self.assertEqual(self._actions().state, "skipped")

    def test_partly_paid_between_plan_and_delivery_asks_for_the_rest(self):
        self._segment(self._strategy((3, self.email)))
        invoice = self._invoice(100, due=-10)
        self.runs.start()
        self._match(invoice, self._payment(60))
        self._commit()
        with self.mails() as mails:
            self.deliver.run()
        self.assertIn("40.00", mails[0].subject)

    def test_credits_are_taken_off(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self._credit(30)
        mails = self._day(TODAY)
        self.assertIn("70.00", mails[0].subject)

    def test_promise_stops_and_its_break_resumes(self):
        self._segment(self._strategy((3, self.email), (10, self.email)))
        self._invoice(100, due=-5)
        self._day(TODAY)
        case = self._case()
        self.env["collection.promise"].create({"case_id": case.id, "amount": 100, "date": "2026-03-25"})
        days = self._live("2026-03-11", "2026-03-31")
        self.assertEqual(list(days), ["2026-03-26"], "silent while the promise runs, then the next step")

    def test_promise_between_plan_and_delivery(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        self.runs.start()
        self.env["collection.promise"].create({"case_id": self._case().id, "amount": 100, "date": "2026-03-25"})
        with self.mails() as mails:
            self.deliver.run()
        self.assertFalse(mails)
        self.assertEqual(list(self._live("2026-03-26", "2026-03-27")), ["2026-03-26"], "decided again afterwards")

    def test_contested_part_is_not_asked_for(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        self.refresh.run()
        case = self._case()
        self.env["collection.dispute"].create(
            {
                "case_id": case.id,
                "reason_id": self.env["collection.dispute.reason"].search([], limit=1).id,
                "line_ids": [fields.Command.create({"item_id": case.item_ids.id, "amount": 30})],
            }
        )
        mails = self._day(TODAY)
        self.assertIn("70.00", mails[0].subject)

    def test_held_customer_gets_nothing(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        self.refresh.run()
        self.env["collection.hold"].create(
            {"partner_id": self.customer.id, "reason": "Merger", "date_until": "2026-03-15"}
        )
        run = self.runs.start()
        self.assertEqual(run.decision_ids.code, "held")
        self.assertEqual(list(self._live("2026-03-11", "2026-03-20")), ["2026-03-16"])

    def test_one_task_reaches_a_case_once_in_a_cycle(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        self._day(TODAY)
        action = self._actions()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            action.sudo().copy({"state": "planned", "case_id": action.case_id.id})
            self.env.flush_all()

    def test_new_delay_starts_at_the_first_step(self):
        self._segment(self._strategy((3, self.email), (30, self.email)))
        first = self._invoice(100, due=-5)
        self._day(TODAY)
        self._match(first, self._payment(100))
        self._commit()
        self._invoice(80, due=0)
        self.assertEqual(list(self._live("2026-03-11", "2026-03-20")), ["2026-03-13"])

    def test_who_always_owes_something_is_not_forgotten(self):
        self._segment(self._strategy((3, self.email)))
        first = self._invoice(100, due=-5)
        self._day(TODAY)
        self._invoice(80, due=1)
        self._day("2026-03-12")
        self._match(first, self._payment(100))
        self._commit()
        found = self._live("2026-03-13", "2026-03-20")
        self.assertEqual(list(found), ["2026-03-14"], "all that was asked for is paid: the newer debt starts afresh")
        self.assertIn("80.00", found["2026-03-14"][0].subject)

    def test_stopped_run_goes_on_where_it_stopped(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        self.refresh.run()
        run = self.runs.sudo()._begin(self.company, None, False)
        run.action_stop()
        run._go_on()
        self.assertEqual(run.state, "stopped")
        self.assertFalse(self._actions())
        run.action_resume()
        self.assertEqual((run.state, run.planned_count), ("done", 1))

    def test_stronger_message_of_a_day_says_it_all(self):
        self._segment(self._strategy((3, self.email), (4, self.email, {"waits": False})))
        self._invoice(100, due=-5)
        self.assertEqual(len(self._day(TODAY)), 1)
        self.assertEqual(self._actions().mapped("state"), ["skipped", "done"])
        self.assertFalse(self._live("2026-03-11", "2026-03-15"), "the weaker one does not follow later")

    def test_held_out_customers_get_nothing(self):
        self._segment(self._strategy((3, self.email)), holdout_percent=100)
        self._invoice(100, due=-5)
        run = self.runs.start()
        self.assertEqual(run.decision_ids.code, "holdout")
        self.assertEqual(self._case().arm, "holdout")

    def test_reminder_before_the_due_date(self):
        self._segment(self._strategy((-5, self.email), (3, self.email)))
        self._invoice(100, due=7)
        days = self._live(TODAY, "2026-03-25")
        self.assertEqual(list(days), ["2026-03-12", "2026-03-20"])

    def test_reminder_before_the_due_date_is_not_sent_to_who_has_paid(self):
        self._segment(self._strategy((-5, self.email), (3, self.email)))
        invoice = self._invoice(100, due=7)
        self._day(TODAY)
        self._match(invoice, self._payment(100))
        self._commit()
        self.assertFalse(self._live("2026-03-11", "2026-03-25"))
