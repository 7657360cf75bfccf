from odoo import api, models

from ..engine.delivery import SENT, Delivery


class CollectionChannelSandbox(models.AbstractModel):
    """The reference: says that everything arrived, and sends nothing. For trying a strategy out, and for tests."""

    _name = "collection.channel.sandbox"
    _description = "Channel that sends nothing"
    _inherit = ["collection.channel.base"]

    @api.model
    def _address(self, partner):
        return partner.display_name

    @api.model
    def _send(self, action, message):
        return Delivery(SENT, notice_vals={"body": message.body, "subject": message.subject})
