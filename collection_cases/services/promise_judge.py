"""Between the rows of the database and the engine that judges promises."""

from collections import defaultdict
from decimal import Decimal

from ..engine.promise import Judgement, Promised, Receipt, Tolerance, judge


def judged_rows(rows, receipts, waiting, left, day) -> list[tuple[int, Judgement]]:
    """Judge promises customer by customer and return those whose record has to change.

    :param rows: as `queries.promises.to_judge` returns them
    :param receipts: (item id, currency id, value date, amount) that are matched with items
    :param waiting: (partner id, currency id, value date, amount, branch id) matched with nothing yet
    :param left: {item id: open amount}
    :param day: today
    :returns: list of (promise id, Judgement)
    """
    by_partner = defaultdict(list)
    for row in rows:
        by_partner[row[2]].append(row)
    matched = defaultdict(list)
    for item, currency, date, amount in receipts:
        matched[item].append(Receipt(item, str(currency), date, _decimal(amount)))
    unmatched = defaultdict(list)
    for partner, currency, date, amount, branch in waiting:
        unmatched[partner].append(Receipt(None, str(currency), date, _decimal(amount), branch))
    open_amounts = {item: _decimal(amount) for item, amount in left.items()}
    changed = []
    for partner, theirs in by_partner.items():
        promises = [_promised(row) for row in theirs]
        items = {item for promise in promises for item in promise.items}
        came = [receipt for item in sorted(items) for receipt in matched[item]] + unmatched[partner]
        found = judge(promises, came, open_amounts, day)
        for row in theirs:
            judgement, is_frozen = found[row[0]], row[16]
            judgement.received = round(judgement.received, row[4])
            state = "cancelled" if judgement.state == "void" else judgement.state
            known = (row[8], _decimal(row[9], row[4]), row[10])
            if not is_frozen and known != (state, judgement.received, judgement.decided_on):
                changed.append((row[0], judgement))
    return changed


def _promised(row) -> Promised:
    id_, _case, _partner, currency, digits, amount, date, made_on, state, _received, _decided, items = row[:12]
    days, percent, branch, known_until, _frozen = row[12:]
    return Promised(
        *(id_, _decimal(amount, digits), date, made_on, frozenset(items), str(currency)),
        was_missed=state in ("broken", "partly_kept"),
        tolerance=Tolerance(days or 0, _decimal(percent, 4)),
        branch=branch,
        known_until=known_until,
    )


def _decimal(amount, digits: int = 6) -> Decimal:
    """Return a database's float as the decimal it stands for."""
    return round(Decimal(repr(float(amount or 0))), digits)
