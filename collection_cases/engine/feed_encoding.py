"""In which encoding a text file is written, found out by trying.

A wrong guess raises no error, it damages names without a sound, so every candidate is judged by what
comes out: letters of one language inside words are good, signs inside words and letters that the
language does not have are bad. The candidates are those of the countries the addons know.
"""

import codecs
import re
from collections.abc import Iterable

CANDIDATES = ("cp1252", "cp1250", "cp1253", "iso8859-2", "iso8859-7")
CHOICES = ("utf-8", "utf-8-sig", "utf-16", *CANDIDATES, "cp852", "cp850", "cp737")
"""What a person may choose; the DOS code pages are never guessed."""

LETTERS = {
    "german": "äöüßÄÖÜ",
    "french": "éèàçêîôûùïëâœæÉÈÀÇÊÎÔÂ",
    "italian": "àèéìòùÀÈ",
    "spanish": "áéíóúñüÁÉÍÓÚÑ",
    "portuguese": "ãõáéíóúâêôçàÃÕÁÉÇ",
    "nordic": "åäöøæÅÄÖØÆ",
    "hungarian": "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "polish": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "romanian": "ăâîşţșțĂÂÎŞŢȘȚ",
    "czech and slovak": "áäčďéěíĺľňóôřŕšťúůýžÁČĎÉÍĽŇÓŘŠŤÚÝŽ",
    "south slavic": "čćđšžČĆĐŠŽ",
    "greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏΪΫ",
}
MIXED = {
    "western": "".join(LETTERS[name] for name in ("german", "french", "italian", "spanish", "nordic")),
    "central": "".join(LETTERS[name] for name in ("german", "hungarian", "polish", "romanian", "czech and slovak")),
}
"""Files of several languages; believed a little less than one language that has all letters."""

NEUTRAL = frozenset("€§°–—„“”‘’»«…·•№®©™\u00a0")
"""Signs that say nothing when they stand outside words."""

WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
ENOUGH_WORDS = 4000
BLOCK = 1 << 20


def detect(blocks: Iterable[bytes], hint: str = "") -> tuple[str, bool]:
    """Return the encoding, and whether the file proves it (only Unicode can be proved).

    :param blocks: the whole file, piece by piece
    :param hint: the encoding to prefer when two give equally good texts

    >>> detect(["Müller".encode()]), detect([b"plain"]), detect([codecs.BOM_UTF8 + b"a"])
    (('utf-8', True), ('utf-8', True), ('utf-8-sig', True))
    >>> [detect([text.encode(name)])[0] for text, name in (("Άγγελος Παπαδόπουλος", "cp1253"),
    ...     ("Άγγελος Παπαδόπουλος", "iso8859-7"), ("Fűtő Kőszegi Őrs", "cp1250"), ("Łódź, Świętokrzyska", "iso8859-2"),
    ...     ("Müller Straße", "cp1252"), ("Société Générale, façade", "cp1252"), ("Brăila Timişoara", "cp1250"))]
    ['cp1253', 'iso8859-7', 'cp1250', 'iso8859-2', 'cp1252', 'cp1252', 'cp1250']
    >>> detect(["Nr;Name".encode("utf-16")]), detect(["Nr;Name".encode("utf-16-le")])
    (('utf-16', True), ('utf-16-le', True))
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    unicode, words, first = True, [], b""
    for block in blocks:
        if not first:
            first = block[:4096]
            if marked := _by_mark(first):
                return marked, True
        if unicode:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                unicode = False
        if len(words) < ENOUGH_WORDS:
            words += WORD.findall(block)[: ENOUGH_WORDS - len(words)]
        elif not unicode:
            break
    if unicode and not decoder.getstate()[0]:  # nothing is left of a letter cut in two
        return "utf-8", True
    return _most_plausible(words, hint), False


def _by_mark(first):
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # every second byte of Latin text in UTF-16 is zero
    if len(first) >= 4 and first.count(0) > len(first) // 4:
        return "utf-16-le" if first[1::2].count(0) >= first[::2].count(0) else "utf-16-be"
    return ""


def _most_plausible(words, hint):
    candidates = (hint, *CANDIDATES) if hint in CHOICES and not hint.startswith("utf") else CANDIDATES
    # max keeps the first of equals: the hint, then the order of the candidates
    return max(dict.fromkeys(candidates), key=lambda name: _score(words, name))


def _score(words, encoding):
    decoded = [word.decode(encoding, errors="replace") for word in words]
    one = max(_fit(decoded, frozenset(letters), name == "greek") for name, letters in LETTERS.items())
    return max(one, *(0.9 * _fit(decoded, frozenset(letters), False) for letters in MIXED.values()))


def _fit(words, letters, apart):
    """Return how well words fit a language, up to 1.

    :param apart: its words have no Latin letters in them
    """
    score = total = 0
    for word in words:
        mixed = apart and any(char.isascii() for char in word)
        for place, char in enumerate(word):
            if char.isascii():
                continue
            total += 1
            if char in letters and not mixed:
                # a capital inside a word that is not all capitals is a wrong letter
                score += 1 if place == 0 or char.islower() or word[place - 1].isupper() else -1
            elif char in NEUTRAL and len(word) == 1:
                continue
            else:
                score -= 3 if char.isalpha() else 4
    return score / total if total else 0
