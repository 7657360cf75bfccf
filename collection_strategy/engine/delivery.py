"""What became of an attempt to deliver something."""

from dataclasses import dataclass, field
from typing import Any

SENT, LATER, FAILED, UNCERTAIN = "sent", "later", "failed", "uncertain"
"""It left; not now, try again; never this way; nobody can know whether it left, so a person decides."""


@dataclass(frozen=True)
class Delivery:
    """The answer of a channel.

    :param verdict: SENT, LATER, FAILED or UNCERTAIN
    :param reason: why not, in words
    :param bad_address: the address is wrong for good: the next channel, and somebody is to mend it
    :param action_vals: more to write on the action
    :param notice_vals: more to write on the notice
    """

    verdict: str
    reason: str = ""
    bad_address: bool = False
    action_vals: dict[str, Any] = field(default_factory=dict)
    notice_vals: dict[str, Any] = field(default_factory=dict)
