import doctest
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import interest
from ..engine.interest import ACTUAL, AT_END, AT_START, DAILY, DAYS_365, HALF_YEAR, MissingRate, Rate, Receipt, Terms

CENT = Decimal("0.01")
ECB = {
    (2022, 7): "0.00",
    (2023, 1): "2.50",
    (2023, 7): "4.00",
    (2024, 1): "4.50",
    (2024, 7): "4.25",
    (2025, 1): "3.15",
    (2025, 7): "2.15",
}


def rates(table=None):
    found = []
    for (year, month), percent in (table or ECB).items():
        first = date(year, month, 1)
        found.append(Rate(first, interest.half_year_end(first), Decimal(percent)))
    return tuple(found)


EU = Terms(Decimal(8), rates())


def owed(terms, principal, first, last, receipts=()):
    return interest.total(interest.periods(terms, Decimal(principal), receipts, first, last), CENT)


def witness(terms, principal, receipts, first, last):
    """Count day by day in whole numbers; nothing of the engine is asked but the table of rates."""
    in_cents = [(receipt.day, int(receipt.amount * 100)) for receipt in receipts]
    runs, day = [], first  # a run: percent in hundredths, and cents x hundredths for years of 365 and of 366 days
    while day <= last:
        base = int(principal * 100) - sum(cents for paid, cents in in_cents if paid < day)
        if base > 0:
            if terms.fixed is not None:
                percent = int(terms.fixed * 100)
            else:
                asked = {DAILY: day, AT_START: first, AT_END: last}.get(terms.fixing)
                asked = asked or date(day.year, 1 if day.month < 7 else 7, 1)
                known = [rate.percent for rate in terms.rates if rate.first <= asked <= rate.last]
                if not known:
                    return None
                percent = max(0, int((known[0] + terms.margin) * 100))
            if not runs or runs[-1][0] != percent:
                runs.append([percent, 0, 0])
            leap = day.year % 400 == 0 or (day.year % 4 == 0 and day.year % 100)
            runs[-1][2 if terms.day_count == ACTUAL and leap else 1] += base * percent
        day += timedelta(days=1)
    cents = [Fraction(short, 365 * 10_000) + Fraction(long, 366 * 10_000) for _percent, short, long in runs]
    return Decimal(sum(int(run + Fraction(1, 2)) for run in cents)) / 100


MONEY = st.integers(1, 100_000_000).map(lambda cents: Decimal(cents) / 100)
DUE = st.integers(0, 1280).map(lambda days: date(2022, 6, 25) + timedelta(days=days))
TERMS = st.builds(
    Terms,
    margin=st.sampled_from(["8", "9", "5", "5.5", "10", "-3"]).map(Decimal),
    rates=st.just(rates()),
    fixed=st.one_of(st.none(), st.none(), st.integers(0, 2400).map(lambda hundredths: Decimal(hundredths) / 100)),
    fixing=st.sampled_from([HALF_YEAR, DAILY, AT_START, AT_END]),
    day_count=st.sampled_from([DAYS_365, ACTUAL]),
)


