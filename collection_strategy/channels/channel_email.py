import logging
import re
import smtplib
from email.policy import SMTP

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_mail_server import MailDeliveryException, extract_rfc2822_addresses

from ..engine.delivery import FAILED, LATER, SENT, UNCERTAIN, Delivery

_logger = logging.getLogger(__name__)

MOST_ATTACHED = 8_000_000
"""Bytes of documents attached to one e-mail; the others are on the debtor's page."""


class CollectionChannelEmail(models.AbstractModel):
    """E-mail over Odoo's own mail servers, but not through its queue.

    Odoo's queue sends again what left just before a crash, gives up for good on a temporary refusal, and
    stops at the first broken connection. Here each message is its own: what the server says about it is told
    apart as far as SMTP lets us (RFC 5321, 4.2.1: 4yz passes, 5yz stays).
    """

    _name = "collection.channel.email"
    _description = "E-mail"
    _inherit = ["collection.channel.base"]

    @api.model
    def _address(self, partner):
        return partner.email_normalized or ""

    @api.model
    def _send(self, action, message):
        address = self._address(message.addressee)
        if not address:
            return Delivery(FAILED, self.env._("There is no valid e-mail address."), bad_address=True)
        mail = self._build(action, message, address)
        verdict, reason, bad = self._transmit(mail)
        found = {"subject": message.subject, "body": message.body, "address": address}
        return Delivery(verdict, reason, bad, notice_vals=found)

    def _build(self, action, message, address):
        """Return the e-mail as Python's email message."""
        case = action.case_id
        company = case.company_id
        sender = company.collection_mail_from or case.user_id.email_formatted or company.email_formatted
        if not sender:
            raise UserError(
                self.env._(
                    "%s has no e-mail address to send from: enter one in the settings of Collections.", company.name
                )
            )
        reply_to = case._notify_get_reply_to(default=sender).get(case.id) or sender
        headers = {"X-Auto-Response-Suppress": "OOF", "Auto-Submitted": "auto-generated"}
        if company.bounce_email:
            headers["Return-Path"] = company.bounce_email
        return self.env["ir.mail_server"]._build_email__(
            email_from=sender,
            email_to=[f'"{_plain(message.addressee.name)}" <{address}>'],
            subject=message.subject,
            body=str(message.html),
            subtype="html",
            reply_to=reply_to,
            message_id=action.message_uid,
            object_id=f"{case.id}-{case._name}",
            headers=headers,
            attachments=self._documents(message),
        )

    def _documents(self, message):
        """Return the invoices of the items as PDF, as far as they were made already: (name, content, type)."""
        found, size = [], 0
        if not message.attach_documents:
            return found
        for item, _amount in message.rows:
            pdf = item.move_line_id.move_id.message_main_attachment_id
            if pdf and pdf.mimetype == "application/pdf" and size + pdf.file_size <= MOST_ATTACHED:
                size += pdf.file_size
                found.append((pdf.name, pdf.raw, pdf.mimetype))
        return found

    # === SMTP === #

    def _transmit(self, mail):
        """Give an e-mail to the mail server and tell what it said.

        :returns: (verdict, reason, whether the address is wrong for good)
        """
        servers = self.env["ir.mail_server"]
        sessions = self.env.context.get("collection_smtp")
        sessions = {} if sessions is None else sessions
        sender = extract_rfc2822_addresses(mail["From"])[-1:]
        key = sender[0] if sender else ""
        try:
            session = sessions.get(key)
            if session is not None and not _is_alive(session):
                session = None
            if session is None:
                session = servers._connect__(smtp_from=mail["From"])
            sessions[key] = session
            if session is None:  # Odoo's test mode: nothing leaves
                return SENT, "", False
            smtp_from, recipients, mail = servers._prepare_email_message__(mail, session)
        except (smtplib.SMTPException, OSError, MailDeliveryException, UserError) as error:
            sessions.pop(key, None)
            return LATER, self.env._("The mail server cannot be reached: %s", _said(error)), False
        verdict = self._hand_over(session, smtp_from, recipients, mail)
        if verdict[0] != SENT:
            sessions.pop(key, None)
            _close(session)
        return verdict

    def _hand_over(self, session, smtp_from, recipients, mail):
        """Speak SMTP step by step: only after the last byte was given away it is unknown whether it left."""
        try:
            for code, said, address in _envelope(session, smtp_from, recipients):
                if code >= 400:
                    return self._refused(code, said, is_address=address is not None)
            code, said = session.docmd("data")
            if code != 354:
                return self._refused(code, said)
            content = re.sub(rb"(?m)^\.", b"..", mail.as_bytes(policy=SMTP))
            session.send(content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"))
        except (smtplib.SMTPException, OSError) as error:
            return LATER, self.env._("The mail server broke off: %s", _said(error)), False
        try:
            code, said = session.getreply()
        except (smtplib.SMTPException, OSError) as error:
            reason = self.env._("The mail server broke off after it had the whole message: %s", _said(error))
            return UNCERTAIN, reason, False
        if code != 250:
            return self._refused(code, said)
        return SENT, "", False

    def _refused(self, code, said, is_address=False):
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        reason = f"{code} {text}"[:300]
        if 400 <= code < 500:
            return LATER, reason, False
        return FAILED, reason, is_address


def _envelope(session, smtp_from, recipients):
    """Say from whom to whom; yields (code, text, the address when it is about one)."""
    session.ehlo_or_helo_if_needed()
    yield (*session.mail(smtp_from), None)
    for address in recipients:
        yield (*session.rcpt(address), address)


def _is_alive(session):
    """Tell whether a connection can be used for another message."""
    try:
        return session.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _close(session):
    try:
        session.close()
    except (smtplib.SMTPException, OSError):
        _logger.debug("A broken connection to the mail server could not be closed.")


def _said(error):
    return str(error)[:200] or type(error).__name__


def _plain(name):
    """Return a name fit for a header: no quotes, no line breaks."""
    return re.sub(r'[\r\n"\\<>]', " ", name or "")
