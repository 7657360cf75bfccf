from odoo import api, fields, models


class CollectionChannel(models.Model):
    """What carries a notice out: a handler for each way of sending."""

    _inherit = "collection.channel"

    handler = fields.Selection(
        [
            ("email", "E-mail"),
            ("sms", "SMS"),
            ("letter", "Letter (PDF to print)"),
            ("activity", "Work for a person"),
            ("alert", "Alert to a colleague"),
            ("escalate", "Escalation to the head of the department"),
            ("credit_stop", "Stop of credit"),
            ("sandbox", "Nothing (to try things out)"),
        ],
        "Strategies use it for",
        help="Left empty, strategies cannot use the channel.",
    )
    is_message = fields.Boolean("Goes to the debtor", compute="_compute_is_message", store=True)
    needs_template = fields.Boolean(compute="_compute_is_message", store=True)
    activity_type_id = fields.Many2one(
        "mail.activity.type", "Kind of work", domain="[('collection_participates', '=', True)]", ondelete="set null"
    )

    @api.depends("handler")
    def _compute_is_message(self):
        for channel in self:
            channel.is_message = channel.handler in ("email", "sms", "letter", "sandbox")
            channel.needs_template = channel.is_message

    def _handler(self):
        """Return the service that carries out what goes over this channel; see `channels/channel.py`."""
        self.ensure_one()
        return self.env[f"collection.channel.{self.handler}"]
