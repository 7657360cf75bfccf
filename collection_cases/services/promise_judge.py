"""Between the rows of the database and the engine that judges promises."""

from collections import defaultdict
from decimal import Decimal

from ..engine.promise import Judgement, Promised, Receipt, Tolerance, judge


def judged_rows(rows, receipts, waiting, left, day, company) -> list[tuple[int, Judgement]]:
    """Judge promises customer by customer and return those whose record has to change.

    :param rows: (id, case id, partner id, currency id, decimal places, amount, date, made on, state, received,
        decided on, list of item ids)
    :param receipts: (item id, currency id, value date, amount) that are matched with items
    :param waiting: (partner id, currency id, value date, amount) matched with nothing yet
    :param left: {item id: open amount}
    :param company: `res.company` with its tolerance
    :returns: list of (promise id, Judgement)
    """
    tolerance = Tolerance(company.collection_promise_tolerance_days, _decimal(company.collection_promise_tolerance, 4))
    by_partner = defaultdict(list)
    for row in rows:
        by_partner[row[2]].append(row)
    matched = defaultdict(list)
    for item, currency, date, amount in receipts:
        matched[item].append(Receipt(item, str(currency), date, _decimal(amount)))
    unmatched = defaultdict(list)
    for partner, currency, date, amount in waiting:
        unmatched[partner].append(Receipt(None, str(currency), date, _decimal(amount)))
    open_amounts = {item: _decimal(amount) for item, amount in left.items()}
    changed = []
    for partner, theirs in by_partner.items():
        promises = [
            Promised(
                *(row[0], _decimal(row[5], row[4]), row[6], row[7], frozenset(row[11]), str(row[3])),
                was_missed=row[8] in ("broken", "partly_kept"),
            )
            for row in theirs
        ]
        items = {item for promise in promises for item in promise.items}
        came = [receipt for item in sorted(items) for receipt in matched[item]] + unmatched[partner]
        found = judge(promises, came, open_amounts, day, tolerance)
        for row in theirs:
            judgement = found[row[0]]
            state = "cancelled" if judgement.state == "void" else judgement.state
            known = (row[8], _decimal(row[9], row[4]), row[10])
            if known != (state, judgement.received, judgement.decided_on):
                changed.append((row[0], judgement))
    return changed


def _decimal(amount, digits: int = 6) -> Decimal:
    """Return a database's float as the decimal it stands for."""
    return round(Decimal(repr(float(amount or 0))), digits)
