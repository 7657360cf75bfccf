"""Whom to talk or write to about a customer's payments, and why that one.

The order is that of a careful collector: the person the case names, the customer's payments officer,
the people registered for it (the primary one first), the invoice address, the customer itself, the
company above. Who cannot be reached on the channel is passed over, and the answer says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CASE = "case_contact"
BRANCH_OFFICER = "branch_officer"
OFFICER = "payments_officer"
PRIMARY = "primary_contact"
CONTACT = "registered_contact"
BRANCH = "branch"
INVOICE = "invoice_address"
CUSTOMER = "customer"
PARENT = "parent"

ORDER = (CASE, BRANCH_OFFICER, OFFICER, PRIMARY, CONTACT, BRANCH, INVOICE, CUSTOMER, PARENT)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be addressed.

    :param key: the caller's identifier
    :param why: one of ORDER
    :param reachable: can be reached on the channel in question
    """

    key: int
    why: str
    reachable: bool


@dataclass(frozen=True)
class Addressee:
    """The answer: who (None when nobody can be reached), why, and who was passed over before."""

    key: int | None
    why: str | None
    passed_over: tuple[Candidate, ...]


def resolve(candidates: Iterable[Candidate]) -> Addressee:
    """Return who is to be addressed.

    >>> maria, office = Candidate(1, OFFICER, False), Candidate(2, INVOICE, True)
    >>> resolve([office, maria])
    Addressee(key=2, why='invoice_address', passed_over=(Candidate(key=1, why='payments_officer', reachable=False),))
    >>> resolve([maria]).key
    """
    passed = []
    seen = set()
    for candidate in sorted(candidates, key=lambda row: ORDER.index(row.why)):
        if candidate.key in seen:
            continue
        seen.add(candidate.key)
        if candidate.reachable:
            return Addressee(candidate.key, candidate.why, tuple(passed))
        passed.append(candidate)
    return Addressee(None, None, tuple(passed))
