import doctest
import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine import workplan
from ..engine.workplan import AUTOMATIC, KEPT, KEPT_OVER, LOAD, NEW, NOBODY, Case, Need, Person, distribute

PEOPLE = st.lists(
    st.builds(
        Person,
        id=st.integers(1, 8),
        capacity=st.sampled_from([0, 20, 50, 100]),
        department=st.sampled_from([None, 1, 2]),
        skills=st.dictionaries(st.integers(1, 3), st.sampled_from([20, 60, 100])),
        absent=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda person: person.id,
)
CASES = st.lists(
    st.builds(
        Case,
        id=st.integers(1, 60),
        needs=st.lists(st.builds(Need, st.integers(1, 3), st.sampled_from([0, 50])), max_size=2).map(tuple),
        points=st.integers(1, 120),
        rank=st.integers(0, 100),
        current=st.one_of(st.none(), st.integers(1, 10)),
        department=st.sampled_from([None, None, 1, 2]),
        automatic=st.sampled_from([False, False, False, True]),
    ),
    max_size=60,
    unique_by=lambda case: case.id,
)


def loads(cases, found):
    """Return {person: load}."""
    total = {}
    for case, row in zip(cases, found, strict=True):
        total[row.person] = total.get(row.person, 0) + case.points
    return total


@tagged("post_install", "-at_install")
class TestEngineWorkplan(BaseCase):
    """Who works which case."""

    def test_examples(self):
        self.assertFalse(doctest.testmod(workplan).failed)

    def _codes(self, cases, people):
        return [(row.person, row.code) for row in distribute(cases, people)]

    def test_a_case_stays_with_whoever_knows_it(self):
        cases = [Case(1, current=2), Case(2, current=1)]
        self.assertEqual(self._codes(cases, [Person(1), Person(2)]), [(2, KEPT), (1, KEPT)])

    def test_who_is_away_gives_their_cases_away(self):
        found = self._codes([Case(1, current=2)], [Person(1), Person(2, absent=True)])
        self.assertEqual(found, [(1, workplan.ABSENT)])

    def test_needs_come_before_load(self):
        greek = Person(1, skills={7: 80})
        cases = [Case(number, (Need(7, 50),), current=2) for number in range(20)]
        self.assertEqual({row[0] for row in self._codes(cases, [greek, Person(2)])}, {1})

    def test_the_first_need_counts_most(self):
        case = Case(1, (Need(1), Need(2)))
        found = distribute([case], [Person(1, skills={2: 100}), Person(2, skills={1: 100})])[0]
        self.assertEqual((found.person, found.lacking), (2, (Need(2),)))

    def test_too_much_is_given_away_the_least_urgent_first(self):
        cases = [Case(number, rank=number, current=1) for number in range(10)]
        found = distribute(cases, [Person(1), Person(2)])
        self.assertEqual([row.case for row in found if row.code == LOAD], [0, 1, 2, 3, 4])
        self.assertEqual({row.code for row in found if row.person == 1}, {KEPT})

    def test_too_much_that_nobody_else_can_do_stays_and_says_so(self):
        cases = [Case(number, (Need(7),), current=1) for number in range(10)]
        self.assertEqual(set(self._codes(cases, [Person(1, skills={7: 1}), Person(2), Person(3)])), {(1, KEPT_OVER)})

    def test_half_a_week_is_half_the_work(self):
        cases = [Case(number) for number in range(300)]
        total = loads(cases, distribute(cases, [Person(1), Person(2, capacity=50)]))
        self.assertEqual(total, {1: 2000, 2: 1000})

    def test_departments_stay_apart_where_they_can(self):
        cases = [Case(1, department=2), Case(2, (Need(7),), department=2), Case(3, department=3)]
        people = [Person(1, department=1, skills={7: 1}), Person(2, department=2)]
        self.assertEqual(self._codes(cases, people), [(2, NEW), (1, NEW), (1, NEW)])

    def test_nobody_there(self):
        found = self._codes([Case(1, current=1), Case(2, automatic=True)], [Person(1, absent=True)])
        self.assertEqual(found, [(None, NOBODY), (None, AUTOMATIC)])

    @settings(max_examples=300, deadline=None)
    @given(CASES, PEOPLE)
    def test_each_case_has_one_person_or_a_reason_why_nobody(self, cases, people):
        found = distribute(cases, people)
        self.assertEqual([row.case for row in found], [case.id for case in cases])
        there = {person.id for person in people if person.is_there}
        for case, row in zip(cases, found, strict=True):
            if case.automatic:
                self.assertEqual((row.person, row.code), (None, AUTOMATIC))
            elif there:
                self.assertIn(row.person, there)
            else:
                self.assertEqual((row.person, row.code), (None, NOBODY))

    @settings(max_examples=300, deadline=None)
    @given(CASES, PEOPLE)
    def test_nobody_lacks_what_somebody_there_has(self, cases, people):
        crew = {person.id: person for person in people}
        for case, row in zip(cases, distribute(cases, people), strict=True):
            if row.person is None:
                continue
            own = [need in row.lacking for need in case.needs]
            self.assertEqual(row.lacking, crew[row.person].lacks(case.needs))
            for person in people:
                if person.is_there:
                    self.assertLessEqual(own, [need in person.lacks(case.needs) for need in case.needs])

    @settings(max_examples=300, deadline=None)
    @given(CASES, PEOPLE)
    def test_load_is_bounded(self, cases, people):
        """Where everybody can do everything, nobody is above the fair share by more than is stated."""
        plain = [replace(case, needs=(), department=None) for case in cases]
        given_out = [case.points for case in plain if not case.automatic]
        there = [person for person in people if person.is_there]
        for person in there:
            share = sum(given_out) * person.capacity / sum(one.capacity for one in there)
            # A case weighs more for who has less time.
            one_case = max(given_out, default=0) * person.capacity / min(one.capacity for one in there)
            load = loads(plain, distribute(plain, people)).get(person.id, 0)
            self.assertLessEqual(load, max(share * 1.1, share + one_case) + 0.01)

    @settings(max_examples=300, deadline=None)
    @given(CASES, PEOPLE)
    def test_a_plan_that_was_carried_out_moves_nothing(self, cases, people):
        first = distribute(cases, people)
        after = [
            case if row.person is None else replace(case, current=row.person)
            for case, row in zip(cases, first, strict=True)
        ]
        again = distribute(after, people)
        self.assertEqual([row.person for row in first], [row.person for row in again])
        self.assertEqual(first, distribute(list(reversed(cases)), people)[::-1], "the order says nothing")

    def test_fifty_thousand_cases_and_fifty_people(self):
        people = [Person(number, skills={number % 7: 80}) for number in range(50)]
        cases = [
            Case(number, (Need(number % 7, 50),), 10 + number % 90, current=number % 60) for number in range(50_000)
        ]
        begun = time.monotonic()
        distribute(cases, people)
        self.assertLess(time.monotonic() - begun, 20)
