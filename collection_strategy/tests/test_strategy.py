"""Strategies: versions, what cases keep, files; segments; ratings; why."""

import json
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.collection_cases.tests.common import TODAY

from ..engine.delivery import SENT, Delivery
from .common import StrategyCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestStrategy(StrategyCommon):
    def test_case_keeps_the_version_it_started_with(self):
        strategy = self._strategy((3, self.email), (10, self.email))
        segment = self._segment(strategy)
        self._invoice(100, due=-5)
        self._day(TODAY)
        newer = self.env["collection.strategy"].browse(strategy.action_new_version()["res_id"])
        newer.step_ids[1].delay = 40
        newer.action_publish()
        self.assertEqual((strategy.state, newer.state, newer.version), ("retired", "live", 2))
        self.assertEqual(segment.strategy_id, newer)
        self._invoice(100, due=-5, partner=self.other_customer)
        self._day("2026-03-11")
        self.assertEqual(self._case().strategy_id, strategy)
        self.assertEqual(self._case(self.other_customer).strategy_id, newer)
        self.assertEqual(list(self._live("2026-03-12", "2026-03-20")), ["2026-03-17"], "by the old version")

    def test_running_cases_can_be_moved(self):
        strategy = self._strategy((3, self.email), (10, self.email))
        self._segment(strategy)
        self._invoice(100, due=-5)
        self._day(TODAY)
        newer = self.env["collection.strategy"].browse(strategy.action_new_version()["res_id"])
        newer.action_publish()
        newer.action_move_cases()
        self.assertEqual(self._case().strategy_id, newer)
        self.assertFalse(self._day("2026-03-11"), "what was sent by the old version is not sent again")
        self.assertEqual(list(self._live("2026-03-12", "2026-03-20")), ["2026-03-17"])

    def test_version_in_use_cannot_be_changed(self):
        strategy = self._strategy((3, self.email))
        for change in (
            lambda: strategy.step_ids.write({"delay": 5}),
            lambda: strategy.step_ids.task_ids.write({"channel_id": self.letter.id}),
            lambda: strategy.step_ids.unlink(),
            lambda: strategy.write({"catch_up": "reached"}),
            lambda: self._step(strategy, 5, 50, self.email),
            lambda: strategy.unlink(),
        ):
            with self.assertRaisesRegex(UserError, "New version"), self.env.cr.savepoint():
                change()

    def test_incomplete_strategy_is_not_put_live(self):
        for steps, said in (
            ((), "no steps"),
            (((3, []),), "does nothing"),
            (((3, self.email, {"trigger": "event"}),), "choose which"),
            (((3, self.email, {"trigger": "step"}),), "choose which"),
            (((3, {"channel_id": self.email.id, "template_id": False}),), "choose its wording"),
        ):
            with self.assertRaisesRegex(UserError, said), self.env.cr.savepoint():
                self._strategy(*steps)

    def test_bad_values_are_sentences(self):
        for vals in (
            {"delay": -5, "trigger": "event", "event": "promise_broken"},
            {"delay": 9999},
            {"max_coverage": 150},
            {"min_overdue": -1},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._strategy((3, self.email, vals), publish=False)
        strategy = self._strategy((3, self.email), (5, self.email), publish=False)
        first, second = strategy.step_ids
        second.write({"trigger": "step", "after_step_id": first.id})
        with self.assertRaisesRegex(ValidationError, "wait for itself"):
            first.write({"trigger": "step", "after_step_id": second.id})

    def test_strategy_in_use_by_a_segment_is_not_retired(self):
        strategy = self._strategy((3, self.email))
        self._segment(strategy)
        with self.assertRaisesRegex(UserError, "All"):
            strategy.action_retire()

    def test_conditions_of_steps(self):
        strategy = self._strategy(
            (3, self.email),
            (6, self.call, {"min_overdue": 500}),
            (10, self.email, {"max_coverage": 50}),
            (14, self.email, {"reaction": "none"}),
        )
        self._segment(strategy)
        invoice = self._invoice(100, due=-3)
        self._day(TODAY)
        self._match(invoice, self._payment(60))
        self._commit()
        days = self._live("2026-03-11", "2026-04-10")
        steps = self._actions().mapped("step_id.name")
        self.assertEqual(steps, ["Step 1", "Step 4"], "too small for a call; paid more than half; no word")
        self.assertEqual(list(days), ["2026-03-21"])

    def test_step_after_another_step(self):
        strategy = self._strategy((3, self.email), (4, self.call, {"trigger": "step"}), publish=False)
        strategy.step_ids[1].after_step_id = strategy.step_ids[0]
        strategy.action_publish()
        self._segment(strategy)
        self._invoice(100, due=-3)
        self._live(TODAY, "2026-03-16")
        days = self._actions().mapped("due_date")
        self.assertEqual(days, [self.today, fields.Date.to_date("2026-03-14")])

    def test_step_on_a_broken_promise(self):
        strategy = self._strategy(
            (3, self.email), (1, self.call, {"trigger": "event", "event": "promise_broken", "waits": False})
        )
        self._segment(strategy)
        self._invoice(100, due=-3)
        self._day(TODAY)
        self.env["collection.promise"].create({"case_id": self._case().id, "amount": 100, "date": "2026-03-12"})
        self._live("2026-03-11", "2026-03-16")
        call = self._actions()[-1]
        self.assertEqual((call.channel_id, call.due_date), (self.call, fields.Date.to_date("2026-03-14")))

    def test_working_days(self):
        self._segment(self._strategy((3, self.email, {"on_working_days": True})))
        self._invoice(100, due=1)  # + 3 days is Saturday the 14th
        self.assertEqual(list(self._live(TODAY, "2026-03-20")), ["2026-03-16"])

    def test_holiday_of_the_company(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Day off",
                "company_id": self.company.id,
                "date_from": "2026-03-16 00:00:00",
                "date_to": "2026-03-16 23:00:00",
            }
        )
        self._segment(self._strategy((3, self.email, {"on_working_days": True})))
        self._invoice(100, due=1)
        self.assertEqual(list(self._live(TODAY, "2026-03-20")), ["2026-03-17"])

    def test_steps_before_legal(self):
        self._segment(
            self._strategy((3, self.email), (10, self.email), (30, self.call, {"is_legal": True, "mode": "by_hand"}))
        )
        self._invoice(100, due=-5)
        self._day(TODAY)
        case = self._case().with_user(self.collector)
        self.assertTrue(case.has_legal_step)
        self.assertEqual(case.steps_before_legal, 1)
        self.assertIn("Step 2", case.next_step_text)

    def test_why_shows_every_step_with_its_reason(self):
        self._segment(
            self._strategy(
                (3, self.email), (10, self.email), (1, self.call, {"trigger": "event", "event": "promise_broken"})
            )
        )
        self._invoice(100, due=-5)
        self._day(TODAY)
        case = self._case().with_user(self.collector)
        why = self.env["collection.why"].with_user(self.collector).browse(case.action_why()["res_id"])
        self.assertEqual(why.line_ids.mapped("verdict"), ["done", "wait", "wait"])
        self.assertTrue(all(why.line_ids.mapped("reason")))
        self.assertIn("03/17/2026", why.line_ids[1].reason)
        with self.assertRaises(AccessError):
            self._case().with_user(self.other_collector).action_why()

    def test_next_step_now(self):
        self._segment(self._strategy((3, self.email), (10, self.email)))
        self._invoice(100, due=-5)
        self._day(TODAY)
        self._case().with_user(self.collector).action_next_step_now()
        self.assertEqual(self._actions().mapped("step_id.name"), ["Step 1", "Step 2"])
        with self.assertRaisesRegex(UserError, "Nothing can be sent now"):
            self._case().with_user(self.collector).action_next_step_now()

    def test_export_and_import(self):
        strategy = self.env.ref("collection_strategy.strategy_gentle")
        text = self.env["collection.strategy.json"]._export(strategy)
        twin = self.env["collection.strategy.json"]._import(text)
        self.assertEqual(twin.state, "draft")
        self.assertEqual(twin.step_ids.mapped("name"), strategy.step_ids.mapped("name"))
        self.assertEqual(twin.step_ids.mapped("delay"), strategy.step_ids.mapped("delay"))
        twin.action_publish()
        again = json.loads(self.env["collection.strategy.json"]._export(twin))
        first = json.loads(text)
        self.assertEqual(again["steps"], first["steps"])

    def test_bad_files_are_refused_with_a_sentence(self):
        reader = self.env["collection.strategy.json"]
        good = json.loads(reader._export(self.env.ref("collection_strategy.strategy_gentle")))
        before = self.env["collection.strategy"].search_count([])

        def changed(**vals):
            return json.dumps({**good, **vals})

        step = good["steps"][0]
        for text, said in (
            ("{", "no JSON"),
            ("[]", "no strategy"),
            (changed(format="x"), "no strategy"),
            (changed(steps=[]), "no steps"),
            (changed(steps=[{**step, "delay": "soon"}]), "number"),
            (changed(steps=[{**step, "trigger": "moon"}]), "unknown"),
            (changed(steps=[{**step, "after_step": 7}]), "not in the file"),
            (changed(steps=[{**step, "tasks": [{"channel": "pigeon"}]}]), "pigeon"),
        ):
            with self.assertRaisesRegex(UserError, said), self.env.cr.savepoint():
                reader._import(text)
        self.assertEqual(self.env["collection.strategy"].search_count([]), before)

    def test_shipped_strategies_are_complete_and_live(self):
        for name in ("gentle", "firm", "consumer", "early"):
            strategy = self.env.ref(f"collection_strategy.strategy_{name}")
            self.assertEqual(strategy.state, "live")
            strategy._check_complete()
            self.assertTrue(strategy.step_ids.filtered("is_legal"))
            self.assertTrue(all(step.mode == "by_hand" for step in strategy.step_ids.filtered("is_legal")))

    def test_story_of_a_shipped_ladder(self):
        """Ninety days of the gentle ladder, to the day and the channel."""
        self._segment(self.env.ref("collection_strategy.strategy_gentle"))
        for step in self.env.ref("collection_strategy.strategy_gentle").step_ids:
            self.assertTrue(step.on_working_days)
        self._invoice(900, due=0)
        found = []
        day = self.today
        sms = patch.object(type(self.env["collection.channel.sms"]), "_send", lambda *_arguments: Delivery(SENT))
        while day <= fields.Date.to_date("2026-06-10"):
            with sms:
                self._day(day)
            waiting = self._actions().filtered(lambda action: action.approval == "needed")
            waiting.notice_ids.with_user(self.collector).action_approve()
            day = fields.Date.add(day, days=1)
        for action in self._actions():
            found.append(
                (fields.Date.to_string(action.due_date), action.step_id.name, action.channel_id.code, action.state)
            )
        self.assertEqual(
            found,
            [
                ("2026-03-13", "Friendly reminder", "email", "done"),
                ("2026-03-23", "Second reminder", "email", "done"),
                ("2026-03-31", "Call", "call", "done"),
                ("2026-04-10", "Firm reminder", "email", "done"),
                ("2026-04-10", "Firm reminder", "sms", "done"),
                ("2026-04-27", "Last notice", "letter", "done"),
                ("2026-04-27", "Last notice", "email", "done"),
                ("2026-05-12", "Hand over to legal", "escalate", "failed"),
            ],
        )


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestSegment(StrategyCommon):
    def test_first_match_wins(self):
        gentle, firm = self._strategy((3, self.email)), self._strategy((5, self.email))
        large = self._segment(firm, name="Large", exposure_from=1000, sequence=1)
        rest = self._segment(gentle, name="Rest", sequence=2)
        self._invoice(5000, due=-2)
        self._invoice(50, due=-2, partner=self.other_customer)
        self.runs.start(dry_run=False)
        self.assertEqual(self._case().segment_id, large)
        self.assertEqual(self._case(self.other_customer).segment_id, rest)
        self.assertEqual(self._case().strategy_id, firm)

    def test_rules(self):
        strategy = self._strategy((50, self.email))
        person = self._participant("Person", is_company=False, email="p@example.com")
        self._invoice(100, due=-40)
        self._invoice(100, due=-5, partner=self.other_customer)
        self._invoice(100, due=-5, partner=person)
        self.refresh.run()
        rules = (
            ({"kind": "consumer"}, person),
            ({"kind": "company", "aging_from": 31}, self.customer),
            ({"kind": "company", "aging_to": 30}, self.other_customer),
            ({"domain": f"[('id', '=', {self.customer.id})]"}, self.customer),
        )
        for vals, expected in rules:
            segment = self._segment(strategy, **vals)
            self.env["collection.segment"].action_assign_now()
            cases = self.env["collection.case"].search([("segment_id", "=", segment.id)])
            self.assertEqual(cases.partner_id, expected, vals)
            segment.active = False

    def test_bad_segments_are_refused(self):
        strategy = self._strategy((3, self.email))
        for vals in (
            {"domain": "[('nothing', '=', 1)]"},
            {"domain": "env['res.users']"},
            {"aging_from": 30, "aging_to": 10},
            {"exposure_from": 30, "exposure_to": 10},
            {"grade_from": "D", "grade_to": "A"},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._segment(strategy, **vals)

    def test_challenger_and_hold_out_are_stable(self):
        main, other = self._strategy((3, self.sandbox)), self._strategy((4, self.sandbox))
        segment = self._segment(main, challenger_id=other.id, challenger_percent=40, holdout_percent=20)
        for number in range(40):
            self._invoice(100, due=-2, partner=self._participant(f"P{number}"))
        self.runs.start()
        cases = self.env["collection.case"].search([("segment_id", "=", segment.id)])
        arms = {case: case.arm for case in cases}
        self.assertEqual(set(arms.values()), {"main", "challenger", "holdout"})
        self.assertTrue(all(case.strategy_id == other for case in cases if case.arm == "challenger"))
        self._live("2026-03-11", "2026-03-14")
        self.assertEqual({case: case.arm for case in cases}, arms)
        held = cases.filtered(lambda case: case.arm == "holdout")
        self.assertFalse(held.action_ids)
        self.assertTrue((cases - held).action_ids)

    def test_proposal_from_the_ledger(self):
        self.refresh.run()
        with self.assertRaisesRegex(UserError, "no running cases"), self.env.cr.savepoint():
            self.env["collection.segment"].action_propose()
        self._invoice(9000, due=-5)
        self._invoice(50, due=-5, partner=self.other_customer)
        self._invoice(70, due=-5, partner=self._participant("Person", is_company=False))
        self.refresh.run()
        proposal = self.env["collection.segment.propose"].browse(
            self.env["collection.segment"].action_propose()["res_id"]
        )
        self.assertEqual(
            [(line.name, line.case_count, line.amount) for line in proposal.line_ids],
            [("Companies, large debts", 1, 9000), ("Companies, small debts", 1, 50), ("Consumers, large debts", 1, 70)],
        )
        proposal.line_ids[2].is_chosen = False
        proposal.action_accept()
        segments = self.env["collection.segment"].search([])
        self.assertEqual(segments.mapped("name"), ["Companies, large debts", "Companies, small debts"])
        self.assertEqual(self._case().segment_id, segments[0])

    def test_rating_from_the_ledgers_history(self):
        for days, paid_after in ((-200, 0), (-150, 30), (-60, 60)):
            invoice = self._invoice(100, due=days)
            day = fields.Date.add(self.today, days=days + paid_after)
            self._match(invoice, self._payment(100, date=day))
        self._commit()
        self.env["collection.rating"].sudo()._rate(self.company, self.today)
        rating = self.env["collection.rating"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((rating.days_late, round(rating.share_late, 2), rating.trend), (30, 0.67, "worse"))
        self.assertEqual(rating.grade, "D")
        self.assertIn("30 days late", rating.sentence)
        self.assertEqual(self.customer.collection_grade, "D")

    def test_getting_worse_is_told_before_anything_is_overdue(self):
        self._match(self._invoice(100, due=-200), self._payment(100, date=fields.Date.add(self.today, days=-200)))
        self._commit()
        ratings = self.env["collection.rating"].sudo()
        ratings._rate(self.company, self.today)
        self.assertFalse(self.customer.activity_ids)
        self._match(self._invoice(100, due=-60), self._payment(100, date=fields.Date.add(self.today, days=-20)))
        self._commit()
        ratings._rate(self.company, self.today)
        activity = self.customer.activity_ids
        self.assertEqual(activity.user_id, self.collector)
        ratings._rate(self.company, self.today)
        self.assertEqual(self.customer.activity_ids, activity, "told once")

    def test_segment_by_rating(self):
        good, bad = self._strategy((3, self.email)), self._strategy((3, self.email))
        self._segment(bad, name="Bad", grade_from="D", sequence=1)
        self._segment(good, name="Others", sequence=2)
        paid = self._invoice(100, due=-100)
        self._match(paid, self._payment(100))
        self._invoice(100, due=-2)
        self._invoice(100, due=-2, partner=self.other_customer)
        self.runs.start()
        self.assertEqual(self._case().segment_id.name, "Bad")
        self.assertEqual(self._case(self.other_customer).segment_id.name, "Others", "no rating is no bad one")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestWording(StrategyCommon):
    def test_mistakes_are_found_when_saving(self):
        for source, said in (
            ("{{ debtor.nmae }}", "nmae"),
            ("{{ amount ", "brace"),
            ("{% for item in items %}{{ item.number }}", "brace|cannot be read"),
            ("{{ debtor.name.__class__ }}", "__class__"),
            ("{{ ''.format(1) }}", "cannot be used"),
            ("{% include 'x' %}", "cannot be used"),
            ("{% set a = 1 %}", "cannot be used"),
            ("{{ request }}", "request"),
            ("{{ env }}", "env"),
            ("{{ 'a' * 1000000000 }}", "cannot be used"),
        ):
            for part in ("body", "subject", "sms", "letter"):
                with self.assertRaisesRegex(ValidationError, said), self.env.cr.savepoint():
                    self._wording("fine", **{part: source})

    def test_values_of_the_debtor_are_data_not_wording(self):
        self.customer.name = "{{ company.name }} <script>alert(1)</script>"
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        mails = self._day(TODAY)
        self.assertIn("{{ company.name }}", mails[0].html)
        self.assertNotIn("<script>", mails[0].html)

    def test_no_header_can_be_slipped_in(self):
        self.customer.name = "A\r\nBcc: all@example.com"
        self.wording.text_ids.subject = "For {{ debtor.name }}"
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        mails = self._day(TODAY)
        self.assertEqual(len(mails), 1)
        self.assertNotIn("\n", mails[0].subject.strip())

    def test_two_currencies_are_never_added(self):
        self._segment(self._strategy((3, self.email)))
        euro = self.setup_other_currency("EUR")
        self._invoice(100, due=-5)
        self._invoice(50, due=-5, currency=euro)
        mails = self._day(TODAY)
        self.assertIn("100.00", mails[0].subject)
        self.assertIn("50.00", mails[0].subject)
        self.assertNotIn("150.00", mails[0].html)

    def test_preview_on_a_case_and_on_the_sample(self):
        self._invoice(77, due=-5)
        self.refresh.run()
        text = self.wording.text_ids
        self.assertIn("Sample", text.preview)
        text.preview_case_id = self._case()
        text._compute_preview()
        self.assertIn("77.00", text.preview)

    def test_sms_length_and_cost(self):
        self.sms.with_company(self.company).unit_cost = 0.1
        text = self.wording.text_ids
        text.sms = "α" * 80
        self.assertIn("80", text.sms_length)
        self.assertIn("2 SMS", text.sms_length)
        self.assertIn("0.20", text.sms_length)

    def test_every_electronic_text_says_how_to_opt_out(self):
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-5)
        self.assertIn("STOP", self._day(TODAY)[0].html)

    def test_nearest_language(self):
        template = self.env.ref("collection_strategy.template_friendly")
        template.text_ids.filtered(lambda text: text.lang != "en_US").unlink()
        template.text_ids = [Command.create({"lang": "fr_BE", "subject": "B", "body": "<p>b</p>"})]
        self.assertEqual(template._text_for("fr_FR").lang, "fr_BE")
        self.assertEqual(template._text_for("de_DE").lang, "en_US")
        self.assertEqual(template._text_for(False).lang, "en_US")

    def test_shipped_wordings_can_be_filled_in(self):
        for template in self.env["collection.template"].search([]):
            for text in template.text_ids:
                text._check_wording()
                self.assertNotIn("text-danger", str(text.preview), f"{template.name} {text.lang}")

    def test_letter_in_greek_and_hungarian(self):
        self.customer.write({"name": "Γ. Παπαδόπουλος ΑΕ", "city": "Székesfehérvár"})
        self._segment(self._strategy((3, self.letter)))
        for number in range(60):
            self._invoice(10 + number, due=-5)
        self.runs.start()
        self.deliver.run()
        self.assertTrue(self._actions().notice_ids.sudo().attachment_id.raw.startswith(b"%PDF"))
