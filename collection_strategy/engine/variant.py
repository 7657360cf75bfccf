"""Who of a segment is held out or gets the challenger: by a hash, so it never changes by itself."""

import hashlib

MAIN, CHALLENGER, HOLDOUT = "main", "challenger", "holdout"


def variant(segment: str, debtor: int, holdout: float, challenger: float) -> str:
    """Return the arm of the experiment a debtor is in.

    The same debtor of the same segment is always in the same arm while the shares stay, and raising a
    share moves nobody out of it.

    :param segment: what tells this segment's experiment from another's
    :param holdout: share (0 to 1) that gets nothing
    :param challenger: share that gets the other ladder

    >>> {variant("s", debtor, 0, 0) for debtor in range(100)}
    {'main'}
    >>> arms = [variant("s", debtor, 0.1, 0.3) for debtor in range(10_000)]
    >>> round(arms.count(HOLDOUT) / 10_000, 1), round(arms.count(CHALLENGER) / 10_000, 1)
    (0.1, 0.3)
    """
    digest = hashlib.sha256(f"{segment}:{debtor}".encode()).digest()
    draw = int.from_bytes(digest[:8], "big") / 2**64
    if draw < holdout:
        return HOLDOUT
    return CHALLENGER if draw >= 1 - challenger else MAIN
