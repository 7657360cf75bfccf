"""Whether a debtor may be contacted at a moment: hours, days, how often, how severely (capability G10).

Every rule that is about the debtor and the kind of contact is asked, and the strictest one counts. A refusal says
which rule refuses, why, and from when on nothing refuses any more. Moments are naive UTC; hours, weekdays and public
holidays are those of the debtor's time zone, and of each of them where it is not certain in which one the debtor is.

Where the figures of the rules come from is said on the rules (source, date, verified or not), not here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from .time_zones import local, utc

MESSAGE, CALL, VISIT, ANY, NOTHING = "message", "call", "visit", "any", "nothing"
"""Kinds of contact. ANY is a rule's, for all kinds together; NOTHING is a channel that does not reach the debtor."""

CHANNEL, HARDSHIP_CALL, HARDSHIP_TONE, TONE = "channel", "hardship_call", "hardship_tone", "tone"
GRACE, COOLDOWN, LIMIT, GAP, WEEKDAY, HOLIDAY, HOURS = (
    *("grace", "cooldown", "limit", "gap"),
    *("weekday", "holiday", "hours"),
)
"""Codes of refusals. The first four do not pass with time."""

FAR = timedelta(days=400)
"""Nothing is looked for further ahead."""

MIDNIGHT = 24 * 60


@dataclass(frozen=True)
class Rule:
    """What a law, or a house, allows.

    :param kind: MESSAGE, CALL, VISIT, or ANY for all kinds
    :param minute_from: first minute of the day, 0 is midnight
    :param minute_to: the minute at which it ends; that one is too late
    :param weekdays: on which contact is allowed, 0 is Monday
    :param off_on_holidays: not on public holidays
    :param limit: so many contacts of the kind (of all kinds together for ANY) at most, 0 for no limit…
    :param limit_days: …within so many days
    :param limit_by_calendar: these are days of the debtor's calendar, the day itself among them; else each is 24 hours
    :param gap_hours: between two contacts of the kind
    :param cooldown_days: after a conversation, each 24 hours
    :param grace_days: the debt has been overdue for so many days, and it is not before the day after them; 0 is none
    :param max_tone: the most severe tone, 0 to 4; None for no limit
    :param never_by: ids of channels that are not allowed
    """

    id: int
    kind: str = ANY
    minute_from: int = 0
    minute_to: int = MIDNIGHT
    weekdays: frozenset[int] = frozenset(range(7))
    off_on_holidays: bool = False
    limit: int = 0
    limit_days: int = 0
    limit_by_calendar: bool = False
    gap_hours: int = 0
    cooldown_days: int = 0
    grace_days: int = 0
    max_tone: int | None = None
    never_by: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Contact:
    """A contact there was.

    :param when: naive UTC
    :param kind: MESSAGE, CALL or VISIT
    :param spoken: the right person was reached: a conversation
    """

    when: datetime
    kind: str
    spoken: bool = False


def _no_holiday(day: date) -> bool:
    return False


