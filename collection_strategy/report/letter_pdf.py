"""A letter as PDF, drawn with reportlab: hundreds a second, where wkhtmltopdf makes one or two."""

import io
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import html as lxml_html
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from odoo.addons.collection_cases.report.receipt_pdf import _fonts


@dataclass(frozen=True)
class Letter:
    """What stands in a letter, each text in the debtor's language.

    :param sender, recipient: a line each; the recipient stands in the window (DIN 5008 form B)
    :param html: the text; only paragraphs, line breaks, lists, bold and italic are kept
    :param columns, rows: of the table of items
    :param totals: (label, amount), one for each currency
    :param pay: (label, value) how to pay
    :param qr: what the QR code says; none when empty
    :param closing: who signs
    """

    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    place_date: str
    subject: str
    html: str
    columns: tuple[str, str, str, str]
    rows: tuple[tuple[str, str, str, str], ...]
    totals: tuple[tuple[str, str], ...]
    pay_title: str
    pay: tuple[tuple[str, str], ...]
    qr: str
    closing: tuple[str, ...]
    footer: str


def paragraphs(source: str) -> list[str]:
    """Return the paragraphs of an HTML text in the little markup that reportlab knows.

    >>> paragraphs("<p>Dear <b>Ann &amp; Co</b>,</p><div>pay<br>now</div><table><tr><td>x</td></tr></table>")
    ['Dear <b>Ann &amp; Co</b>,', 'pay<br/>now']
    """
    if not source.strip():
        return []
    root = lxml_html.fragment_fromstring(source, create_parent="div")
    found, row = [], []

    def flush():
        text = re.sub(r"\s+", " ", "".join(row)).strip()
        if text:
            found.append(text)
        row.clear()

    def walk(node):
        tag = node.tag if isinstance(node.tag, str) else ""
        if tag in ("table", "style", "script", "img"):
            row.append(escape(node.tail or ""))
            return
        is_block = tag in ("p", "div", "li", "h1", "h2", "h3", "h4", "ul", "ol", "blockquote")
        mark = {"b": "b", "strong": "b", "i": "i", "em": "i"}.get(tag)
        if is_block:
            flush()
        if tag == "li":
            row.append("• ")
        if tag == "br":
            row.append("<br/>")
        row.append(f"<{mark}>" if mark else "")
        row.append(escape(node.text or ""))
        for child in node:
            walk(child)
        row.append(f"</{mark}>" if mark else "")
        if is_block:
            flush()
        row.append(escape(node.tail or ""))

    row.append(escape(root.text or ""))
    for child in root:
        walk(child)
    flush()
    return found


def draw(letter: Letter) -> bytes:
    """Return the PDF of a letter.

    :param letter: what stands in it
    """
    plain, bold = _fonts()
    normal = ParagraphStyle("normal", fontName=plain, fontSize=10, leading=14, spaceAfter=2.5 * mm)
    tight = ParagraphStyle("tight", parent=normal, spaceAfter=0)
    strong = ParagraphStyle("strong", parent=tight, fontName=bold)
    small = ParagraphStyle("small", parent=tight, fontSize=7.5, leading=10, textColor=colors.HexColor("#555555"))
    subject = ParagraphStyle("subject", parent=strong, fontSize=12, leading=16, spaceBefore=4 * mm, spaceAfter=5 * mm)
    right = ParagraphStyle("right", parent=tight, alignment=2)
    right_strong = ParagraphStyle("right_strong", parent=right, fontName=bold)

    def text(value, style=tight):
        return Paragraph(escape(value), style)

    width = A4[0] - 45 * mm
    story = [text(" · ".join(letter.sender), small), Spacer(1, 3 * mm)]
    window = Table([[[text(row) for row in letter.recipient]]], [85 * mm], [32 * mm], hAlign="LEFT")
    window.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    story += [window, Spacer(1, 6 * mm), text(letter.place_date, right), text(letter.subject, subject)]
    story += [Paragraph(row, normal) for row in paragraphs(letter.html)]
    if letter.rows:
        widths = [width - 92 * mm, 30 * mm, 24 * mm, 38 * mm]
        heads = [text(name, strong if number < 2 else right_strong) for number, name in enumerate(letter.columns)]
        body = [[text(row[0]), text(row[1]), text(row[2], right), text(row[3], right)] for row in letter.rows]
        sums = [[text(label, strong), "", "", text(amount, right_strong)] for label, amount in letter.totals]
        table = Table([heads, *body, *sums], widths, repeatRows=1)
        lines = [("LINEBELOW", (0, 0), (-1, -1 - len(sums)), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        table.setStyle(TableStyle(lines))
        story += [table, Spacer(1, 5 * mm)]
    if letter.pay:
        facts = Table([[text(label), text(value, strong)] for label, value in letter.pay], [35 * mm, width - 75 * mm])
        facts.setStyle(TableStyle([("LEFTPADDING", (0, 0), (0, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
        box = Table([[[text(letter.pay_title, strong), facts], _qr(letter.qr)]], [width - 38 * mm, 38 * mm])
        box.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, 0), 0)]))
        story.append(KeepTogether([box, Spacer(1, 4 * mm)]))
    story += [KeepTogether([text(row) for row in letter.closing]), Spacer(1, 5 * mm), text(letter.footer, small)]
    target = io.BytesIO()
    SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=25 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=letter.subject,
        author=letter.sender[0] if letter.sender else "",
    ).build(story)
    return target.getvalue()


def _qr(content):
    """Return a QR code of 32 mm; nothing without content."""
    if not content:
        return ""
    widget = QrCodeWidget(content, barLevel="M")
    left, bottom, over, top = widget.getBounds()
    side = 32 * mm
    drawing = Drawing(side, side, transform=[side / (over - left), 0, 0, side / (top - bottom), 0, 0])
    drawing.add(widget)
    return drawing
