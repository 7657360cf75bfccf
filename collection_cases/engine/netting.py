"""Netting: what is really overdue once a customer's unallocated credits are taken off.

Credits (payments and credit notes that are matched with nothing yet) cover the oldest debts of
their own currency first, which is also how Odoo would match them. `queries/case_totals.py` says
the same in SQL, for many cases at once; the tests hold the two against each other.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Entry:
    """One open entry: a debt when `residual` is positive, a credit when it is negative.

    :param currency: of `residual`; entries of different currencies are never added
    :param residual: what is open, in the entry's currency
    :param residual_company: the same in the company's currency, as the ledger has it
    """

    currency: str
    due_date: date
    residual: Decimal
    residual_company: Decimal


@dataclass(frozen=True)
class Netted:
    """What is left after netting, in the company's currency."""

    overdue: Decimal
    oldest_due_date: date | None


def net(entries: Iterable[Entry], today: date, digits: int = 2) -> Netted:
    """Return what is overdue after credits have covered the oldest debts of their currency.

    :param today: debts due before this day are overdue
    :param digits: decimal places of the company's currency

    >>> day = date(2026, 1, 10)
    >>> debt = Entry("EUR", date(2026, 1, 1), Decimal(100), Decimal(100))
    >>> later = Entry("EUR", date(2026, 1, 5), Decimal(50), Decimal(50))
    >>> credit = Entry("EUR", date(2026, 1, 7), Decimal(-120), Decimal(-120))
    >>> net([debt, later, credit], day)
    Netted(overdue=Decimal('30.00'), oldest_due_date=datetime.date(2026, 1, 5))

    A credit in dollars covers no debt in euros:

    >>> net([debt, Entry("USD", day, Decimal(-500), Decimal(-450))], day).overdue
    Decimal('100.00')
    """
    unit = Decimal(1).scaleb(-digits)
    debts: dict[str, list[Entry]] = defaultdict(list)
    credit: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry.residual > 0:
            debts[entry.currency].append(entry)
        else:
            credit[entry.currency] -= entry.residual
    overdue, oldest = Decimal(0), None
    for currency, rows in debts.items():
        left = credit[currency]
        for entry in sorted(rows, key=lambda row: row.due_date):
            covered = min(left, entry.residual)
            left -= covered
            uncovered = entry.residual - covered
            if uncovered and entry.due_date < today:
                share = entry.residual_company * uncovered / entry.residual
                overdue += share.quantize(unit, ROUND_HALF_UP)
                oldest = min(oldest, entry.due_date) if oldest else entry.due_date
    return Netted(overdue.quantize(unit), oldest)
