"""A receipt as PDF, drawn with reportlab: milliseconds each, while wkhtmltopdf starts a browser for each."""

import io
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from odoo.tools.misc import file_path

FONT, BOLD = "CollectionSans", "CollectionSans-Bold"


@dataclass(frozen=True)
class Receipt:
    """What stands on a receipt, each text in the debtor's language.

    :param title: the word for receipt and its number
    :param issuer: name and address of the company, a line each
    :param facts: (label, value) in their order
    :param amount: the amount with its currency
    :param columns: the headings of the table
    :param rows: (document, due date, part), a row for each item
    :param remarks: sentences below the table
    :param cancelled: the word for cancelled, written large; empty when it stands
    """

    title: str
    issuer: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    amount: str
    columns: tuple[str, str, str]
    rows: tuple[tuple[str, str, str], ...] = ()
    remarks: tuple[str, ...] = field(default=())
    cancelled: str = ""


def _fonts() -> tuple[str, str]:
    """Return the names of a plain and a bold font with Latin, Greek and Cyrillic letters."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        try:
            for name, file in ((FONT, "Regular"), (BOLD, "Bold")):
                path = file_path(f"web/static/fonts/google/Open_Sans/Open_Sans-{file}.ttf")
                pdfmetrics.registerFont(TTFont(name, path))
        except (FileNotFoundError, TTFError):
            return "Helvetica", "Helvetica-Bold"  # an Odoo without its fonts: Western letters only
    return FONT, BOLD


def draw(receipt: Receipt) -> bytes:
    """Return the PDF of a receipt.

    :param receipt: what stands on it
    """
    plain, bold = _fonts()
    normal = ParagraphStyle("normal", fontName=plain, fontSize=9, leading=12)
    strong = ParagraphStyle("strong", parent=normal, fontName=bold)
    title = ParagraphStyle("title", parent=strong, fontSize=15, leading=20, spaceBefore=5 * mm, spaceAfter=3 * mm)
    large = ParagraphStyle("large", parent=strong, fontSize=18, leading=24, alignment=1)
    right = ParagraphStyle("right", parent=normal, alignment=2)

    def text(value: str, style=normal):
        return Paragraph(escape(value), style)

    width = A5[0] - 30 * mm
    story = [text(row, strong if number == 0 else normal) for number, row in enumerate(receipt.issuer)]
    story.append(text(receipt.title, title))
    if receipt.cancelled:
        story.append(text(receipt.cancelled, ParagraphStyle("void", parent=large, textColor=colors.red)))
    story.append(
        Table([[text(label), text(value, strong)] for label, value in receipt.facts], [40 * mm, width - 40 * mm])
    )
    box = Table([[text(receipt.amount, large)]], [width])
    box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1, colors.black), ("BOTTOMPADDING", (0, 0), (-1, -1), 8)]))
    story += [Spacer(1, 4 * mm), box, Spacer(1, 4 * mm)]
    if receipt.rows:
        heads = [text(receipt.columns[0], strong), text(receipt.columns[1], strong), text(receipt.columns[2], right)]
        rows = [[text(name), text(due), text(part, right)] for name, due, part in receipt.rows]
        table = Table([heads, *rows], [width - 60 * mm, 28 * mm, 32 * mm], repeatRows=1)
        table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey)]))
        story += [table, Spacer(1, 3 * mm)]
    story += [text(remark) for remark in receipt.remarks]
    target = io.BytesIO()
    SimpleDocTemplate(
        target,
        pagesize=A5,
        margins=0,
        leftMargin=15 * mm,
        rightMargin=15 * mm,
        topMargin=12 * mm,
        bottomMargin=12 * mm,
        title=receipt.title,
        author=receipt.issuer[0] if receipt.issuer else "",
    ).build(story)
    return target.getvalue()