@dataclass(frozen=True)
class Request:
    """A contact that is wanted.

    :param kind: MESSAGE, CALL, VISIT or NOTHING
    :param channel: id of the channel
    :param tone: 0 (friendly) to 4 (legal)
    :param zones: time zones the debtor may be in, at least one
    :param due_date: of the oldest debt that is asked for; None when nothing is due
    :param is_holiday: tells whether a day is a public holiday where the debtor is
    :param is_timed: reaches the debtor at the moment it is made; a letter does not
    :param is_automatic: not made by a person who decides to
    :param hardship_tone: the most severe tone for a debtor in hardship; None for others
    """

    kind: str
    channel: int = 0
    tone: int = 0
    zones: tuple[str, ...] = ("UTC",)
    due_date: date | None = None
    is_holiday: Callable[[date], bool] = _no_holiday
    is_timed: bool = True
    is_automatic: bool = True
    hardship_tone: int | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a contact is not allowed.

    :param code: one of the codes of this module
    :param until: naive UTC, the first moment at which nothing refuses any more; None if waiting does not help
    :param rule_id: the rule that refuses; None for the debtor's hardship
    :param values: what a sentence needs and the log keeps; plain values
    """

    code: str
    until: datetime | None = None
    rule_id: int | None = None
    values: dict = field(default_factory=dict)


def refusal(
    request: Request, rules: Iterable[Rule], history: Sequence[Contact], when: datetime, *, hours: bool = True
) -> Refusal | None:
    """Tell whether a contact is refused, and from when on it is not.

    :param history: the contacts there were, in any order; later ones than `when` do not count
    :param when: naive UTC
    :param hours: False asks only whether there is a time at all on that day of the debtor's calendar
    :returns: None when it is allowed

    >>> athens = Request(CALL, zones=("Europe/Athens",), due_date=date(2026, 2, 1))
    >>> greece = Rule(7, CALL, 9 * 60, 20 * 60, frozenset(range(5)))
    >>> refusal(athens, [greece], [], datetime(2026, 3, 10, 6, 59))  # doctest: +ELLIPSIS
    Refusal(code='hours', until=datetime.datetime(2026, 3, 10, 7, 0), rule_id=7, values={...})
    >>> refusal(athens, [greece], [], datetime(2026, 3, 10, 7, 0)) is None
    True
    >>> refusal(athens, [greece], [], datetime(2026, 3, 10, 22, 0), hours=False) is None  # Wednesday there, at 00:00
    True
    >>> refusal(athens, [greece], [], datetime(2026, 3, 13, 18, 0)).until  # Friday evening: Monday at nine
    datetime.datetime(2026, 3, 16, 7, 0)
    """
    if request.kind == NOTHING:
        return None
    rules = [rule for rule in rules if rule.kind in (ANY, request.kind)]
    if lasting := _lasting(request, rules):
        return lasting
    if hours:
        return _until_allowed(request, rules, history, when)
    return _on_the_day(request, rules, history, when)


def _lasting(request: Request, rules: Sequence[Rule]) -> Refusal | None:
    """Return the first reason that does not pass with time."""
    for rule in rules:
        if request.channel in rule.never_by:
            return Refusal(CHANNEL, rule_id=rule.id)
    if request.hardship_tone is not None:
        if request.kind == CALL and request.is_automatic:
            return Refusal(HARDSHIP_CALL)
        if request.tone > request.hardship_tone:
            return Refusal(HARDSHIP_TONE, values={"tone": request.tone, "max_tone": request.hardship_tone})
    for rule in rules:
        if rule.max_tone is not None and request.tone > rule.max_tone:
            return Refusal(TONE, rule_id=rule.id, values={"tone": request.tone, "max_tone": rule.max_tone})
    return None


def _until_allowed(
    request: Request, rules: Sequence[Rule], history: Sequence[Contact], when: datetime
) -> Refusal | None:
    """Return the reason that holds longest now, until the moment at which none holds any more."""
    history = [contact for contact in history if contact.when <= when]
    first = latest = _longest(request, rules, history, when)
    while latest and latest.until and latest.until - when < FAR:
        following = _longest(request, rules, history, latest.until)
        if following is None:
            return replace(first, until=latest.until)
        latest = following
    return replace(first, until=None) if first else None


def _on_the_day(request: Request, rules: Sequence[Rule], history: Sequence[Contact], when: datetime) -> Refusal | None:
    """Return why there is no moment on a day of the debtor's calendar, None when there is one.

    Where the debtor may be in several zones, the day begins in the first and ends in the last of them.
    """
    days = [local(zone, when).date() for zone in request.zones]
    start = min(utc(zone, datetime.combine(min(days), time())) for zone in request.zones)
    end = max(utc(zone, datetime.combine(max(days) + timedelta(days=1), time())) for zone in request.zones)
    history = [contact for contact in history if contact.when < end]
    moment = max([start, *(contact.when for contact in history)])
    reason = None
    while found := _longest(request, rules, history, moment):
        if reason is None or found.code != HOURS:
            reason = found
        if found.until is None or found.until >= end:
            after = found.until and _until_allowed(request, rules, history, found.until)
            return replace(reason, until=after.until if after else found.until)
        moment = found.until
    return None


def _longest(request: Request, rules: Sequence[Rule], history: Sequence[Contact], when: datetime) -> Refusal | None:
    """Return the reason of this moment that holds longest: its own end, whatever follows then."""
    found = [reason for rule in rules for reason in _reasons(request, rule, history, when)]
    return max(found, key=lambda reason: (reason.until is None, reason.until or when), default=None)


def _reasons(request: Request, rule: Rule, history: Sequence[Contact], when: datetime) -> Iterable[Refusal]:
    """Yield why one rule refuses at a moment, each reason with its own end."""
    kinds = (MESSAGE, CALL, VISIT) if rule.kind == ANY else (rule.kind,)
    counted = sorted((contact.when for contact in history if contact.kind in kinds), reverse=True)
    yield from _not_again_so_soon(rule, counted, history, when)
    for zone in request.zones:
        now = local(zone, when)
        if rule.grace_days:
            yield from _grace(request, rule, zone, now)
        if rule.limit and rule.limit_by_calendar and len(counted) >= rule.limit:
            nth = local(zone, counted[rule.limit - 1]).date() + timedelta(days=rule.limit_days)
            if now.date() < nth:
                values = {"limit": rule.limit, "days": rule.limit_days, "zone": zone}
                yield Refusal(LIMIT, _start(zone, nth), rule.id, values)
        if request.is_timed:
            yield from _clock(request, rule, zone, now)


def _not_again_so_soon(
    rule: Rule, counted: Sequence[datetime], history: Sequence[Contact], when: datetime
) -> Iterable[Refusal]:
    """Yield what the contacts before forbid, counted in hours.

    :param counted: moments of the contacts that the rule counts, latest first
    """
    if rule.limit and not rule.limit_by_calendar and len(counted) >= rule.limit:
        until = counted[rule.limit - 1] + timedelta(days=rule.limit_days)
        if when < until:
            yield Refusal(LIMIT, until, rule.id, {"limit": rule.limit, "days": rule.limit_days})
    if rule.gap_hours and counted:
        until = counted[0] + timedelta(hours=rule.gap_hours)
        if when < until:
            yield Refusal(GAP, until, rule.id, {"hours": rule.gap_hours, "last": counted[0].isoformat()})
    if rule.cooldown_days:
        spoken = max((contact.when for contact in history if contact.spoken), default=None)
        until = spoken and spoken + timedelta(days=rule.cooldown_days)
        if until and when < until:
            yield Refusal(COOLDOWN, until, rule.id, {"days": rule.cooldown_days, "last": spoken.isoformat()})


def _grace(request: Request, rule: Rule, zone: str, now: datetime) -> Iterable[Refusal]:
    """Yield the days that a debtor has after the due date.

    Due on the 1st and ten days of grace: overdue from the 2nd, ten days are over with the 11th, so from the 12th on.
    """
    values = {"days": rule.grace_days, "zone": zone}
    if request.due_date is None:
        yield Refusal(GRACE, None, rule.id, values)
        return
    first = request.due_date + timedelta(days=rule.grace_days + 1)
    if now.date() < first:
        yield Refusal(GRACE, _start(zone, first), rule.id, {**values, "due_date": request.due_date.isoformat()})


def _clock(request: Request, rule: Rule, zone: str, now: datetime) -> Iterable[Refusal]:
    """Yield what the debtor's calendar and clock forbid.

    :param now: what the clocks of the zone show
    """
    day, minute = now.date(), now.hour * 60 + now.minute
    values = {"zone": zone, "local": now.isoformat(timespec="minutes")}
    off = _off(request, rule, day)
    if off or minute >= rule.minute_to:
        opening = day + timedelta(days=1)
        while _off(request, rule, opening) and opening - day < FAR:
            opening += timedelta(days=1)
    elif minute < rule.minute_from:
        opening = day
    else:
        return
    span = {"from": _clock_text(rule.minute_from), "to": _clock_text(rule.minute_to)}
    until = utc(zone, datetime.combine(opening, time()) + timedelta(minutes=rule.minute_from))
    yield Refusal(off or HOURS, until, rule.id, {**values, **span})


def _off(request: Request, rule: Rule, day: date) -> str | None:
    """Return the code of why a day is none for contacts, None when it is one."""
    if day.weekday() not in rule.weekdays:
        return WEEKDAY
    return HOLIDAY if rule.off_on_holidays and request.is_holiday(day) else None


def _start(zone: str, day: date) -> datetime:
    return utc(zone, datetime.combine(day, time()))


def _clock_text(minute: int) -> str:
    """Return a minute of the day as a clock shows it.

    >>> _clock_text(9 * 60), _clock_text(MIDNIGHT)
    ('09:00', '24:00')
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"
