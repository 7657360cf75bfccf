from odoo import fields, models


class CollectionFeedMovement(models.Model):
    """How much the open amount of a foreign entry went down (or up) in one reading: its payment history."""

    _name = "collection.feed.movement"
    _description = "Movement of a foreign entry"
    _order = "date desc, id desc"
    _log_access = False

    entry_id = fields.Many2one("collection.feed.entry", required=True, readonly=True, index=True, ondelete="cascade")
    run_id = fields.Many2one("collection.feed.run", required=True, readonly=True, index=True, ondelete="cascade")
    date = fields.Date("Value date", required=True, readonly=True)
    currency_id = fields.Many2one(related="entry_id.currency_id")
    amount = fields.Monetary(
        required=True, readonly=True, help="Positive: so much less is owed. Negative: so much more."
    )
