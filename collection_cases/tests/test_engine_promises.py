import doctest
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import addressee, blocks, instalments, promise, standing
from ..engine.promise import Promised, Receipt, Tolerance, judge

DAY = date(2026, 3, 10)
CENTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(-40, 40).map(lambda days: DAY + timedelta(days=days))
ITEMS = st.sampled_from([1, 2, 3])
CURRENCY = st.sampled_from(["EUR", "HUF"])
TOLERANCE = st.builds(Tolerance, st.integers(0, 10), st.integers(0, 50).map(Decimal))
PROMISES = st.lists(
    st.builds(
        lambda amount, due, before, items, currency, missed, tolerance: Promised(
            *(0, amount, due, due - timedelta(days=before), items, currency),
            was_missed=missed and due < DAY - timedelta(days=10),
            tolerance=tolerance,
        ),
        CENTS,
        DAYS,
        st.integers(0, 30),
        st.frozensets(ITEMS, min_size=1),
        CURRENCY,
        st.booleans(),
        TOLERANCE,
    ),
    max_size=6,
).map(lambda found: [replace(row, key=key) for key, row in enumerate(found)])
RECEIPTS = st.lists(st.builds(Receipt, st.one_of(st.none(), ITEMS), CURRENCY, DAYS, CENTS), max_size=8)
LEFT = st.dictionaries(ITEMS, CENTS)


@tagged("collection_engine")
class TestEnginePromises(BaseCase):
    """Judging of promises and the arithmetic of instalments, on whatever comes."""

    def test_examples_in_docstrings_hold(self):
        for module in (promise, instalments, blocks, addressee, standing):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0, module.__name__)
            self.assertEqual(result.failed, 0, module.__name__)

    @settings(max_examples=400, deadline=None)
    @given(PROMISES, RECEIPTS, LEFT)
    def test_no_money_counts_twice_and_none_is_invented(self, promises, receipts, left):
        found = judge(promises, receipts, left, DAY)
        self.assertEqual(set(found), {row.key for row in promises})
        for currency in ("EUR", "HUF"):
            came = sum(receipt.amount for receipt in receipts if receipt.currency == currency)
            counted = sum(found[row.key].received for row in promises if row.currency == currency)
            self.assertLessEqual(counted, came)
        for row in promises:
            self.assertTrue(0 <= found[row.key].received <= row.amount)

    @settings(max_examples=400, deadline=None)
    @given(PROMISES, RECEIPTS, LEFT)
    def test_states_mean_what_they_say(self, promises, receipts, left):
        for row in promises:
            judged = judge(promises, receipts, left, DAY)[row.key]
            tolerance = row.tolerance
            late = DAY > row.date + timedelta(days=tolerance.days)
            enough = row.amount * (100 - tolerance.percent) / 100
            self.assertFalse(row.was_missed and judged.state in ("void", "open"))
            if judged.received >= enough:
                self.assertEqual(judged.state, "kept")
            if judged.state == "open":
                self.assertFalse(late)
            if judged.state == "broken":
                self.assertTrue(late and judged.received == 0)
            if judged.state == "partly_kept":
                self.assertTrue(late and 0 < judged.received < enough)
            if judged.state == "kept":
                self.assertLessEqual(judged.decided_on, row.date + timedelta(days=tolerance.days))
                self.assertGreaterEqual(judged.decided_on, row.made_on)

    @settings(max_examples=200, deadline=None)
    @given(PROMISES, RECEIPTS, LEFT)
    def test_more_money_never_makes_it_worse(self, promises, receipts, left):
        order = {"broken": 0, "open": 1, "partly_kept": 1, "void": 2, "kept": 3}
        before = judge(promises, receipts, left, DAY)
        for row in promises:
            more = [*receipts, Receipt(None, row.currency, row.made_on, sum((p.amount for p in promises), Decimal(0)))]
            after = judge(promises, more, left, DAY)
            if before[row.key].state == "kept":
                self.assertEqual(after[row.key].state, "kept")
            self.assertGreaterEqual(order[after[row.key].state], order[before[row.key].state] - 1)

    @settings(max_examples=200, deadline=None)
    @given(PROMISES, RECEIPTS, LEFT, st.randoms())
    def test_order_of_the_rows_does_not_matter(self, promises, receipts, left, random):
        first = judge(promises, receipts, left, DAY)
        random.shuffle(promises)
        random.shuffle(receipts)
        again = judge(promises, receipts, left, DAY)
        self.assertEqual(
            {key: (row.state, row.received) for key, row in first.items()},
            {key: (row.state, row.received) for key, row in again.items()},
        )

    @settings(max_examples=400, deadline=None)
    @given(
        st.integers(1, 10_000_000),
        st.integers(1, instalments.MOST),
        DAYS,
        st.sampled_from(instalments.EVERY),
        st.sampled_from([0, 2, 3]),
        st.integers(0, 99),
    )
    def test_schedule_adds_up_and_goes_forward(self, units, count, first, every, digits, percent):
        total = Decimal(units).scaleb(-digits)
        down = Decimal(units * percent // 100).scaleb(-digits)
        try:
            rows = instalments.schedule(total, count, first, every, digits, down)
        except ValueError as error:
            self.assertEqual(error.args[0], "too_small")
            self.assertLess((total - down) / count, Decimal(1).scaleb(-digits))
            return
        self.assertEqual(sum(amount for _day, amount in rows), total)
        self.assertEqual(rows[0][0], first)
        days = [day for day, _amount in rows]
        self.assertEqual(days, sorted(set(days)))
        equal = [amount for _day, amount in rows[1 if down else 0 :]]
        self.assertLessEqual(max(equal) - min(equal), Decimal(1).scaleb(-digits))
        self.assertGreater(min(amount for _day, amount in rows), 0)

    def test_what_cannot_be_a_schedule_is_named(self):
        for values, code in (
            ((Decimal(0), 3, DAY), "total"),
            ((Decimal(-1), 3, DAY), "total"),
            ((Decimal(1), 0, DAY), "count"),
            ((Decimal(1), 121, DAY), "count"),
            ((Decimal(1), 1, DAY, "day"), "every"),
            ((Decimal(1), 1, DAY, "week", 2, Decimal(1)), "down_payment"),
            ((Decimal("0.01"), 2, DAY), "too_small"),
        ):
            with self.assertRaises(ValueError) as caught:
                instalments.schedule(*values)
            self.assertEqual(caught.exception.args[0], code)
