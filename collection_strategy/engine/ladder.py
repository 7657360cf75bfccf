"""What the steps of a strategy say about one case on one day: every step gets a verdict with its reason.

The rungs that wait for each other (`waits`) form the ladder: each comes at its days from the due date,
but never nearer to the one before than the two are apart on the time line. A debtor who enters late
therefore climbs the whole ladder at its own pace instead of getting everything at once, unless the
strategy says to begin at the step that the delay has reached (`Policy.catch_up`).
Other steps run beside the ladder: parallel ones, ones after another step, ones on an event.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .workdays import Workdays

DUE, WAIT, SKIP, DONE = "due", "wait", "skip", "done"
"""Verdicts: to be taken today, not yet, not for this case, taken already."""

FROM_DUE_DATE, AFTER_STEP, ON_EVENT = "due_date", "step", "event"

FIRST, REACHED = "first", "reached"
"""Where a case begins that enters late: at the first step, or at the one its delay has reached."""


@dataclass(frozen=True)
class Step:
    """A rung.

    :param trigger: FROM_DUE_DATE, AFTER_STEP or ON_EVENT
    :param delay: days from the trigger; negative is before the due date
    :param in_working_days: `delay` counts working days
    :param waits: belongs to the ladder, so it waits for the steps before it
    :param after: id of the step it follows, for AFTER_STEP
    :param event: name of the event, for ON_EVENT
    :param min_overdue: only for at least so much overdue, company's currency
    :param max_coverage: only when less than this share (0 to 1) was paid since the last step; None for no matter
    :param reaction: `any`, `none` (only when the debtor did not react since the last step) or `some`
    :param on_working_days: taken on working days only
    """

    id: int
    trigger: str = FROM_DUE_DATE
    delay: int = 0
    in_working_days: bool = False
    waits: bool = True
    after: int | None = None
    event: str | None = None
    min_overdue: Decimal = Decimal(0)
    max_coverage: float | None = None
    reaction: str = "any"
    on_working_days: bool = True
    is_legal: bool = False

    @property
    def in_ladder(self) -> bool:
        """Tell whether the step is a rung after the due date that waits for the one before."""
        return self.trigger == FROM_DUE_DATE and self.waits and self.delay >= 0


@dataclass(frozen=True)
class Policy:
    """The steps of a strategy in their order, and where late cases begin."""

    steps: tuple[Step, ...]
    catch_up: str = FIRST


@dataclass(frozen=True)
class Taken:
    """A step that was taken in this cycle.

    :param day: when
    :param asked: what was asked for then, company's currency
    :param left: what is still open of it
    """

    day: date
    asked: Decimal = Decimal(0)
    left: Decimal = Decimal(0)


@dataclass(frozen=True)
class Facts:
    """What the ladder has to know about a case.

    :param due_date: of the oldest debt that credits do not cover; of the next one when nothing is overdue
    :param overdue: company's currency, credits netted; 0 when nothing is overdue
    :param taken: {step id: Taken} of this cycle
    :param events: {name: the latest day it happened in this cycle}
    :param reacted: the latest day the debtor reacted (spoke, promised, objected, paid)
    """

    due_date: date | None
    overdue: Decimal
    taken: dict[int, Taken] = field(default_factory=dict)
    events: dict[str, date] = field(default_factory=dict)
    reacted: date | None = None


@dataclass(frozen=True)
class Decision:
    """A step's verdict for a case.

    :param code: the reason
    :param day: when it is (or was) its turn, where that is known
    :param other: id of the step that is waited for
    """

    step: int
    verdict: str
    code: str
    day: date | None = None
    other: int | None = None


def decide(policy: Policy, facts: Facts, today: date, workdays: Workdays) -> list[Decision]:
    """Return a verdict for each step, in the steps' order.

    >>> mail, call = Step(1, delay=3), Step(2, delay=10)
    >>> policy, days = Policy((mail, call)), Workdays()
    >>> fresh = Facts(date(2026, 3, 1), Decimal(100))
    >>> [(row.verdict, row.code, row.day) for row in decide(policy, fresh, date(2026, 3, 4), days)]
    [('due', 'due', datetime.date(2026, 3, 4)), ('wait', 'step_before', None)]

    A case that enters late climbs at the ladder's pace:

    >>> late = Facts(date(2026, 1, 1), Decimal(100), {1: Taken(date(2026, 3, 4))})
    >>> [(row.verdict, row.day) for row in decide(policy, late, date(2026, 3, 5), days)]
    [('done', datetime.date(2026, 3, 4)), ('wait', datetime.date(2026, 3, 11))]
    """
    return [_decide_step(policy, step, facts, today, workdays) for step in policy.steps]


def steps_before_legal(policy: Policy, facts: Facts, decisions: list[Decision]) -> int | None:
    """Return how many steps of the ladder are left before the legal one; None without a legal step.

    >>> steps = (Step(1, delay=3), Step(2, delay=10), Step(3, delay=40, is_legal=True))
    >>> facts = Facts(date(2026, 3, 1), Decimal(100), {1: Taken(date(2026, 3, 4))})
    >>> steps_before_legal(Policy(steps), facts, decide(Policy(steps), facts, date(2026, 3, 5), Workdays()))
    1
    """
    if not any(step.is_legal for step in policy.steps):
        return None
    left = {row.step for row in decisions if row.verdict in (DUE, WAIT)}
    count = 0
    for step in policy.steps:
        if step.is_legal:
            return count
        count += step.in_ladder and step.id in left
    return count


def _decide_step(policy, step, facts, today, workdays):
    if step.id in facts.taken:
        return Decision(step.id, DONE, "done", facts.taken[step.id].day)
    if step.trigger == FROM_DUE_DATE and _is_overtaken(policy, step, facts, today, workdays):
        return Decision(step.id, SKIP, "overtaken")
    day, waiting = _day_of(policy, step, facts, today, workdays)
    if waiting:
        return waiting
    if step.on_working_days:
        day = workdays.next(day)
    if day > today:
        return Decision(step.id, WAIT, "too_early", day)
    if code := _condition(step, facts):
        return Decision(step.id, SKIP, code, day)
    if step.on_working_days and not workdays.is_working(today):
        return Decision(step.id, WAIT, "no_working_day", workdays.next(today))
    return Decision(step.id, DUE, "due", day)


def _day_of(policy, step, facts, today, workdays):
    """Return (the day of a step, None), or (None, the decision that it has none yet)."""
    if step.trigger == ON_EVENT:
        happened = facts.events.get(step.event)
        if happened is None:
            return None, Decision(step.id, WAIT, "event")
        return _shift(happened, step, workdays), None
    if step.trigger == AFTER_STEP:
        before = facts.taken.get(step.after)
        if before is None:
            return None, Decision(step.id, WAIT, "step_before", other=step.after)
        return _shift(before.day, step, workdays), None
    if facts.due_date is None:
        return None, Decision(step.id, SKIP, "nothing_due")
    if step.delay < 0 and facts.overdue > 0:
        return None, Decision(step.id, SKIP, "overdue_already")
    if step.delay >= 0 and facts.overdue <= 0:
        return None, Decision(step.id, WAIT, "not_overdue", _shift(facts.due_date, step, workdays))
    day = _shift(facts.due_date, step, workdays)
    if not step.in_ladder:
        return day, None
    before = _step_before(policy, step, facts, today, workdays)
    if before is None:
        return day, None
    taken = facts.taken.get(before.id)
    if taken is None:
        return None, Decision(step.id, WAIT, "step_before", other=before.id)
    apart = timedelta(days=step.delay - before.delay)
    paced = workdays.add(taken.day, apart.days) if step.in_working_days else taken.day + apart
    return max(day, paced), None


def _shift(day, step, workdays):
    return workdays.add(day, step.delay) if step.in_working_days else day + timedelta(days=step.delay)


def _ladder(policy):
    return [step for step in policy.steps if step.in_ladder]


def _is_overtaken(policy, step, facts, today, workdays):
    """Tell whether a later rung was taken, or is where a late case begins."""
    if not step.in_ladder:
        return False
    rungs = _ladder(policy)
    later = rungs[rungs.index(step) + 1 :]
    if any(rung.id in facts.taken for rung in later):
        return True
    if policy.catch_up != REACHED or facts.due_date is None or any(rung.id in facts.taken for rung in rungs):
        return False
    reached = [rung for rung in later if not _condition(rung, facts) and not rung.is_legal]
    return any(_shift(facts.due_date, rung, workdays) <= today for rung in reached)


def _step_before(policy, step, facts, today, workdays):
    """Return the nearest rung before that was taken or still has to be; None for the first."""
    rungs = _ladder(policy)
    for rung in reversed(rungs[: rungs.index(step)]):
        if rung.id in facts.taken:
            return rung
        if not _is_overtaken(policy, rung, facts, today, workdays) and not _condition(rung, facts):
            return rung
    return None


def _condition(step, facts):
    """Return why a step is not for this case, or None."""
    if step.delay >= 0 and facts.overdue < step.min_overdue:
        return "too_small"
    last = max(facts.taken.values(), key=lambda taken: taken.day, default=None)
    if last and step.max_coverage is not None and last.asked > 0:
        enough = Decimal(repr(step.max_coverage))
        if last.asked - last.left >= enough * last.asked:
            return "covered_enough"
    if step.reaction != "any" and last:
        reacted = facts.reacted is not None and facts.reacted >= last.day
        if step.reaction == "none" and reacted:
            return "reacted"
        if step.reaction == "some" and not reacted:
            return "no_reaction"
    return None
