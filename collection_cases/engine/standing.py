"""A customer's standing, from facts of the ledger and of the cases."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Standing:
    """What a sales person wants to know; amounts in the company's currency.

    :param kept_rate: kept promises ÷ judged promises, 0 to 1; 0 when none was judged
    :param credit_left: limit less debt; 0 without a limit
    :param days_late: days between due date and payment, weighted by the amounts paid in twelve months
    """

    promised: float
    disputed: float
    kept_rate: float
    judged_count: int
    credit_left: float
    last_payment_date: date | None
    paid_12_months: float
    days_late: float


def summarise(facts: dict[str, Any], limit: float, debt: float) -> Standing:
    """Return the standing of a customer.

    :param facts: promised, disputed, kept, judged, last_payment_date, paid, paid_days (Σ amount × days
        late); each may be missing
    :param limit: credit limit, 0 for none
    :param debt: what the customer owes now

    >>> summarise({"kept": 3, "judged": 4, "paid": 200, "paid_days": 3000}, 500, 620)  # doctest: +ELLIPSIS
    Standing(promised=0, disputed=0, kept_rate=0.75, judged_count=4, credit_left=-120, ..., days_late=15.0)
    >>> summarise({}, 0, 50).credit_left
    0
    """
    judged = facts.get("judged") or 0
    paid = facts.get("paid") or 0
    return Standing(
        promised=facts.get("promised") or 0,
        disputed=facts.get("disputed") or 0,
        kept_rate=(facts.get("kept") or 0) / judged if judged else 0.0,
        judged_count=judged,
        credit_left=limit - debt if limit else 0,
        last_payment_date=facts.get("last_payment_date"),
        paid_12_months=paid,
        days_late=float(facts.get("paid_days") or 0) / float(paid) if paid else 0.0,
    )
