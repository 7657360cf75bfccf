import doctest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import aging, netting, priority

DAY = date(2026, 3, 10)
MONEY = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)
ENTRY = st.builds(
    lambda currency, days, amount: netting.Entry(currency, DAY + timedelta(days=days), amount, amount),
    st.sampled_from(["EUR", "USD"]),
    st.integers(-200, 60),
    MONEY,
)


@tagged("collection_engine")
class TestEngine(BaseCase):
    def test_examples_in_docstrings_hold(self):
        for module in (aging, netting, priority):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0, module.__name__)
            self.assertEqual(result.failed, 0, module.__name__)

    def test_buckets_leave_no_gap(self):
        for days in range(200):
            code = aging.bucket(days)
            first, last = next((first, last) for name, first, last in aging.BUCKETS if name == code)
            self.assertTrue((first is None or days >= first) and (last is None or days <= last), days)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(ENTRY, max_size=15))
    def test_netting_never_chases_more_than_is_overdue_nor_less_than_the_credits_leave(self, entries):
        netted = netting.net(entries, DAY)
        floor = Decimal(0)
        ceiling = Decimal(0)
        for currency in ("EUR", "USD"):
            own = [entry for entry in entries if entry.currency == currency]
            overdue = sum((entry.residual for entry in own if entry.residual > 0 and entry.due_date < DAY), Decimal(0))
            credit = -sum((entry.residual for entry in own if entry.residual < 0), Decimal(0))
            floor += max(Decimal(0), overdue - credit)
            ceiling += overdue
        self.assertEqual(netted.overdue, floor, "oldest first: overdue debts are covered before those to come")
        self.assertLessEqual(netted.overdue, ceiling)
        self.assertEqual(netted.oldest_due_date is None, netted.overdue == 0)

    def test_a_covered_debt_is_not_the_oldest(self):
        entries = [
            netting.Entry("EUR", DAY - timedelta(days=90), Decimal(10), Decimal(10)),
            netting.Entry("EUR", DAY - timedelta(days=5), Decimal(20), Decimal(20)),
            netting.Entry("EUR", DAY, Decimal(-10), Decimal(-10)),
        ]
        self.assertEqual(netting.net(entries, DAY).oldest_due_date, DAY - timedelta(days=5))

    def test_foreign_debt_is_covered_in_its_own_currency_whatever_the_rates(self):
        entries = [
            netting.Entry("USD", DAY - timedelta(days=9), Decimal(100), Decimal(95)),
            netting.Entry("USD", DAY, Decimal(-100), Decimal(-90)),
        ]
        self.assertEqual(netting.net(entries, DAY).overdue, 0)

    @settings(max_examples=100, deadline=None)
    @given(st.floats(0, 1), st.integers(0, 5000), st.booleans())
    def test_priority_is_the_sum_of_its_parts(self, share, days, planned):
        found = priority.prioritise(share, days, planned)
        self.assertAlmostEqual(found.score, sum(points for _code, points in found.reasons), 1)
        self.assertTrue(0 <= found.score <= 100 and 0 <= found.stars <= 3)
        self.assertEqual(bool(found.reasons), bool(days))
