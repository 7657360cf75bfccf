"""What is decided about a case: its steps' verdicts, and what is to be done today or why nothing."""

from dataclasses import dataclass, field
from datetime import date

from .ladder import DONE, SKIP, WAIT, Decision

SEND, APPROVE, NOTHING = "send", "approve", "nothing"


@dataclass
class TaskDecision:
    """What is decided about one task of a step that is due.

    :param verdict: SEND, APPROVE (waits for a person), or NOTHING
    :param code: the reason
    :param channel: id of the channel it goes out on (the preferred one may differ from the task's)
    :param day: until when the reason holds, where that is known
    :param detail: more about it, in words
    :param amount: asked for, company's currency
    """

    step: int
    task: int
    verdict: str
    code: str
    channel: int
    day: date | None = None
    detail: str | None = None
    amount: float = 0.0


@dataclass
class Outcome:
    """What is decided about one case.

    :param code: why nothing is to be done; `due` when something is
    :param steps: a verdict for each step
    :param tasks: what is decided about the tasks of the steps that are due
    :param before_legal: steps before the legal one; None without a legal step
    """

    code: str
    day: date | None = None
    detail: str | None = None
    step: int | None = None
    steps: list[Decision] = field(default_factory=list)
    tasks: list[TaskDecision] = field(default_factory=list)
    before_legal: int | None = None

    @property
    def planned(self) -> list[TaskDecision]:
        """What is to be done."""
        return [task for task in self.tasks if task.verdict != NOTHING]


def main_reason(steps: list[Decision]) -> Decision | None:
    """Return the step that says best why nothing is to be done: what comes next, else what was left out last.

    >>> done, soon = Decision(1, DONE, "done"), Decision(2, WAIT, "too_early", date(2026, 3, 12))
    >>> main_reason([done, soon]).code, main_reason([done]).code, main_reason([])
    ('too_early', 'finished', None)
    """
    if not steps:
        return None
    waiting = [row for row in steps if row.verdict == WAIT]
    dated = [row for row in waiting if row.day and row.code != "event"]
    if dated:
        return min(dated, key=lambda row: row.day)
    for row in waiting:
        if row.code not in ("event", "step_before"):
            return row
    skipped = [row for row in steps if row.verdict == SKIP and row.code not in ("overtaken", "overdue_already")]
    if skipped:
        return skipped[0]
    return Decision(steps[-1].step, DONE, "finished")


def consolidate(tasks: list[TaskDecision], tones: dict[int, tuple]) -> None:
    """Leave one message per channel: the one of the highest tone says what the others would (R18).

    :param tones: {step id: what sorts the steps, the strongest last}

    >>> soft, firm = TaskDecision(1, 10, SEND, "due", 5), TaskDecision(2, 20, SEND, "due", 5)
    >>> consolidate([soft, firm], {1: (1, 1), 2: (2, 2)})
    >>> soft.code, firm.code
    ('consolidated', 'due')
    """
    strongest: dict[int, TaskDecision] = {}
    for task in sorted(tasks, key=lambda row: tones[row.step]):
        if task.verdict == NOTHING:
            continue
        weaker = strongest.get(task.channel)
        if weaker:
            weaker.verdict, weaker.code = NOTHING, "consolidated"
        strongest[task.channel] = task
