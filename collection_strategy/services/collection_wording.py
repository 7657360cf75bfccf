from collections import defaultdict
from decimal import Decimal

from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_amount, format_date

from ..engine import sms_text, wording
from ..engine.epc import payload
from ..engine.wording import WordingError


class CollectionWording(models.AbstractModel):
    """From a case to the plain values a wording is filled in with, and to the text."""

    _name = "collection.wording"
    _description = "Filling in of wordings"

    @api.model
    def _values(self, case, rows, addressee, lang, *, day, notice=None):
        """Return what a wording may speak of: plain values only, never records.

        :param rows: list of (`collection.item`, amount asked for in its currency); credits are negative
        :param addressee: `res.partner` it goes to
        :param lang: code of the language
        :param day: today at the company
        """
        company = case.company_id
        here = self.with_context(lang=lang)
        items = [here._item(item, amount, day) for item, amount in rows]
        totals = here._totals(rows, day)
        user = case.user_id
        values = {
            "today": format_date(here.env, day, lang_code=lang),
            "case": {"number": case.name},
            "debtor": {
                "name": (case.branch_id or case.partner_id).name or "",
                "reference": case.partner_id.ref or "",
                "is_company": case.partner_id.is_company,
            },
            "contact": {
                "name": addressee.name or "" if not addressee.is_company else "",
                "is_person": not addressee.is_company,
            },
            "company": {
                "name": company.name,
                "phone": company.phone or "",
                "email": company.email or "",
                "vat": company.vat or "",
                "address": ", ".join(filter(None, (company.street, company.zip, company.city))),
                "website": company.website or "",
            },
            "collector": {"name": user.name or "", "phone": user.phone or "", "email": user.email or ""},
            "items": items,
            "totals": totals,
            "amount": " + ".join(total["amount"] for total in totals),
            "days_overdue": max((item["days_overdue"] for item in items), default=0),
            "pay": here._pay(case, rows, lang),
            "charges": here._charges(case, rows, day, notice),
            "step": {
                "name": notice.step_id.name or "" if notice else "",
                "tone": int(notice.tone or 0) if notice else 0,
            },
        }
        return values

    def _item(self, item, amount, day):
        lang = self.env.context.get("lang")
        return {
            "number": item.name or "",
            "date": format_date(self.env, item.date, lang_code=lang) if item.date else "",
            "due_date": format_date(self.env, item.due_date, lang_code=lang),
            "days_overdue": max(0, (day - item.due_date).days) if amount > 0 else 0,
            "amount": format_amount(self.env, amount, item.currency_id, lang),
            "value": float(amount),
            "original": format_amount(self.env, item.amount, item.currency_id, lang),
            "currency": item.currency_id.name,
            "is_credit": amount < 0,
        }

    def _totals(self, rows, day):
        """Return a total for each currency; two currencies are never added (rule I9)."""
        sums = defaultdict(float)
        for item, amount in rows:
            sums[item.currency_id] += amount
        lang = self.env.context.get("lang")
        return [
            {
                "currency": currency.name,
                "amount": format_amount(self.env, total, currency, lang),
                "value": currency.round(total),
            }
            for currency, total in sums.items()
        ]

    def _pay(self, case, rows, lang):
        """Return how to pay: the link, the bank account, the reference."""
        company = case.company_id
        # sudo: the company's own account, printed on its invoices anyway
        account = company.sudo().collection_bank_account_id or company.sudo().partner_id.bank_ids[:1]
        return {
            "link": case.with_context(lang=lang)._get_resolution_url() or "",
            "iban": account.acc_number or "",
            "bank": account.bank_id.name or "",
            "bic": account.bank_id.bic or "",
            "holder": account.acc_holder_name or company.name,
            "reference": case.name,
        }

    def _charges(self, case, rows, day, notice):
        """Hook: interest and compensation shown as a memo; a list of plain values."""
        return []

    # === TEXTS === #

    @api.model
    def _language(self, *langs):
        """Return the first of these languages that is switched on, else the present one.

        Wordings may be in languages that are not; dates and tables can only be in one that is.
        """
        known = (lang for lang in langs if lang and self.env["res.lang"]._get_data(code=lang))
        return next(known, None) or self.env.lang or "en_US"

    @api.model
    def _parts(self, text, values):
        """Return the filled-in subject, e-mail, SMS and letter of a wording.

        What is due and how to pay is added where the wording does not say it itself.

        :param text: `collection.template.text`
        :raises WordingError: it cannot be filled in
        """
        here = self.with_context(lang=self._language(text.lang))
        blocks = {"table": here._items_table(values), "how_to_pay": here._how_to_pay(values)}
        filled = {**values, **blocks}
        body = wording.render(str(text.body or ""), filled, html=True)
        # A letter has its own table, way to pay and QR code.
        drawn = {**values, **dict.fromkeys(blocks, Markup())}
        letter = wording.render(str(text.letter or text.body or ""), drawn, html=True)
        return {
            "subject": wording.one_line(wording.render(text.subject or "", filled)) or here._standard_subject(values),
            "body": here._complete(body, text.body, blocks),
            "letter": letter,
            "sms": wording.render(text.sms or "", filled).strip() or here._standard_sms(values),
        }

    def _complete(self, filled, source, blocks):
        """Add what is due and how to pay to a text that does not say it."""
        source = str(source or "")
        if "table" not in source and "items" not in source:
            filled += blocks["table"]
        if "how_to_pay" not in source:
            filled += blocks["how_to_pay"]
        return filled

    def _standard_subject(self, values):
        return self.env._("Open items of %(debtor)s", debtor=values["debtor"]["name"])

    def _standard_sms(self, values):
        return self.env._(
            "%(company)s: %(amount)s is due. Pay: %(link)s",
            company=values["company"]["name"],
            amount=values["amount"],
            link=values["pay"]["link"],
        )

    def _items_table(self, values):
        """Return the items as a table that any mail program shows."""
        return self.env["ir.qweb"]._render(
            "collection_strategy.notice_table", {"values": values}, lang=self.env.context.get("lang")
        )

    def _how_to_pay(self, values):
        """Return how to pay as a block that any mail program shows."""
        return self.env["ir.qweb"]._render(
            "collection_strategy.notice_how_to_pay", {"values": values}, lang=self.env.context.get("lang")
        )

    @api.model
    def _layout(self, case, message):
        """Return the whole e-mail: the text between the company's name and address."""
        # not “lang”: that one becomes Odoo's code
        html_lang = (message.lang or "en").replace("_", "-")
        values = {"values": message.values, "body": message.body, "html_lang": html_lang}
        return self.env["ir.qweb"]._render("collection_strategy.notice_mail", values, lang=message.lang)

    # === LOOKING AT A WORDING === #

    @api.model
    def _sample(self):
        """Return values such as a real case would give, to check and show wordings with."""
        item = {
            "number": "INV/2026/0112",
            "date": "01/12/2026",
            "due_date": "01/31/2026",
            "days_overdue": 38,
            "amount": "480.00 €",
            "value": 480.0,
            "original": "480.00 €",
            "currency": "EUR",
            "is_credit": False,
        }
        return {
            "today": "03/10/2026",
            "case": {"number": "CASE/2026/00041"},
            "debtor": {"name": "Sample & Sons Ltd", "reference": "C-1001", "is_company": True},
            "contact": {"name": "Ann Sample", "is_person": True},
            "company": {
                "name": self.env.company.name,
                "phone": "+30 2310 000000",
                "email": "accounts@example.com",
                "vat": "EL123456789",
                "address": "1 Main Street, 54621 Thessaloniki",
                "website": "https://example.com",
            },
            "collector": {"name": "Eleni K.", "phone": "+30 2310 000001", "email": "eleni@example.com"},
            "items": [item, {**item, "number": "INV/2026/0118", "due_date": "02/28/2026", "days_overdue": 10}],
            "totals": [{"currency": "EUR", "amount": "960.00 €", "value": 960.0}],
            "amount": "960.00 €",
            "days_overdue": 38,
            "pay": {
                "link": "https://example.com/pay/1",
                "iban": "GR16 0110 1250 0000 0001 2300 695",
                "bank": "Sample Bank",
                "bic": "ETHNGRAA",
                "holder": self.env.company.name,
                "reference": "CASE/2026/00041",
            },
            "charges": [
                {"kind": "interest", "label": "Interest", "amount": "4.20 €", "basis": "10.15 % from 02/01/2026"}
            ],
            "step": {"name": "Reminder", "tone": 1},
            "table": Markup("<table><tr><td>INV/2026/0112</td></tr></table>"),
            "how_to_pay": Markup("<p>…</p>"),
        }

    @api.model
    def _names(self):
        """Return the names that can be used in a wording, for the list below the text."""
        names = []
        for name, value in self._sample().items():
            if isinstance(value, dict):
                names += [f"{name}.{key}" for key in value]
            else:
                names.append(name)
        return names

    @api.model
    def _preview(self, text, case):
        """Return what a wording looks like, on a case or on the sample."""
        try:
            if case:
                case.check_access("read")
                day = self.env["collection.refresh"]._today(case.company_id)
                rows = case._asked_rows(day)[0]
                # sudo: the case may be read, so what would be written about it may too
                lang = self._language(text.lang)
                values = self.sudo()._values(case.sudo(), rows, case.sudo().partner_id, lang, day=day)
            else:
                values = self._sample()
                values.pop("table")
                values.pop("how_to_pay")
            parts = self._parts(text, values)
        except WordingError as error:
            return Markup("<p class='text-danger'>%s</p>") % text._explain("body", error)
        return Markup("<h4>%s</h4>%s<hr/><p><b>SMS</b> %s</p>") % (parts["subject"], parts["body"], parts["sms"])

    @api.model
    def _sms_length(self, text, channel):
        """Return how long and how dear the SMS of a wording is, filled in with the sample."""
        try:
            filled = wording.render(text.sms or "", self._sample()).strip()
        except WordingError:
            return False
        parts = sms_text.parts(filled)
        company = self.env.company
        cost = format_amount(self.env, channel._cost(company) * parts, company.currency_id) if channel else ""
        return self.env._("%(signs)s characters, %(parts)s SMS %(cost)s", signs=len(filled), parts=parts, cost=cost)

    # === QR === #

    @api.model
    def _qr(self, values):
        """Return what the QR code of a letter says: a SEPA transfer where that is possible, else the link.

        :returns: text, may be empty
        """
        pay, totals = values["pay"], values["totals"]
        if pay["iban"] and len(totals) == 1 and totals[0]["currency"] == "EUR" and totals[0]["value"] > 0:
            text = payload(pay["holder"], pay["iban"], Decimal(str(totals[0]["value"])), pay["reference"], pay["bic"])
            if text:
                return text
        return pay["link"]
