from odoo import api, fields, models

from .collection_case_flow import STATES


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    collection_participates = fields.Boolean(
        "Takes part in collection cases",
        help="Activities of this type are work on a collection case: they can move its state,"
        " and those still planned are cancelled when the case is completed.",
    )
    collection_case_state = fields.Selection(
        STATES,
        "Collection case state",
        help="The state the case moves to when such an activity is marked done.",
    )

    @api.onchange("collection_participates")
    def _onchange_collection_participates(self):
        if not self.collection_participates:
            self.collection_case_state = False