@tagged("collection_engine")
class TestEngineInterest(BaseCase):
    """Interest to the cent."""

    def test_examples_in_docstrings_hold(self):
        result = doctest.testmod(interest)
        self.assertGreater(result.attempted, 0)
        self.assertEqual(result.failed, 0)

    def test_the_worked_example(self):
        # EUR 1,000 due 2022-12-31, paid 2024-03-31: 52.07 + 60.49 + 31.16, and EUR 40
        found = interest.periods(EU, Decimal(1000), [], date(2023, 1, 1), date(2024, 3, 31))
        self.assertEqual([period.days for period in found], [181, 184, 91])
        self.assertEqual(interest.total(found, CENT), Decimal("143.72"))
        flat = [interest.Flat(Decimal(0), Decimal(40))]
        self.assertEqual(interest.compensation(flat, Decimal(1000)), Decimal(40))

    def test_a_day_is_not_rounded(self):
        # gov.uk: £1,000 at 8.5 % is "23p a day", £11.50 after 50 days; not rounded each day it is 11.64
        self.assertEqual(owed(Terms(fixed=Decimal("8.5")), 1000, date(2026, 1, 1), date(2026, 2, 19)), Decimal("11.64"))

    def test_at_the_half_years_end_the_rate_changes_on_the_day(self):
        june, july = date(2023, 6, 30), date(2023, 7, 1)
        self.assertEqual(owed(EU, 36500, june, june), Decimal("10.50"))
        self.assertEqual(owed(EU, 36500, july, july), Decimal("12.00"))
        self.assertEqual(owed(EU, 36500, june, july), Decimal("22.50"))

    def test_one_rate_for_all_where_the_law_says_so(self):
        first, last = date(2023, 6, 1), date(2023, 7, 30)  # 60 days
        at_start, at_end = (Terms(Decimal(8), rates(), fixing=fixing) for fixing in (AT_START, AT_END))
        self.assertEqual(owed(at_start, 36500, first, last), Decimal("630.00"))
        self.assertEqual(owed(at_end, 36500, first, last), Decimal("720.00"))

    def test_leap_years(self):
        first, last = date(2024, 1, 1), date(2024, 12, 31)
        fixed = Decimal(10)
        self.assertEqual(owed(Terms(fixed=fixed), 1000, first, last), Decimal("100.27"))
        self.assertEqual(owed(Terms(fixed=fixed, day_count=ACTUAL), 1000, first, last), Decimal("100.00"))
        over_new_year = owed(Terms(fixed=fixed, day_count=ACTUAL), 36600, date(2023, 12, 31), date(2024, 1, 1))
        self.assertEqual(over_new_year, Decimal("20.03"), "one day of 365, one of 366")

    def test_missing_half_year_is_an_error_and_not_zero(self):
        with self.assertRaises(MissingRate) as caught:
            owed(EU, 1000, date(2025, 12, 1), date(2026, 1, 1))
        self.assertEqual(caught.exception.day, date(2026, 1, 1))
        self.assertEqual(owed(EU, 1000, date(2025, 12, 1), date(2025, 12, 31)), Decimal("8.62"))

    def test_principal_paid_late_keeps_its_interest(self):
        first = date(2023, 1, 1)
        paid = [Receipt(date(2023, 1, 10), Decimal(36500))]
        self.assertEqual(owed(EU, 36500, first, date(2023, 1, 10), paid), Decimal("105.00"))
        self.assertEqual(owed(EU, 36500, first, date(2023, 12, 31), paid), Decimal("105.00"))
        half = [Receipt(date(2023, 1, 10), Decimal(18250))]
        self.assertEqual(owed(EU, 36500, first, date(2023, 1, 20), half), Decimal("157.50"))

    def test_paid_in_time_costs_nothing_even_without_a_rate(self):
        self.assertEqual(owed(EU, 1000, date(2026, 2, 1), date(2026, 3, 1), [Receipt(date(2026, 1, 31), 1000)]), 0)
        self.assertEqual(owed(EU, 1000, date(2026, 2, 2), date(2026, 2, 1)), 0)

    def test_money_that_came_back_earns_interest_again(self):
        came_back = [Receipt(date(2023, 1, 5), Decimal(36500)), Receipt(date(2023, 1, 10), Decimal(-36500))]
        # five days until it came, five after it went
        self.assertEqual(owed(EU, 36500, date(2023, 1, 1), date(2023, 1, 15), came_back), Decimal("105.00"))

    @settings(max_examples=10_000, deadline=None)
    @given(TERMS, MONEY, DUE, st.integers(0, 500), st.lists(st.tuples(st.integers(-5, 400), MONEY), max_size=3))
    def test_interest_is_the_witnesss_to_the_cent(self, terms, principal, due, late, came):
        first, last = due + timedelta(days=1), due + timedelta(days=late)
        receipts = [Receipt(due + timedelta(days=days), amount) for days, amount in came]
        receipts = receipts[:1] if late > 200 else receipts  # the witness counts each day
        expected = witness(terms, principal, receipts, first, last)
        try:
            found = interest.total(interest.periods(terms, principal, receipts, first, last), CENT)
        except MissingRate:
            found = None
        self.assertEqual(found, expected)
