from datetime import datetime
from itertools import pairwise

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.collection_cases.tests.common import TODAY

from .common import StrategyCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestFairContactGate(StrategyCommon):
    """Fair contact where messages are decided and where they leave; charges in what they say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.country_id = cls.env.ref("base.gr")

    def _rule(self, **vals):
        return self.env["collection.contact.rule"].create({"name": "Ours", "applies_to": "all", **vals})

    def _refusals(self):
        return self.env["collection.contact.refusal"].search([("partner_id", "=", self.customer.id)])

    def test_a_step_waits_for_a_day_that_has_room(self):
        days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "saturday", "sunday"), False)
        self._rule(kind="message", **days)
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        with freeze_time(TODAY):
            run = self.runs.start(dry_run=True)
        decision = run.decision_ids
        self.assertEqual((decision.verdict, decision.code), ("nothing", "fair_contact"))
        self.assertIn("Ours", decision.reason)
        self.assertEqual(list(self._live(TODAY, "2026-03-16")), ["2026-03-13"], "Friday, once")

    def test_what_is_planned_at_night_leaves_in_the_debtors_morning(self):
        self._rule(kind="message", hour_from=9, hour_to=20)
        self._segment(self._strategy((3, self.email)))
        self._invoice(100, due=-10)
        self.assertFalse(self._day(TODAY), "02:00 in Athens")
        action = self._actions()
        self.assertEqual((action.state, action.next_try), ("planned", datetime(2026, 3, 10, 7, 0)))
        refused = self._refusals()
        self.assertEqual((refused.action_id, refused.code), (action, "hours"))
        with freeze_time("2026-03-10 06:59:00"), self.mails() as mails:
            self.deliver.run()
        self.assertFalse(mails)
        self.assertEqual(self._refusals(), refused, "it was not asked again before its time")
        with freeze_time("2026-03-10 07:00:00"), self.mails() as mails:
            self.deliver.run()
        self.assertEqual((len(mails), action.state), (1, "done"))

    def test_limits_hold_over_all_channels_and_strategies(self):
        self._rule(kind="any", limit_count=1, limit_days=7)
        self._segment(self._strategy((3, self.email), (4, self.email), (5, self.email), (20, self.email)))
        self._invoice(100, due=-2)
        days = list(self._live(TODAY, "2026-04-01"))
        self.assertEqual(days[0], "2026-03-11")
        for before, after in pairwise(days):
            self.assertGreaterEqual((datetime.fromisoformat(after) - datetime.fromisoformat(before)).days, 7)

    def test_two_messages_of_one_night_are_not_both_sent_where_one_is_allowed(self):
        self._rule(kind="message", limit_count=1, limit_days=7)
        self._segment(self._strategy((3, [self.email, self.letter])))
        self._invoice(100, due=-10)
        self._day(TODAY)
        self.assertEqual(sorted(self._actions().mapped("state")), ["done", "planned"])
        self.assertEqual(self._refusals().code, "limit")

    def test_hardship_stops_what_is_severe(self):
        self.customer.collection_hardship = True
        severe = {"tone": "3"}
        self._segment(self._strategy((3, self.email, severe)))
        self._invoice(100, due=-10)
        self.assertFalse(self._live(TODAY, "2026-03-14"))
        self.customer.collection_hardship = False
        self.assertEqual(len(self._day("2026-03-16")), 1)

    def test_charges_are_said_in_a_notice(self):
        self.env["collection.charge.rule"].create(
            {
                "name": "Contract",
                "company_id": self.company.id,
                "method": "fixed",
                "fixed_percent": 10,
                "law": "Section 7",
                "tone_from": "0",
            }
        )
        self.company.collection_charges_on = True
        self.wording.text_ids.body = (
            "<p>{% for charge in charges %}{{ charge.label }}: {{ charge.amount }} ({{ charge.basis }}){% endfor %}</p>"
        )
        self._segment(self._strategy((3, self.email)))
        self._invoice(3650, due=-10)
        (mail,) = self._day(TODAY)
        self.assertIn("Interest for late payment: $", mail.html.replace("\xa0", " "))
        self.assertIn("10.00", mail.html)
        self.assertIn("10 % a year (Section 7)", mail.html)
