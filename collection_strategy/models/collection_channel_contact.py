from odoo import api, fields, models

from ..engine import fair_contact

KINDS = {
    "call": fair_contact.CALL,
    "visit": fair_contact.VISIT,
    "email": fair_contact.MESSAGE,
    "sms": fair_contact.MESSAGE,
    "letter": fair_contact.MESSAGE,
}


class CollectionChannel(models.Model):
    """What a contact over a channel is to fair-contact rules."""

    _inherit = "collection.channel"

    contact_kind = fields.Selection(
        [
            (fair_contact.MESSAGE, "A message"),
            (fair_contact.CALL, "A call"),
            (fair_contact.VISIT, "A visit"),
            (fair_contact.NOTHING, "No contact"),
        ],
        "Counts as",
        compute="_compute_contact_kind",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What it is to the fair-contact rules. What does not reach the debtor is no contact.",
    )

    @api.depends("code", "handler", "activity_type_id.collection_channel_id.code")
    def _compute_contact_kind(self):
        for channel in self:
            by_person = channel.activity_type_id.collection_channel_id.code
            kind = KINDS.get(channel.code)
            if not kind and channel.handler == "activity":
                kind = KINDS.get(by_person)
            elif not kind and channel.handler in ("email", "sms", "letter", "sandbox"):
                kind = fair_contact.MESSAGE
            channel.contact_kind = kind or fair_contact.NOTHING
