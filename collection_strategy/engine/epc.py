"""The QR code of a SEPA credit transfer, which banks' apps read."""

import re
from decimal import Decimal

IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def payload(holder: str, iban: str, amount: Decimal, reference: str, bic: str = "") -> str | None:
    """Return what the code contains; None when the account is no IBAN or the amount out of range.

    Source: European Payments Council, EPC069-12, version 002 (the BIC is optional inside the EEA).

    >>> payload("ACME", "GR16 0110 1250 0000 0001 2300 695", Decimal("980"), "CASE/1").split("\\n")[5:8]
    ['ACME', 'GR1601101250000000012300695', 'EUR980.00']
    >>> payload("ACME", "123", Decimal(1), "x")
    """
    number = iban.replace(" ", "").upper()
    if not IBAN.fullmatch(number) or not Decimal("0.01") <= amount <= Decimal("999999999.99"):
        return None
    rows = [
        "BCD",
        "002",
        "1",
        "SCT",
        bic.replace(" ", ""),
        holder[:70],
        number,
        f"EUR{amount:.2f}",
        "",
        "",
        reference[:140],
    ]
    return "\n".join(rows)
