from odoo import api, models

from ..engine.delivery import FAILED, SENT, Delivery
from ..report.letter_pdf import Letter, draw


class CollectionChannelLetter(models.AbstractModel):
    """A letter: a PDF in the print queue."""

    _name = "collection.channel.letter"
    _description = "Letter"
    _inherit = ["collection.channel.base"]

    @api.model
    def _address(self, partner):
        lines = (partner._display_address(without_company=True) or "").splitlines()
        return "\n".join(row.strip() for row in lines if row.strip())

    @api.model
    def _send(self, action, message):
        address = self._address(message.addressee)
        if not address:
            return Delivery(FAILED, self.env._("There is no postal address."), bad_address=True)
        content = draw(self._letter(action, message, address))
        attachment = {
            "name": f"{action.case_id.name.replace('/', '-')}-{action.id}.pdf",
            "raw": content,
            "mimetype": "application/pdf",
        }
        return Delivery(
            SENT,
            notice_vals={
                "subject": message.subject,
                "body": message.letter,
                "address": address,
                "attachment": attachment,
            },
        )

    def _letter(self, action, message, address):
        company, values = action.company_id, message.values
        here = self.with_context(lang=message.lang)
        pay = values["pay"]
        facts = [
            (here.env._("Amount"), values["amount"]),
            ("IBAN", pay["iban"]),
            ("BIC", pay["bic"]),
            (here.env._("Account holder"), pay["holder"] if pay["iban"] else ""),
            (here.env._("Reference"), pay["reference"]),
            (here.env._("Pay online"), pay["link"]),
        ]
        return Letter(
            sender=tuple(filter(None, (company.name, values["company"]["address"], values["company"]["phone"]))),
            recipient=tuple(filter(None, (message.addressee.name, *address.splitlines()))),
            place_date=", ".join(filter(None, (company.city, values["today"]))),
            subject=message.subject,
            html=str(message.letter),
            columns=(
                here.env._("Document"),
                here.env._("Due"),
                here.env._("Days late"),
                here.env._("Open"),
            ),
            rows=tuple(
                (item["number"], item["due_date"], str(item["days_overdue"] or ""), item["amount"])
                for item in values["items"]
            ),
            totals=tuple((here.env._("Total"), total["amount"]) for total in values["totals"]),
            pay_title=here.env._("How to pay"),
            pay=tuple((label, value) for label, value in facts if value),
            qr=self.env["collection.wording"]._qr(values),
            closing=(),  # the wording has its own
            footer=here.env._("Our bank details did not change. If a letter names another account, call us first."),
        )
