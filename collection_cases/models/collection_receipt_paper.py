from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_date, format_datetime

from ..report import receipt_pdf


class CollectionReceipt(models.Model):
    """The receipt on paper and by e-mail, in the debtor's language."""

    _inherit = "collection.receipt"

    def _lang(self):
        """Return the language of the debtor: of the payments officer, else the customer, else the collector."""
        self.ensure_one()
        case = self.case_id
        found = case.payment_contact_id.lang or case.branch_id.lang or case.partner_id.lang or self.env.user.lang
        return found or "en_US"

    def _paper(self):
        """Return what stands on the receipt (`report.receipt_pdf.Receipt`), in the debtor's language."""
        self.ensure_one()
        receipt = self.with_context(lang=self._lang())
        company, case, currency = receipt.company_id, receipt.case_id, receipt.currency_id
        methods = {"cash": receipt.env._("Cash"), "cheque": receipt.env._("Cheque")}
        facts = [
            (receipt.env._("Received from"), (case.branch_id or case.partner_id).display_name),
            (receipt.env._("On"), format_datetime(receipt.env, receipt.date, tz=receipt._zone(), dt_format="short")),
            (receipt.env._("In"), methods[receipt.method]),
            (receipt.env._("Taken by"), receipt.user_id.name),
        ]
        remarks = []
        if cheque := receipt.instrument_id:
            number = " · ".join(filter(None, (cheque.number, cheque.bank)))
            facts.insert(3, (receipt.env._("Cheque"), number))
            facts.insert(4, (receipt.env._("Payable on"), format_date(receipt.env, cheque.due_date)))
            remarks.append(receipt.env._("The debt is settled when the cheque is paid by the bank."))
        parts = receipt.allocation or []
        above = receipt.amount - sum(part["amount"] for part in parts)
        if currency.compare_amounts(above, 0) > 0:
            remarks.append(receipt.env._("%s is above what was open and stays as your credit.", currency.format(above)))
        address = (company.partner_id.contact_address or "").splitlines()
        return receipt_pdf.Receipt(
            title=receipt.env._("Receipt %s", receipt.name),
            issuer=(company.name, *(row.strip() for row in address if row.strip() and row.strip() != company.name)),
            facts=tuple(facts),
            amount=currency.format(receipt.amount),
            columns=(receipt.env._("For"), receipt.env._("Due on"), receipt.env._("Amount")),
            rows=tuple(
                (
                    part["name"] or "",
                    format_date(receipt.env, fields.Date.to_date(part["due_date"])),
                    currency.format(part["amount"]),
                )
                for part in parts
            ),
            remarks=tuple(remarks),
            cancelled=receipt.env._("CANCELLED") if receipt.state == "cancelled" else "",
        )

    def _zone(self):
        # sudo: the time zone of a company is no secret
        company = self.company_id.sudo()
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    def _pdf(self):
        """Return the receipt as PDF, in bytes."""
        self.check_access("read")
        # sudo: who may read the receipt may print it, with the names of the customer and the documents
        return receipt_pdf.draw(self.sudo()._paper())

    def action_print(self):
        """Open the receipt as PDF."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/collections/field/receipt/{self.id}", "target": "new"}

    def _send(self, address):
        """Put the receipt into Odoo's mail queue, and note on the case to whom it went.

        :param address: an e-mail address
        :raises UserError: it is none
        """
        self.ensure_one()
        target = email_normalize(address)
        if not target:
            raise UserError(self.env._("“%s” is no e-mail address. Mend it, or leave it empty.", address))
        # sudo: collectors may write to the debtor of a receipt they gave
        receipt = self.sudo().with_context(lang=self._lang())
        case = receipt.case_id
        people = case.payment_contact_id | case.branch_id | case.partner_id | case.partner_id.child_ids
        contact = people.filtered(lambda partner: partner.email_normalized == target)[:1]
        body = Markup("<p>%s</p><p>%s</p><p>%s</p>") % (
            receipt.env._("Dear Sir or Madam,"),
            receipt.env._(
                "we have received %(amount)s from you. Receipt %(number)s is attached.",
                amount=receipt.currency_id.format(receipt.amount),
                number=receipt.name,
            ),
            Markup("%s<br/>%s") % (receipt.user_id.name, receipt.company_id.name),
        )
        addressed = {"partner_ids": contact.ids} if contact else {"outgoing_email_to": target}
        case.message_post(
            subject=receipt.env._(
                "%(company)s: receipt %(number)s", company=receipt.company_id.name, number=receipt.name
            ),
            body=body,
            attachments=[(f"{receipt.name.replace('/', '-')}.pdf", receipt_pdf.draw(receipt._paper()))],
            subtype_xmlid="mail.mt_note",
            email_layout_xmlid="mail.mail_notification_light",
            author_id=self.env.user.partner_id.id,
            force_send=False,
            **addressed,
        )
        receipt.sent_to = target
