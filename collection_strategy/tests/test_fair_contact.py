from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.collection_cases.tests.common import TODAY, CollectionCommon

from ..engine.fair_contact import Refusal

NOON = datetime(2026, 3, 10, 10, 0)  # a Tuesday, 12:00 in Athens
CODES = ("call", "visit", "email", "sms", "letter")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestFairContact(CollectionCommon):
    """Rules of fair contact: whom they hold for, what they count, what people read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fair = cls.env["collection.fair.contact"]
        cls.greece, cls.usa = cls.env.ref("base.gr"), cls.env.ref("base.us")
        find = cls.env["collection.channel"].search
        cls.channels = {code: find([("code", "=", code)], limit=1) for code in CODES}
        cls.call, cls.email = cls.channels["call"], cls.channels["email"]
        cls.consumer = cls._participant(
            "Eleni", is_company=False, country_id=cls.greece.id, debt_manager_id=cls.collector.id
        )
        cls._invoice(due=-40, partner=cls.consumer)
        cls._invoice(due=-40)
        cls.customer.country_id = cls.greece
        cls.refresh.run()
        cls.case = cls.env["collection.case"].search([("partner_id", "=", cls.consumer.id)])
        cls.business = cls.env["collection.case"].search([("partner_id", "=", cls.customer.id)])

    def _was(self, when, channel="call", outcome="no_answer", case=None, **vals):
        """Write a contact of the past."""
        return (case or self.case)._write_action(
            {
                "channel_id": self.channels[channel].id,
                "outcome_id": self.env["collection.outcome"]._by_code(outcome).id,
                "date": when,
                **vals,
            }
        )

    def _asked(self, when=NOON, channel="call", tone=0, case=None, **options):
        options = {"by_hand": True, **options}
        return self.fair._refusals([(case or self.case, self.channels[channel], tone)], when, **options)[0]

    def _only(self, **vals):
        """Have one rule of our own, and no other."""
        self.env["collection.contact.rule"].search([]).action_archive()
        return self.env["collection.contact.rule"].create({"name": "Ours", "applies_to": "all", **vals})

    # === THE SETS === #

    def test_ready_made_sets_say_their_source_and_whether_somebody_read_it(self):
        rules = self.env["collection.contact.rule"].search([])
        self.assertLessEqual({"GR", "HU", "PL", "RO", "DE", "FR", "GB", "US"}, set(rules.country_id.mapped("code")))
        for rule in rules:
            self.assertTrue(rule.source, rule.name)
            self.assertTrue(rule.days_text and (rule.limits_text or rule.hour_from), rule.name)
        verified = rules.filtered("is_verified")
        self.assertEqual(set(verified.country_id.mapped("code")), {"GR", "US"})
        self.assertTrue(all(rule.source_date for rule in verified))

    def test_changed_figures_are_not_verified_any_more(self):
        rule = self.env.ref("collection_strategy.contact_rule_gr_calls")
        self.assertTrue(rule.is_verified)
        rule.name = "Calls in Greece"
        self.assertTrue(rule.is_verified)
        rule.hour_to = 21
        self.assertFalse(rule.is_verified)

    def test_texts_of_rules(self):
        rule = self.env.ref("collection_strategy.contact_rule_gr_calls")
        self.assertEqual(rule.days_text, "Monday to Friday, no public holidays, 09:00–20:00")
        self.assertEqual(rule.limits_text, "at most 1 in 2 days · not before 10 days overdue")

    # === GREECE === #

    def test_greek_consumers_are_called_in_greek_hours(self):
        early = self._asked(datetime(2026, 3, 10, 6, 12))
        self.assertEqual((early.code, early.until), ("hours", datetime(2026, 3, 10, 7, 0)))
        self.assertEqual(
            self.fair._sentence(early),
            "Calls: not before 09:00 there (08:12 now): only from 09:00 to 20:00 (Greece, consumers: calls)",
        )
        self.assertIsNone(self._asked(NOON))
        holiday = self._asked(datetime(2026, 3, 25, 10, 0))
        self.assertEqual((holiday.code, holiday.until), ("holiday", datetime(2026, 3, 26, 7, 0)))

    def test_companies_are_not_protected_as_consumers(self):
        self.assertIsNone(self._asked(datetime(2026, 3, 10, 6, 12), case=self.business), "08:12 there, house rule")
        self._was(NOON - timedelta(hours=3), case=self.business)
        self.assertIsNone(self._asked(case=self.business))
        self.assertEqual(self._asked(datetime(2026, 3, 10, 4, 0), case=self.business).code, "hours")

    def test_one_call_every_second_day_all_numbers_and_cases_together(self):
        self._invoice(due=-40, partner=self.consumer)
        other = self.env["collection.case"].create({"partner_id": self.other_customer.id})
        other._write_derived({"partner_id": self.consumer.id, "state": "completed"})
        self._was(NOON - timedelta(hours=20), case=other, contact_id=self.customer.id)
        refused = self._asked()
        self.assertEqual((refused.code, refused.until), ("limit", datetime(2026, 3, 11, 7, 0)))
        self.assertIsNone(self._asked(datetime(2026, 3, 11, 7, 0)))
        self.assertIsNone(self._asked(channel="email"), "messages are counted for themselves")

    def test_no_visits_in_greece(self):
        refused = self._asked(channel="visit")
        self.assertEqual((refused.code, refused.until), ("channel", None))
        self.assertEqual(
            self.fair._sentence(refused), "Visits: not allowed on this channel (Greece, consumers: no visits)"
        )

    def test_ten_days_of_grace_count_from_the_oldest_open_debt(self):
        fresh = self._participant("Nikos", is_company=False, country_id=self.greece.id)
        self._invoice(due=-10, partner=fresh)
        self.refresh.run()
        case = self._case(fresh)
        refused = self._asked(case=case)
        self.assertEqual((refused.code, refused.until), ("grace", datetime(2026, 3, 11, 7, 0)))
        self.assertIsNone(self._asked(datetime(2026, 3, 11, 7, 0), case=case))

    # === USA === #

    def test_reg_f_counts_conversations_and_calls(self):
        self.consumer.write({"country_id": self.usa.id, "state_id": self.env.ref("base.state_us_27").id})
        self.assertEqual(self.consumer.state_id.code, "NY")
        now = datetime(2026, 3, 10, 15, 0)
        talk = self._was(now - timedelta(days=7) + timedelta(minutes=1), outcome="reached")
        self.assertEqual(self._asked(now).code, "cooldown")
        self.assertIsNone(self._asked(now + timedelta(minutes=1)))
        self.assertTrue(talk.is_contact)
        for hours in range(1, 8):
            self._was(now - timedelta(hours=hours))
        refused = self._asked(now + timedelta(minutes=1))
        self.assertEqual(refused.code, "limit")
        self.assertEqual(self.fair._refusals([(self.case, self.email, 0)], now), [None])

    # === WHAT COUNTS === #

    def test_what_was_not_done_and_what_does_not_reach_the_debtor_does_not_count(self):
        self._only(kind="any", limit_count=1, limit_days=7)
        self._was(NOON - timedelta(hours=1), state="skipped")
        self._was(NOON - timedelta(hours=1), state="failed")
        self._was(NOON - timedelta(hours=1), state="planned")
        internal = self.env["collection.channel"].search([("code", "=", "internal")])
        self._was(NOON - timedelta(hours=1), channel_id=internal.id)
        self._was(NOON - timedelta(days=7))
        self._was(NOON + timedelta(hours=1))
        self.assertIsNone(self._asked())
        self._was(NOON - timedelta(hours=1), "email", state="uncertain")
        self.assertEqual(self._asked().code, "limit")

    def test_what_is_on_its_way_counts_for_others_and_not_for_itself(self):
        self._only(kind="message", limit_count=1, limit_days=7)
        first = self._was(NOON, "email", state="sending")
        second = self._was(NOON, "email", state="sending")
        self.assertEqual(self._asked(channel="email").code, "limit", "whoever is only asking")
        self.assertIsNone(self._asked(channel="email", actions=[first]), "the older one goes")
        self.assertEqual(self._asked(channel="email", actions=[second]).code, "limit")

    def test_another_company_is_another_creditor(self):
        self._only(kind="call", limit_count=1, limit_days=7)
        theirs = self.setup_other_company()["company"]
        action = self._was(NOON - timedelta(hours=1))
        self.assertEqual(self._asked().code, "limit")
        self.env.cr.execute("UPDATE collection_action SET company_id = %s WHERE id = %s", [theirs.id, action.id])
        self.assertIsNone(self._asked())

    def test_planned_work_is_asked_for_the_day_and_its_call_counts_when_it_is_made(self):
        self.assertEqual(self.call.handler, "activity")
        night = datetime(2026, 3, 10, 2, 0)
        self.assertIsNone(self._asked(night, by_hand=False), "at what hour is the person's choice")
        self.assertEqual(self._asked(night).code, "hours")
        self.assertEqual(self._asked(datetime(2026, 3, 14, 2, 0), by_hand=False).code, "weekday")

    def test_a_letter_has_no_hour(self):
        self._only(kind="message", hour_from=9, hour_to=20, max_tone="2")
        night = datetime(2026, 3, 10, 1, 0)
        self.assertIsNone(self._asked(night, "letter"))
        self.assertEqual(self._asked(night, "sms").code, "hours")
        self.assertEqual(self._asked(night, "letter", tone=3).code, "tone")

    def test_many_requests_are_answered_in_order_with_the_queries_of_one(self):
        requests = [(self.case, self.channels[code], 0) for code in CODES] + [(self.business, self.call, 0)]
        self.fair._refusals(requests, NOON)
        self.env.invalidate_all()
        with self.assertQueryCount(18):
            self.fair._refusals(requests[:1], NOON)
        self.env.invalidate_all()
        with self.assertQueryCount(18):
            found = self.fair._refusals(requests * 20, NOON)
        self.assertEqual([refusal and refusal.code for refusal in found[:6]], [None, "channel", None, None, None, None])

    # === HARDSHIP === #

    def test_hardship_keeps_it_friendly_and_calls_to_people(self):
        self.consumer.write({"collection_hardship": True, "collection_hardship_note": "Lost his job"})
        self.assertEqual(self.consumer.collection_hardship_date, self.today)
        self.assertIsNone(self._asked(channel="email", tone=1, by_hand=False))
        self.assertEqual(self._asked(channel="email", tone=2, by_hand=False).code, "hardship_tone")
        self.assertEqual(self._asked(by_hand=False).code, "hardship_call")
        self.assertIsNone(self._asked(), "a person may decide to")
        self.company.collection_hardship_tone = "0"
        self.assertEqual(self._asked(channel="email", tone=1, by_hand=False).code, "hardship_tone")
        self.consumer.collection_hardship = False
        self.assertFalse(self.consumer.collection_hardship_date)
        self.assertIsNone(self._asked(channel="email", tone=2, by_hand=False))

    # === WHERE THE DEBTOR IS === #

    def test_the_time_zone_of_whoever_made_the_contact_is_not_believed(self):
        partner = self.consumer
        place = partner.country_id
        for tz, country, state, zones in (
            ("America/New_York", place, None, ("Europe/Athens",)),
            (False, place, None, ("Europe/Athens",)),
            ("America/Chicago", self.usa, None, ("America/Chicago",)),
            ("Europe/Athens", self.usa, "HI", ("Pacific/Honolulu",)),
            (False, self.usa, "TX", ("America/Chicago", "America/Denver")),
            ("Asia/Tokyo", self.env["res.country"], None, ("Asia/Tokyo",)),
        ):
            found = self.env["res.country.state"].search([("country_id", "=", country.id), ("code", "=", state)])
            partner.write({"tz": tz, "country_id": country.id, "state_id": found.id if state else False})
            self.assertEqual(partner._collection_zones(self.company, NOON), zones, (tz, country.code, state))
        partner.write({"tz": False, "country_id": False, "state_id": False})
        self.company.partner_id.tz = "Europe/Budapest"
        self.assertEqual(partner._collection_zones(self.company, NOON), ("Europe/Budapest",))

    def test_time_there_is_shown(self):
        self.assertEqual(self.case.debtor_local_time, "02:00")
        self.consumer.write({"country_id": self.usa.id, "state_id": False, "tz": False})
        self.case.invalidate_recordset()
        self.assertIn("–", self.case.debtor_local_time, "somewhere between Honolulu and New York")

    # === WHAT PEOPLE SEE === #

    def test_whoever_calls_at_night_is_warned_and_not_stopped(self):
        self.assertIn("not before 09:00 there (02:00 now)", self.case.fair_contact_text)
        wizard = self.env["collection.log.contact"].create({"case_id": self.case.id})
        self.assertEqual(wizard.channel_id, self.call)
        self.assertIn("not before 09:00", wizard.fair_contact_text)
        wizard.channel_id = self.email
        self.assertFalse(wizard.fair_contact_text)
        wizard.channel_id = self.call
        wizard.outcome_id = self.env["collection.outcome"]._by_code("no_answer")
        wizard.action_log()
        self.assertEqual(self.case.action_ids.channel_id, self.call)

    def test_a_collector_is_warned_too(self):
        case = self.case.with_user(self.collector)
        self.assertIn("not before 09:00", case.fair_contact_text)

    # === THE GATE === #

    def _planned(self, channel="email"):
        return self._was(NOON, channel, state="planned")

    def test_refusals_are_logged_and_nobody_changes_them(self):
        action = self._planned()
        refusal = Refusal(
            "hours", datetime(2026, 3, 10, 7, 0), None, {"from": "09:00", "to": "20:00", "kind": "message"}
        )
        row = self.env["collection.contact.refusal"]._log(action, refusal, NOON)
        self.assertEqual((row.case_id, row.code, row.until), (self.case, "hours", refusal.until))
        self.assertIn("only from 09:00 to 20:00", row.sentence)
        for user in (self.env.user, self.env.ref("base.user_root")):
            with self.assertRaises(UserError):
                row.with_user(user).sudo().write({"code": "limit"})
            with self.assertRaises(UserError):
                row.with_user(user).sudo().unlink()
        self.assertEqual(row.with_user(self.collector).code, "hours")
        action.sudo().unlink()
        self.assertTrue(row.exists())

    def test_delivery_postpones_what_is_refused_now_and_logs_it(self):
        self._only(kind="message", hour_from=9, hour_to=20)
        action = self._planned("email")
        deliver = self.env["collection.deliver"].sudo()
        with mute_logger("odoo.addons.collection_strategy.services.collection_deliver"):
            message, delivery, refused = deliver._attempt(action.sudo())
        self.assertFalse(message or delivery)
        deliver._write_refusal(action.sudo(), refused)
        self.assertEqual((action.state, action.next_try), ("planned", datetime(2026, 3, 10, 7, 0)))
        row = self.env["collection.contact.refusal"].search([("action_id", "=", action.id)])
        self.assertEqual((row.code, row.rule_name, row.channel_id), ("hours", "Ours", self.email))
        self.assertIn("not before 09:00", action.reason)

    def test_rules_of_another_company_do_not_hold(self):
        theirs = self.setup_other_company()["company"]
        rule = self._only(kind="any", max_tone="0", company_id=theirs.id)
        self.assertIsNone(self._asked(channel="email", tone=3))
        rule.sudo().company_id = self.company
        self.assertEqual(self._asked(channel="email", tone=3).code, "tone")
        collector = self.env["collection.contact.rule"].with_user(self.collector)
        self.assertIn(rule.id, collector.search([]).ids)
        rule.sudo().company_id = theirs
        self.assertNotIn(rule.id, collector.search([]).ids)
