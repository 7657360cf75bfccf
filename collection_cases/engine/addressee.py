"""Whom to talk or write to about a customer's payments, and why that one.

The order is that of a careful collector: the person the case names, the payments officers of the branch
and the customer, the people registered for it (the branch's, then the customer's, the primary one first),
the branch, those registered at a branch or address below the customer, the invoice address, the customer
itself, the company above. Of a case of one branch, the people of other branches come after the customer:
it is not their debt. Who cannot be reached on the channel is passed over, and the answer says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CASE = "case_contact"
BRANCH_OFFICER = "branch_officer"
OFFICER = "payments_officer"
BRANCH_CONTACT = "branch_contact"
PRIMARY = "primary_contact"
CONTACT = "registered_contact"
BRANCH = "branch"
BELOW_CONTACT = "contact_below"
INVOICE = "invoice_address"
CUSTOMER = "customer"
OTHER_BRANCH = "contact_of_other_branch"
PARENT = "parent"

ORDER = (
    *(CASE, BRANCH_OFFICER, OFFICER, BRANCH_CONTACT, PRIMARY, CONTACT, BRANCH),
    *(BELOW_CONTACT, INVOICE, CUSTOMER, OTHER_BRANCH, PARENT),
)


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
