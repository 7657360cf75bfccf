from odoo import fields, models


class CollectionInstrumentBounce(models.TransientModel):
    """Say that the bank did not pay a cheque or bill, and why."""

    _name = "collection.instrument.bounce"
    _description = "Cheque or bill bounced"

    instrument_id = fields.Many2one("collection.instrument", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="instrument_id.currency_id")
    payment_id = fields.Many2one(related="instrument_id.payment_id")
    reason = fields.Char("What the bank says")
    cost = fields.Monetary("Bank's fee", help="For the record; nothing is booked.")

    def action_confirm(self):
        """Take the money back, raise the case and say what follows."""
        self.ensure_one()
        text = self.instrument_id._bounce(self.reason or self.env._("no reason given"), self.cost)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
