from odoo import api, models

from ..engine.delivery import FAILED, Delivery


class CollectionChannelBase(models.AbstractModel):
    """The contract of a channel; `channel_sandbox.py` is the smallest complete one.

    A new channel is an AbstractModel `collection.channel.<handler>` that inherits this one, and its handler
    added to `collection.channel.handler` with `selection_add`. `_send` is called once for an action that
    was claimed, in a transaction that has written nothing yet: it brings the message out, and says what
    became of it. It may not commit, and writes nothing but what `Delivery` carries. When it raises, nobody
    knows whether something left: the action is then uncertain and stays with a person.
    """

    _name = "collection.channel.base"
    _description = "How a channel carries out"

    @api.model
    def _address(self, partner):
        """Return where somebody is reached, as a text to be shown; empty when nowhere."""
        return ""

    @api.model
    def _send(self, action, message):
        """Bring a message out.

        :param action: `collection.action`
        :param message: `services.collection_deliver.Message`: addressee, language, subject, body, …
        :returns: `engine.delivery.Delivery`
        """
        return Delivery(FAILED, self.env._("Nothing can be sent over this channel."))
