import uuid

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from odoo import api, models

from ..engine import sms_text
from ..engine.delivery import FAILED, LATER, SENT, UNCERTAIN, Delivery

SENT_STATES = ("success", "sent", "processing")
BAD_NUMBER = ("wrong_number_format", "sms_number_missing", "country_not_supported")


class CollectionChannelSms(models.AbstractModel):
    """SMS through the provider of Odoo's `sms` (IAP, Twilio, …), but not through its queue, which may send twice."""

    _name = "collection.channel.sms"
    _description = "SMS"
    _inherit = ["collection.channel.base"]

    @api.model
    def _address(self, partner):
        """Return the number as E.164, with the country of the contact."""
        return (partner.phone and partner._phone_format(number=partner.phone, country=partner.country_id)) or ""

    @api.model
    def _send(self, action, message):
        number = self._address(message.addressee)
        if not number:
            reason = self.env._("“%s” is no valid telephone number.", message.addressee.phone or "")
            return Delivery(FAILED, reason, bad_address=True)
        company = action.company_id
        api_client = company.sudo()._get_sms_api_class()(self.env(context=dict(self.env.context)))
        api_client._set_company(company)
        sms_uuid = uuid.uuid4().hex
        found = {"body": message.sms, "subject": False, "address": number}
        try:
            answers = api_client._send_sms_batch(
                [{"content": message.sms, "numbers": [{"number": number, "uuid": sms_uuid}]}]
            )
        except Exception as error:  # noqa: BLE001, whatever a provider's client may raise
            if _never_connected(error):
                return Delivery(LATER, str(error)[:200])
            return Delivery(
                UNCERTAIN, self.env._("The provider did not answer: %s", str(error)[:200]), notice_vals=found
            )
        answer = answers[0] if answers else {}
        state = answer.get("state")
        if state in SENT_STATES:
            cost = action.channel_id._cost(company) * sms_text.parts(message.sms)
            return Delivery(SENT, action_vals={"cost": cost}, notice_vals=found)
        reason = answer.get("failure_reason") or api_client._get_sms_api_error_messages().get(state) or state or ""
        if state == "server_error":
            # The clients say so for a lost answer too: it may have left.
            return Delivery(UNCERTAIN, str(reason), notice_vals=found)
        return Delivery(FAILED, str(reason), bad_address=state in BAD_NUMBER)


def _never_connected(error):
    """Tell whether an error says that no connection came about, so that nothing can have left."""
    while error is not None:
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return True
        reason = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(reason, (NewConnectionError, ConnectTimeoutError)):
            return True
        error = error.__cause__ or error.__context__
    return False
