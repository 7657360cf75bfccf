"""Delivery: what each answer of a channel leads to, and what the gate keeps back."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.collection_cases.tests.common import TODAY

from ..engine.delivery import FAILED, LATER, SENT, UNCERTAIN, Delivery
from .common import StrategyCommon

DELIVER = "odoo.addons.collection_strategy.services.collection_deliver"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDeliver(StrategyCommon):
    def _plan(self, *tasks, partner=None, **step):
        self._segment(self._strategy((3, list(tasks), step)))
        self._invoice(100, due=-10, partner=partner)
        self.runs.start()
        return self._actions(partner)

    def _deliver_at(self, time, verdict):
        with freeze_time(time), self.mails(verdict) as mails:
            self.deliver.run()
        return mails

    def test_refused_for_now_is_tried_again_later_and_later(self):
        action = self._plan(self.email)
        busy = (LATER, "451 try later", False)
        for time, count in (
            ("2026-03-10 08:00", 1),
            ("2026-03-10 08:00:30", 0),
            ("2026-03-10 08:01", 1),
            ("2026-03-10 08:06", 1),
            ("2026-03-10 08:36", 1),
            ("2026-03-10 10:36", 1),
            ("2026-03-10 22:36", 1),
        ):
            self.assertEqual(len(self._deliver_at(time, busy)), count, time)
        self.assertEqual(action.state, "failed")
        self.assertIn("451", action.reason)

    def test_refused_for_now_arrives_in_the_end(self):
        action = self._plan(self.email)
        self._deliver_at("2026-03-10 08:00", (LATER, "451 try later", False))
        mails = self._deliver_at("2026-03-10 08:01", (SENT, "", False))
        self.assertEqual((len(mails), action.state, action.attempts), (1, "done", 1))

    def test_refused_for_good_goes_to_the_next_channel_and_asks_to_mend(self):
        fallback = {"channel_id": self.letter.id, "condition": "unreachable", "template_id": self.wording.id}
        action = self._plan(self.email, fallback)
        self._deliver_at("2026-03-10 08:00", (FAILED, "550 no such user", True))
        self.assertEqual(action.state, "failed")
        letter = self._actions() - action
        self.assertEqual((letter.channel_id, letter.state), (self.letter, "done"), "taken up in the same go")
        self.assertTrue(letter.notice_ids.attachment_id)
        tasks = self._case().activity_ids
        self.assertEqual(tasks.user_id, self.collector)
        self.assertIn("E-mail", tasks.summary)

    def test_address_missing_goes_to_the_fallback_when_deciding(self):
        self.customer.email = False
        fallback = {"channel_id": self.letter.id, "condition": "unreachable", "template_id": self.wording.id}
        action = self._plan(self.email, fallback)
        self.assertEqual(action.channel_id, self.letter)

    def test_fallback_is_not_needed_while_the_first_reaches(self):
        fallback = {"channel_id": self.letter.id, "condition": "unreachable", "template_id": self.wording.id}
        self.assertEqual(self._plan(self.email, fallback).channel_id, self.email)

    def test_uncertain_is_never_sent_again_by_itself(self):
        action = self._plan(self.email)
        self._deliver_at("2026-03-10 08:00", (UNCERTAIN, "broke off", False))
        self.assertEqual(action.state, "uncertain")
        self.assertFalse(self._live("2026-03-11", "2026-03-20"))
        notice = action.notice_ids
        first = action.message_uid
        notice.with_user(self.collector).action_send_again()
        mails = self._deliver_at("2026-03-21 08:00", (SENT, "", False))
        self.assertEqual([mail.message_id for mail in mails], [first], "the same Message-Id, so it can be told apart")
        self.assertEqual(action.state, "done")

    def test_uncertain_can_be_said_to_have_arrived(self):
        action = self._plan(self.email)
        self._deliver_at("2026-03-10 08:00", (UNCERTAIN, "broke off", False))
        action.notice_ids.with_user(self.collector).action_mark_delivered()
        self.assertEqual(action.state, "done")

    def test_what_a_dead_process_was_sending_is_uncertain(self):
        action = self._plan(self.email)
        action.sudo().write({"state": "sending", "claim": "999999@20200101000000.000000"})
        self.env.flush_all()
        self.assertFalse(self._deliver_at("2026-03-10 08:00", (SENT, "", False)))
        self.assertEqual(action.state, "uncertain")

    def test_one_customers_failure_is_not_the_others(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self._invoice(100, due=-10, partner=self.other_customer)
        self.runs.start()
        values = type(self.env["collection.wording"])._values

        def broken(wordings, case, *arguments, **more):
            if case.partner_id == self.customer:
                raise RuntimeError("unexpected")
            return values(wordings, case, *arguments, **more)

        with patch.object(type(self.env["collection.wording"]), "_values", broken), mute_logger(DELIVER):
            mails = self._deliver_at("2026-03-10 08:00", (SENT, "", False))
        self.assertEqual(len(mails), 1)
        self.assertEqual(self._actions(self.other_customer).state, "done")
        self.assertEqual(self._actions().state, "planned", "before the channel was asked nothing can have left")
        self.assertIn("unexpected", self._actions().reason)

    def test_wording_that_fails_for_a_customer_fails_alone_and_says_so(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self.runs.start()
        self.env.cr.execute("UPDATE collection_template_text SET body = '{{ nothing.here }}'")
        self.env.invalidate_all()
        self._deliver_at("2026-03-10 08:00", (SENT, "", False))
        self.assertEqual(self._actions().state, "failed")
        self.assertIn("nothing", self._actions().reason)

    def test_opted_out(self):
        action = self._plan(self.email)
        self.customer.collection_optout_channel_ids = self.email
        self.assertFalse(self._deliver_at("2026-03-10 08:00", (SENT, "", False)))
        self.assertEqual(action.state, "skipped")

    def test_blacklisted_address_is_not_written_to(self):
        action = self._plan(self.email)
        self.env["mail.blacklist"].sudo()._add("alpha@example.com")
        self.assertFalse(self._deliver_at("2026-03-10 08:00", (SENT, "", False)))
        self.assertEqual(action.state, "failed")

    def test_preferred_channel(self):
        self.customer.collection_preferred_channel_id = self.letter
        task = {"channel_id": self.email.id, "template_id": self.wording.id, "preferred": True}
        self.assertEqual(self._plan(task).channel_id, self.letter)

    def test_call_becomes_work_of_the_debt_manager(self):
        action = self._plan({"channel_id": self.call.id, "note": "Ask when"})
        self.deliver.run()
        activity = self._case().activity_ids
        self.assertEqual(activity.user_id, self.collector)
        self.assertEqual(activity.summary, "Step 1")
        self.assertEqual((action.state, action.cost), ("done", 0))
        self.assertFalse(self._live("2026-03-11", "2026-03-13"))
        self.assertEqual(len(self._case().activity_ids), 1)

    def test_letter_waits_in_the_print_queue(self):
        self._plan(self.letter)
        self.deliver.run()
        queue = (
            self.env["collection.notice"]
            .with_user(self.collector)
            .search([("attachment_id", "!=", False), ("printed_date", "=", False)])
        )
        self.assertEqual(queue.partner_id, self.customer)
        self.assertTrue(queue.sudo().attachment_id.raw.startswith(b"%PDF"))
        self.assertIn("ids=", queue.action_print()["url"])
        queue.action_mark_printed()
        self.assertTrue(queue.printed_date)

    def test_sms_over_the_providers_client(self):
        self.sms.with_company(self.company).unit_cost = 0.08
        sent = []

        class Client:
            def __init__(self, env):
                pass

            def _set_company(self, company):
                pass

            def _send_sms_batch(self, messages):
                sent.extend(messages)
                return [{"uuid": messages[0]["numbers"][0]["uuid"], "state": answer}]

            def _get_sms_api_error_messages(self):
                return {}

        answer = "success"
        with patch.object(type(self.env["res.company"]), "_get_sms_api_class", lambda company: Client):
            action = self._plan(self.sms)
            self.deliver.run()
            self.assertEqual(sent[0]["numbers"][0]["number"], "+302310123456", "E.164")
            self.assertEqual((action.state, action.cost), ("done", 0.08))
            answer = "server_error"
            self.other_customer.phone = "+30 2310 654321"
            self._invoice(100, due=-10, partner=self.other_customer)
            self.runs.start()
            self.deliver.run()
        self.assertEqual(self._actions(self.other_customer).state, "uncertain", "it may have left")

    def test_bounce_marks_the_notice_and_goes_on(self):
        fallback = {"channel_id": self.letter.id, "condition": "unreachable", "template_id": self.wording.id}
        action = self._plan(self.email, fallback)
        self._deliver_at("2026-03-10 08:00", (SENT, "", False))
        self._case()._message_receive_bounce("alpha@example.com", self.customer)
        self.assertEqual(action.state, "failed")
        self.assertTrue(action.notice_ids.bounced_date)
        self.assertEqual((self._actions() - action).channel_id, self.letter)

    def test_step_on_an_event(self):
        strategy = self._strategy(
            (3, self.email), (1, self.call, {"trigger": "event", "event": "message_bounced", "waits": False})
        )
        self._segment(strategy)
        self._invoice(100, due=-10)
        self._day(TODAY)
        self._case()._message_receive_bounce("alpha@example.com", self.customer)
        self._live("2026-03-11", "2026-03-12")
        self.assertEqual(self._actions()[-1].channel_id, self.call)

    def test_approval(self):
        action = self._plan(self.email, mode="by_hand")
        self.assertFalse(self._deliver_at("2026-03-10 08:00", (SENT, "", False)))
        action.notice_ids.with_user(self.collector).action_approve()
        self.assertEqual(len(self._deliver_at("2026-03-10 08:05", (SENT, "", False))), 1)
        self.assertEqual(action.approved_by_id, self.collector)

    def test_refused_by_a_person_is_not_decided_again(self):
        action = self._plan(self.email, mode="by_hand")
        action.notice_ids.with_user(self.collector).action_refuse()
        self.assertEqual((action.state, action.is_final), ("skipped", True))
        self.assertFalse(self._live("2026-03-11", "2026-03-13"))

    def test_credit_stop(self):
        self._plan(self.env.ref("collection_strategy.channel_credit_stop"))
        self.deliver.run()
        partner = self.customer.with_company(self.company)
        self.assertEqual((partner.trust, partner.collection_credit_stop_date), ("bad", self.today))
        invoice = self.env["account.move"].search([("partner_id", "=", self.customer.id)])
        self._match(invoice, self._payment(100))
        self._commit()
        self.assertFalse(partner.collection_credit_stop_date)

    def test_thank_you_for_the_payment(self):
        self.company.collection_thanks_template_id = self.env.ref("collection_strategy.template_thanks")
        self._plan(self.email)
        self._deliver_at("2026-03-10 08:00", (SENT, "", False))
        self._match(self.env["account.move"].search([("partner_id", "=", self.customer.id)]), self._payment(100))
        self._commit()
        mails = self._deliver_at("2026-03-10 09:00", (SENT, "", False))
        self.assertEqual([mail.subject for mail in mails], ["Thank you for your payment"])
        self.assertFalse(self._deliver_at("2026-03-11 09:00", (SENT, "", False)))

    def test_pending_online_payment(self):
        action = self._plan(self.email)
        self._invoice_being_paid()
        self.assertFalse(self._deliver_at("2026-03-10 08:00", (SENT, "", False)))
        self.assertIn("paying", action.reason)

    def _invoice_being_paid(self):
        move = self.env["account.move"].search([("partner_id", "=", self.customer.id)])
        provider = self.env["payment.provider"].sudo().search([("code", "=", "demo")], limit=1)
        method = self.env["payment.method"].sudo().search([], limit=1)
        self.env["payment.transaction"].sudo().create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": 100,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.customer.id,
                "reference": "TX1",
                "state": "pending",
                "invoice_ids": [Command.set(move.ids)],
            }
        )

    def test_money_at_the_bank_that_is_not_matched(self):
        action = self._plan(self.email)
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "partner_id": self.customer.id,
                "amount": 100,
                "date": TODAY,
                "payment_ref": "Alpha pays",
            }
        )
        self.assertFalse(self._deliver_at("2026-03-10 08:00", (SENT, "", False)))
        self.assertEqual(action.state, "skipped")
        self.assertIn("not matched", action.reason)

    def test_bank_that_was_not_read_for_long(self):
        self.company.collection_bank_days = 3
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        run = self.runs.start()
        self.assertEqual(run.decision_ids.code, "bank_stale")
        self._payment(5, partner=self.other_customer, date="2026-03-08")
        run = self.runs.start()
        self.assertEqual(run.decision_ids.verdict, "send")

    def test_collector_sees_own_notices_only(self):
        self._plan(self.email)
        self.deliver.run()
        notices = self.env["collection.notice"]
        self.assertTrue(notices.with_user(self.collector).search([]))
        self.assertFalse(notices.with_user(self.other_collector).search([]))
        self.assertFalse(notices.with_user(self.sales).search([]))
        self.customer.user_id = self.sales
        self.assertTrue(notices.with_user(self.sales).search([]))

    def test_planned_too_long_ago_is_decided_again(self):
        action = self._plan(self.email)
        self.company.collection_is_live = False
        self.assertFalse(self._deliver_at("2026-03-10 08:00", (SENT, "", False)))
        self.company.collection_is_live = True
        self.assertFalse(self._deliver_at("2026-04-10 08:00", (SENT, "", False)))
        self.assertEqual((action.state, action.is_final), ("skipped", False))
        self.assertEqual(len(self._day("2026-04-11")), 1)

    def test_unit_cost_is_noted(self):
        self.letter.with_company(self.company).unit_cost = 1.7
        action = self._plan(self.letter)
        self.deliver.run()
        self.assertEqual(action.cost, 1.7)

    def test_sandbox_sends_nothing_and_says_so(self):
        action = self._plan(self.sandbox)
        self.deliver.run()
        self.assertEqual(action.state, "done")
        self.assertIn("100.00", action.notice_ids.body)

    def test_own_channel_keeps_the_contract(self):
        """An addon's channel is asked once, with all it needs."""
        asked = []

        def send(_channel, action, message):
            asked.append((message.addressee, message.subject, len(message.rows)))
            return Delivery(SENT)

        action = self._plan(self.sandbox)
        with patch.object(type(self.env["collection.channel.sandbox"]), "_send", send):
            self.deliver.run()
            self.deliver.run()
        self.assertEqual([row[0] for row in asked], [self.customer])
        self.assertEqual(action.state, "done")

    def test_language_of_the_debtor(self):
        self.env["res.lang"]._activate_lang("el_GR")
        self.wording.text_ids = [
            Command.create(
                {"lang": "el_GR", "subject": "Οφειλή {{ amount }}", "body": "<p>Αξιότιμε {{ debtor.name }}</p>"}
            )
        ]
        self.customer.lang = "el_GR"
        self._plan(self.email)
        mails = self._deliver_at("2026-03-10 08:00", (SENT, "", False))
        self.assertIn("Οφειλή", mails[0].subject)
        self.assertIn("Αξιότιμε", mails[0].html)

    def test_delivery_needs_as_many_queries_for_a_case_with_many_items(self):
        self._segment(self._strategy((3, self.email)))
        for number in range(3):
            self._invoice(10 + number, due=-10)
        for number in range(30):
            self._invoice(10 + number, due=-10, partner=self.other_customer)
        self.runs.start()

        def queries(partner):
            others = self.env["collection.action"].search([("is_outbox", "=", True), ("partner_id", "!=", partner.id)])
            others.sudo().write({"next_try": "2026-04-01 00:00:00"})
            self._actions(partner).sudo().write({"next_try": False, "state": "planned"})
            self.env.flush_all()
            self.env.invalidate_all()
            with self.mails():
                before = self.env.cr.sql_log_count
                self.deliver.run()
            return self.env.cr.sql_log_count - before

        queries(self.customer)  # warms the caches
        few, many = queries(self.customer), queries(self.other_customer)
        self.assertLess(many, few + 10)
        self.assertEqual(fields.Date.to_string(self.today), TODAY)
