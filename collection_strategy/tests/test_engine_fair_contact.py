import doctest
from datetime import date, datetime, timedelta

import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import fair_contact, public_holidays, time_zones
from ..engine.fair_contact import ANY, CALL, MESSAGE, VISIT, Contact, Request, Rule, refusal

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORKING = frozenset(range(5))
ATHENS, BUDAPEST, NEW_YORK, HONOLULU = "Europe/Athens", "Europe/Budapest", "America/New_York", "Pacific/Honolulu"


def greek_holiday(day):
    return bool(public_holidays.name_of(day, "GR"))


GREECE = Rule(
    1,
    CALL,
    minute_from=9 * 60,
    minute_to=20 * 60,
    weekdays=WORKING,
    off_on_holidays=True,
    limit=1,
    limit_days=2,
    limit_by_calendar=True,
    grace_days=10,
)
REG_F = Rule(2, CALL, minute_from=8 * 60, minute_to=21 * 60, limit=7, limit_days=7, cooldown_days=7)


def greek(due=date(2026, 1, 1)):
    return Request(CALL, zones=(ATHENS,), due_date=due, is_holiday=greek_holiday)


def american(*zones):
    return Request(CALL, zones=zones or (NEW_YORK,), due_date=date(2026, 1, 1))


# === AN INDEPENDENT WITNESS === #


def orthodox_easter(year):
    """Return Easter Sunday after Meeus' Julian algorithm; the library is not asked."""
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)


def is_greek_day_off(day):
    fixed = {(1, 1), (1, 6), (3, 25), (5, 1), (8, 15), (10, 28), (12, 25), (12, 26)}
    if (day.month, day.day) in fixed:
        return True
    return (day - orthodox_easter(day.year)).days in (-48, -2, 1, 50)


def clock(zone, when):
    """Return what the clocks of a zone show, by pytz: the engine asks zoneinfo."""
    return pytz.utc.localize(when).astimezone(pytz.timezone(zone)).replace(tzinfo=None)


def greece_allows(when, calls, due):
    now = clock(ATHENS, when)
    if (now.date() - due).days <= 10 or now.weekday() > 4 or is_greek_day_off(now.date()):
        return False
    if not 9 <= now.hour < 20:
        return False
    days = [(now.date() - clock(ATHENS, call.when).date()).days for call in calls if call.when <= when]
    return not any(0 <= ago <= 1 for ago in days)


def reg_f_allows(when, calls, zones):
    before = [call for call in calls if call.when <= when]
    if sum(when - call.when < 7 * DAY for call in before) >= 7:
        return False
    if any(call.spoken and when - call.when < 7 * DAY for call in before):
        return False
    return all(8 <= clock(zone, when).hour < 21 for zone in zones)


# A year with the changes of the clocks on 29 March and 25 October (8 March and 1 November in America), and its end.
MOMENTS = st.integers(0, 430 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1) + minutes * MINUTE)
AGO = st.one_of(
    st.integers(0, 9 * 24 * 60),
    # on the boundary itself, a minute before, a minute after
    st.sampled_from([days * 24 * 60 + minute for days in (1, 2, 7) for minute in (-1, 0, 1)]),
)
CALLS = st.lists(st.tuples(AGO, st.booleans()), max_size=12)


def history(when, calls):
    return [Contact(when - minutes * MINUTE, CALL, spoken) for minutes, spoken in calls]


