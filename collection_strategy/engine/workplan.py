"""Who works which case: what is needed first, then what is known, then an even load.

A case stays with whoever works it, unless that person is away, lacks what the case needs while another has
it, or has too much while another who is as able has less. So a plan that was carried out is a fixed point:
making it again moves nothing.

Loads and shares are whole numbers, so that ties are ties on every machine.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

KEPT, KEPT_OVER, NEW, SKILL, ABSENT, LOAD, AUTOMATIC, NOBODY = (
    "kept",
    "kept_over",
    "new",
    "skill",
    "absent",
    "load",
    "automatic",
    "nobody",
)
"""Why a case is whose it is: known already, known although it is much, was nobody's (of the plan), the one
before lacks a skill, is away, has too much; nobody's because the automatic steps do it, or nobody is there."""

TOLERANCE = 10
"""By how many percent somebody may be above the fair share before cases move: moving costs, too."""

LEAST_PRESENCE = 25
"""Who is there for less than so many percent of the period's working days counts as absent."""


@dataclass(frozen=True)
class Need:
    """A skill that whoever works a case should have.

    :param skill: id
    :param level: the least mastery, 0 to 100
    """

    skill: int
    level: int = 0


@dataclass(frozen=True)
class Case:
    """A case to be given to somebody.

    :param needs: the most important first
    :param points: its load, at least 1; see `points`
    :param current: id of who works it now; None for nobody
    :param department: id; where set, colleagues of that department come before equally skilled others
    :param automatic: nothing for a person to do now
    """

    id: int
    needs: tuple[Need, ...] = ()
    points: int = 10
    rank: float = 0.0
    current: int | None = None
    department: int | None = None
    automatic: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody who works cases.

    :param capacity: share of a full working week they can give, percent; 0 is nothing
    :param skills: {skill id: mastery, 0 to 100}
    """

    id: int
    capacity: int = 100
    department: int | None = None
    skills: dict[int, int] = field(default_factory=dict)
    absent: bool = False

    @property
    def is_there(self) -> bool:
        """Tell whether cases can be given to the person."""
        return self.capacity > 0 and not self.absent

    def lacks(self, needs: Iterable[Need]) -> tuple[Need, ...]:
        """Return what of the needs the person does not meet.

        >>> Person(1, skills={7: 60}).lacks([Need(7, 50), Need(8)])
        (Need(skill=8, level=0),)
        """
        return tuple(need for need in needs if self.skills.get(need.skill, -1) < need.level)


@dataclass(frozen=True)
class Assignment:
    """Whose a case is.

    :param person: id, None for nobody
    :param code: the reason
    :param lacking: needs that nobody there meets, so the person does not either
    """

    case: int
    person: int | None
    code: str
    lacking: tuple[Need, ...] = ()


def points(minutes: float, stars: int) -> int:
    """Return the load of a case: a point for ten minutes, half as much again for each star.

    In tenths of a point. At least five minutes: even a quiet case is looked at.

    >>> points(10, 0), points(10, 2), points(0, 0), points(45, 3)
    (10, 20, 5, 113)
    """
    return int(max(minutes, 5.0) * (2 + stars) / 2 + 0.5)


def presence(first: date, last: date, absences: Iterable[tuple[date, date]]) -> int:
    """Return the share of the working days (Monday to Friday) of a period that somebody is there, in percent.

    :param absences: (first day, last day)

    >>> presence(date(2026, 3, 2), date(2026, 3, 13), [(date(2026, 3, 9), date(2026, 3, 31))])
    50
    >>> presence(date(2026, 3, 2), date(2026, 3, 13), [])
    100
    """
    away = list(absences)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    working = [day for day in days if day.weekday() < 5] or days
    there = sum(not any(begin <= day <= end for begin, end in away) for day in working)
    return there * 100 // len(working) if working else 0


def distribute(cases: Iterable[Case], people: Iterable[Person]) -> list[Assignment]:
    """Return an assignment for each case, in the order of the cases.

    >>> greek, eleni, peter = Need(7), Person(1, skills={7: 90}), Person(2)
    >>> found = distribute([Case(1, (greek,), current=2), Case(2, current=2), Case(3)], [eleni, peter])
    >>> [(row.case, row.person, row.code) for row in found]
    [(1, 1, 'skill'), (2, 2, 'kept'), (3, 1, 'new')]

    Bounds (tested): no case is with somebody who is away while another is there; nobody lacks a need that
    somebody there meets; whoever is above `limits` holds no case with which an equally able colleague would have
    less, for their capacity. So where everybody can do everything and has the same capacity, nobody is above the
    fair share by more than TOLERANCE % or by one case, whichever is more.
    """
    asked = list(cases)
    ordered = sorted(asked, key=lambda case: case.id)
    crew = sorted(people, key=lambda person: person.id)
    plan = _Plan(crew, sum(case.points for case in ordered if not case.automatic))
    found = {case.id: Assignment(case.id, None, AUTOMATIC) for case in ordered if case.automatic}
    to_place = []
    for case in ordered:
        if case.automatic:
            continue
        able = plan.able(case)
        if not able:
            found[case.id] = Assignment(case.id, None, NOBODY)
        elif case.current in able:
            plan.give(case, case.current)
            found[case.id] = Assignment(case.id, case.current, KEPT, plan.lacking(case))
        else:
            to_place.append(case)
    # Who can be given to few comes first, then the heavy ones: small ones even out what is left.
    to_place.sort(key=lambda case: (len(plan.able(case)), -case.points, case.id))
    for case in to_place:
        person = plan.freest(case)
        plan.give(case, person)
        found[case.id] = Assignment(case.id, person, plan.why_moved(case), plan.lacking(case))
    owners = {case.id: case.current for case in ordered}
    for case_id, person in plan.even_out().items():
        row = found[case_id]
        code = LOAD if row.code == KEPT and person != owners[case_id] else row.code
        found[case_id] = Assignment(case_id, person, code, row.lacking)
    for person, held in plan.held.items():
        for case in held:
            row = found[case.id]
            # Too much also without the case: one big case alone is nobody's excess.
            if row.code == KEPT and plan.load[person] - case.points > plan.limit[person]:
                found[case.id] = Assignment(case.id, person, KEPT_OVER, row.lacking)
    return [found[case.id] for case in asked]


def limits(people: Iterable[Person], total: int) -> dict[int, int]:
    """Return from which load on each person there gives cases away: the fair share and a tolerance.

    >>> limits([Person(1), Person(2, capacity=50), Person(3, absent=True)], 300)
    {1: 220, 2: 110}
    """
    there = [person for person in people if person.is_there]
    capacity = sum(person.capacity for person in there)
    return {person.id: total * person.capacity * (100 + TOLERANCE) // (capacity * 100) for person in there}


class _Plan:
    """The loads while a plan is made."""

    def __init__(self, crew, total):
        self.crew = {person.id: person for person in crew}
        self.there = [person for person in crew if person.is_there]
        self.limit = limits(crew, total)
        self.load = dict.fromkeys(self.limit, 0)
        self.held = {person: [] for person in self.limit}
        self._able, self._lacking = {}, {}

    def able(self, case):
        """Return the ids of those who are there and lack least of what a case needs, as a dict (ordered set)."""
        key = (case.needs, case.department)
        if key not in self._able:
            ranked = {}
            for person in self.there:
                lacking = tuple(need in person.lacks(case.needs) for need in case.needs)
                outside = case.department is not None and person.department != case.department
                ranked.setdefault((lacking, outside), []).append(person.id)
            best = min(ranked, default=None)
            self._able[key] = dict.fromkeys(ranked.get(best, ()))
        return self._able[key]

    def lacking(self, case):
        """Return what even those who are able lack."""
        able = next(iter(self.able(case)), None)
        key = (case.needs, able)
        if key not in self._lacking:
            self._lacking[key] = self.crew[able].lacks(case.needs) if able is not None else case.needs
        return self._lacking[key]

    def give(self, case, person):
        self.load[person] += case.points
        self.held[person].append(case)

    def freest(self, case):
        """Return who of those who are able would have the least load, for their capacity, with the case."""
        return min(
            self.able(case),
            key=lambda person: ((self.load[person] + case.points) / self.crew[person].capacity, person),
        )

    def why_moved(self, case):
        """Return why a case does not stay where it is."""
        before = self.crew.get(case.current)
        if before is None:
            return NEW
        return SKILL if before.is_there else ABSENT

    def even_out(self):
        """Move cases from those who have too much: {case id: new person}.

        Each move leaves both with less, for their capacity, than the giver had before: so it ends, and where it
        ends it would move nothing again.
        """
        moved = {}
        again = True
        while again:
            again = False
            for person in [one for one in self.load if self.load[one] > self.limit[one]]:
                again |= self._relieve(person, moved)
        return moved

    def _relieve(self, person, moved):
        kept, changed = [], False
        # The least urgent go first: what is hot stays with who knows it.
        for case in sorted(self.held[person], key=lambda case: (case.rank, case.id)):
            taker = self._taker(case, person) if self.load[person] > self.limit[person] else None
            if taker is None:
                kept.append(case)
                continue
            self.load[person] -= case.points
            self.give(case, taker)
            moved[case.id] = taker
            changed = True
        self.held[person] = kept
        return changed

    def _taker(self, case, giver):
        """Return who would have least with a case, less than the giver has now; None when nobody would."""
        others = [person for person in self.able(case) if person != giver]
        if not others:
            return None
        taker = min(others, key=lambda one: ((self.load[one] + case.points) / self.crew[one].capacity, one))
        after = (self.load[taker] + case.points) * self.crew[giver].capacity
        return taker if after < self.load[giver] * self.crew[taker].capacity else None


def next_absence(days: Iterable[date], today: date) -> tuple[date, date] | None:
    """Return the (first, last) day of the absence that is running or comes next; None when there is none.

    Days off with nothing but a weekend between them are one absence.

    >>> friday, monday = date(2026, 3, 13), date(2026, 3, 16)
    >>> next_absence([monday, friday, date(2026, 4, 1)], date(2026, 3, 14))
    (datetime.date(2026, 3, 13), datetime.date(2026, 3, 16))
    >>> next_absence([friday], monday)
    """
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and all(
            (runs[-1][1] + timedelta(days=gap)).weekday() >= 5 for gap in range(1, (day - runs[-1][1]).days)
        ):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return next((run for run in runs if run[1] >= today), None)
