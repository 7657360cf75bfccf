"""How many parts a text message has: the GSM 03.38 alphabet, or UCS-2 for everything else."""

BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = set("^{}\\[~]|€\f")
"""These take two places each."""


def parts(text: str) -> int:
    """Return into how many messages a text is cut, each of which is paid for.

    Source: 3GPP TS 23.038 and 23.040: 160 septets (153 when cut), or 70 UTF-16 units (67 when cut).

    >>> parts("a" * 160), parts("a" * 161), parts("α" * 70), parts("α" * 71), parts("")
    (1, 2, 1, 2, 0)
    """
    if not text:
        return 0
    if all(sign in BASIC or sign in EXTENDED for sign in text):
        length, single, cut = sum(1 + (sign in EXTENDED) for sign in text), 160, 153
    else:
        length, single, cut = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else -(-length // cut)