@tagged("collection_engine")
class TestEngineFairContact(BaseCase):
    """Hours, days and counts, against tables of cases and against a witness that counts by brute force."""

    def test_examples_in_docstrings_hold(self):
        for module in (fair_contact, public_holidays, time_zones):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0, module.__name__)
            self.assertEqual(result.failed, 0, module.__name__)

    # === CLOCKS AND CALENDARS === #

    def test_hours_hold_where_the_debtor_is_also_when_the_clocks_change(self):
        nine_to_eight = Rule(1, CALL, 9 * 60, 20 * 60)
        # (zone, moment in UTC, whether it is allowed, when it will be)
        table = [
            (ATHENS, "2026-03-28 07:00", True, None),  # 09:00, winter
            (ATHENS, "2026-03-28 06:59", False, "2026-03-28 07:00"),
            (ATHENS, "2026-03-29 06:00", True, None),  # 09:00 after the change: an hour earlier in UTC
            (ATHENS, "2026-03-28 18:00", False, "2026-03-29 06:00"),
            (ATHENS, "2026-10-24 17:00", False, "2026-10-25 07:00"),  # back to winter
            (ATHENS, "2026-10-25 06:30", False, "2026-10-25 07:00"),
            (BUDAPEST, "2026-10-25 08:00", True, None),
            (BUDAPEST, "2026-10-25 07:59", False, "2026-10-25 08:00"),
            (NEW_YORK, "2026-03-08 13:00", True, None),  # America changes three weeks before Europe
            (NEW_YORK, "2026-03-07 13:59", False, "2026-03-07 14:00"),
            (HONOLULU, "2026-07-01 18:59", False, "2026-07-01 19:00"),  # never changes
            (HONOLULU, "2026-12-31 19:00", True, None),
            (HONOLULU, "2027-01-01 06:00", False, "2027-01-01 19:00"),  # 20:00 on New Year's Eve there
        ]
        for zone, when, allowed, until in table:
            found = refusal(Request(CALL, zones=(zone,)), [nine_to_eight], [], datetime.fromisoformat(when))
            self.assertEqual(found is None, allowed, (zone, when))
            if until:
                self.assertEqual(found.until, datetime.fromisoformat(until), (zone, when))

    def test_in_a_country_of_many_zones_the_hours_hold_in_all_of_them(self):
        both = american(NEW_YORK, HONOLULU)
        # 08:00 in Honolulu is 14:00 in New York, 21:00 in New York is 15:00 in Honolulu
        self.assertEqual(refusal(both, [REG_F], [], datetime(2026, 7, 1, 12)).until, datetime(2026, 7, 1, 18))
        self.assertIsNone(refusal(both, [REG_F], [], datetime(2026, 7, 1, 18)))
        self.assertIsNone(refusal(both, [REG_F], [], datetime(2026, 7, 2, 0, 59)))
        self.assertIsNotNone(refusal(both, [REG_F], [], datetime(2026, 7, 2, 1, 0)))

    def test_greek_easter_moves(self):
        for year, sunday in ((2024, (5, 5)), (2025, (4, 20)), (2026, (4, 12)), (2027, (5, 2))):
            easter = date(year, *sunday)
            self.assertEqual(orthodox_easter(year), easter)
            for days in (-48, -2, 1, 50):
                self.assertTrue(greek_holiday(easter + timedelta(days=days)), (year, days))
        # the Thursday before Good Friday 2026, after hours: the Tuesday after Easter
        found = refusal(greek(), [GREECE], [], datetime(2026, 4, 9, 18, 0))
        self.assertEqual(found.until, datetime(2026, 4, 14, 6, 0))

    def test_year_end_in_athens(self):
        found = refusal(greek(), [GREECE], [], datetime(2026, 12, 31, 18, 0))
        self.assertEqual(found.until, datetime(2027, 1, 4, 7, 0), "Friday is New Year, then the weekend")

    # === COUNTS === #

    def test_the_eighth_call_in_seven_days_waits_for_the_first_to_be_seven_days_old(self):
        when = datetime(2026, 3, 10, 15, 0)
        for oldest, allowed in ((7 * DAY - MINUTE, False), (7 * DAY, True)):
            calls = [Contact(when - oldest, CALL)] + [Contact(when - n * HOUR, CALL) for n in range(1, 7)]
            found = refusal(american(), [REG_F], calls, when)
            self.assertEqual(found is None, allowed, oldest)
            if found:
                self.assertEqual((found.code, found.until), ("limit", when + MINUTE))

    def test_after_a_conversation_seven_days_of_rest(self):
        when = datetime(2026, 3, 10, 15, 0)
        for ago, allowed in ((7 * DAY - MINUTE, False), (7 * DAY, True)):
            found = refusal(american(), [REG_F], [Contact(when - ago, CALL, spoken=True)], when)
            self.assertEqual(found is None, allowed, ago)
        self.assertEqual(refusal(american(), [REG_F], [Contact(when, CALL, spoken=True)], when).code, "cooldown")

    def test_greece_every_second_day_by_the_calendar(self):
        monday_evening = Contact(datetime(2026, 3, 9, 17, 30), CALL)
        found = refusal(greek(), [GREECE], [monday_evening], datetime(2026, 3, 10, 10, 0))
        self.assertEqual((found.code, found.until), ("limit", datetime(2026, 3, 11, 7, 0)))
        self.assertIsNone(refusal(greek(), [GREECE], [monday_evening], datetime(2026, 3, 11, 7, 0)))

    def test_ten_days_of_grace(self):
        due = date(2026, 3, 2)
        found = refusal(greek(due), [GREECE], [], datetime(2026, 3, 12, 10, 0))
        self.assertEqual((found.code, found.until), ("grace", datetime(2026, 3, 13, 7, 0)))
        self.assertIsNone(refusal(greek(due), [GREECE], [], datetime(2026, 3, 13, 7, 0)))
        nothing_due = refusal(greek(None), [GREECE], [], datetime(2026, 3, 12, 10, 0))
        self.assertEqual((nothing_due.code, nothing_due.until), ("grace", None))

    def test_hours_between_two_calls(self):
        rule, when = Rule(3, CALL, gap_hours=4), datetime(2026, 3, 10, 15, 0)
        self.assertIsNone(refusal(american(), [rule], [Contact(when - 4 * HOUR, CALL)], when))
        found = refusal(american(), [rule], [Contact(when - 4 * HOUR + MINUTE, CALL)], when)
        self.assertEqual((found.code, found.until), ("gap", when + MINUTE))
        self.assertIsNone(refusal(american(), [rule], [Contact(when - HOUR, MESSAGE)], when), "only calls count")

    def test_all_kinds_together(self):
        when = datetime(2026, 3, 10, 15, 0)
        there_were = [Contact(when - HOUR, MESSAGE), Contact(when - DAY, CALL), Contact(when - 2 * DAY, VISIT)]
        together = Rule(4, ANY, limit=3, limit_days=7)
        messages = Rule(5, MESSAGE, limit=3, limit_days=7)
        self.assertEqual(refusal(Request(MESSAGE), [together], there_were, when).until, when + 5 * DAY)
        self.assertIsNone(refusal(Request(MESSAGE), [messages], there_were, when))

    # === WHAT DOES NOT PASS === #

    def test_tone_channel_and_hardship_do_not_pass_with_time(self):
        when, rule = datetime(2026, 3, 10, 12, 0), Rule(6, ANY, max_tone=2, never_by=frozenset({9}))
        table = [
            (Request(MESSAGE, tone=2), None),
            (Request(MESSAGE, tone=3), "tone"),
            (Request(VISIT, channel=9), "channel"),
            (Request(MESSAGE, tone=2, hardship_tone=1), "hardship_tone"),
            (Request(CALL, hardship_tone=1), "hardship_call"),
            (Request(CALL, hardship_tone=1, is_automatic=False), None),
        ]
        for request, code in table:
            for hours in (True, False):
                found = refusal(request, [rule], [], when, hours=hours)
                self.assertEqual((found and found.code, found and found.until), (code, None), request)

    def test_what_reaches_nobody_and_what_has_no_hour(self):
        night, shut = datetime(2026, 3, 14, 1, 0), Rule(1, ANY, 9 * 60, 20 * 60, WORKING)
        self.assertIsNone(refusal(Request("nothing"), [shut], [], night))
        self.assertIsNone(refusal(Request(MESSAGE, is_timed=False), [shut], [], night), "a letter")
        self.assertEqual(refusal(Request(MESSAGE), [shut], [], night).code, "weekday")

    def test_the_day_before_only_what_holds_all_day_is_said(self):
        friday_night = datetime(2026, 3, 13, 21, 59)
        self.assertIsNone(refusal(greek(), [GREECE], [], friday_night, hours=False), "Friday itself had hours")
        saturday = refusal(greek(), [GREECE], [], friday_night + MINUTE, hours=False)
        self.assertEqual((saturday.code, saturday.until), ("weekday", datetime(2026, 3, 16, 7, 0)))
        late = Contact(datetime(2026, 3, 9, 18, 45), CALL, spoken=True)  # rest ends at 20:45 there, a week later
        rest = Rule(8, CALL, 9 * 60, 20 * 60, cooldown_days=7)
        found = refusal(Request(CALL, zones=(ATHENS,)), [rest], [late], datetime(2026, 3, 16, 8, 0), hours=False)
        self.assertEqual((found.code, found.until), ("cooldown", datetime(2026, 3, 17, 7, 0)))

    # === AGAINST THE WITNESS === #

    def _agrees(self, request, rule, calls, when, allows):
        """The engine says what the witness says, now and between now and the moment it names."""
        found = refusal(request, [rule], calls, when)
        self.assertEqual(found is None, allows(when), (when, found))
        possible = refusal(request, [rule], calls, when, hours=False) is None
        if found is None:
            self.assertTrue(possible, when)
            return
        self.assertIsNotNone(found.until, (when, found))
        self.assertGreater(found.until, when)
        self.assertTrue(allows(found.until), (when, found))
        self.assertFalse(allows(found.until - timedelta(seconds=1)), (when, found))
        step = max(timedelta(minutes=17), (found.until - when) / 60)
        moment = when
        while moment < found.until:
            self.assertFalse(allows(moment), (when, found, moment))
            moment += step

    @settings(max_examples=2500, deadline=None)
    @given(MOMENTS, CALLS, st.integers(0, 20))
    def test_greece_is_what_the_witness_says(self, when, calls, days):
        due = clock(ATHENS, when).date() - timedelta(days=days)
        calls = history(when, calls)
        self._agrees(greek(due), GREECE, calls, when, lambda moment: greece_allows(moment, calls, due))

    @settings(max_examples=2500, deadline=None)
    @given(MOMENTS, CALLS, st.sampled_from([(NEW_YORK,), (HONOLULU,), (NEW_YORK, HONOLULU), (BUDAPEST,)]))
    def test_reg_f_is_what_the_witness_says(self, when, calls, zones):
        calls = history(when, calls)
        self._agrees(american(*zones), REG_F, calls, when, lambda moment: reg_f_allows(moment, calls, zones))

    @settings(max_examples=1500, deadline=None)
    @given(MOMENTS, CALLS)
    def test_the_day_before_says_no_only_when_the_whole_day_does(self, when, calls):
        # calls of days before: what comes during the day is not known the day before
        midnight = time_zones.utc(ATHENS, datetime.combine(clock(ATHENS, when).date(), datetime.min.time()))
        calls = history(midnight, calls)
        due = date(2025, 12, 1)
        said = refusal(greek(due), [GREECE], calls, when, hours=False) is None
        quarter = timedelta(minutes=15)
        moments = [midnight + n * quarter for n in range(101)]
        same_day = [moment for moment in moments if clock(ATHENS, moment).date() == clock(ATHENS, when).date()]
        self.assertEqual(said, any(greece_allows(moment, calls, due) for moment in same_day), when)

    @settings(max_examples=400, deadline=None)
    @given(st.lists(st.integers(1, 5000), min_size=1, max_size=60))
    def test_whoever_obeys_never_calls_more_than_seven_times_in_seven_days(self, waits):
        made, now = [], datetime(2026, 3, 1)
        for minutes in waits:
            now += minutes * MINUTE
            if refusal(american(), [REG_F], made, now) is None:
                made.append(Contact(now, CALL, spoken=minutes % 11 == 0))
        for number, call in enumerate(made):
            window = [other for other in made[number:] if other.when - call.when < 7 * DAY]
            self.assertLessEqual(len(window), 7)
            if call.spoken:
                self.assertEqual(len(window), 1)
