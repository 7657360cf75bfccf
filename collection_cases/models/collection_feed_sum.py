from odoo import api, fields, models


class CollectionFeedSum(models.Model):
    """The proof of a reading, for one currency: what the file has is taken, refused or counted once."""

    _name = "collection.feed.sum"
    _description = "Sums of a reading"
    _order = "currency_code, id"
    _log_access = False

    run_id = fields.Many2one("collection.feed.run", required=True, readonly=True, index=True, ondelete="cascade")
    currency_code = fields.Char("Currency", readonly=True, help="As the file has it.")
    rows_read = fields.Integer("Rows with an amount", readonly=True)
    amount_read = fields.Float("In the file", digits=(16, 2), readonly=True)
    amount_bad = fields.Float("Not taken", digits=(16, 2), readonly=True)
    amount_ignored = fields.Float("Counted once", digits=(16, 2), readonly=True, help="Rows that were there twice.")
    amount_taken = fields.Float("Taken", digits=(16, 2), readonly=True)
    amount_stored = fields.Float(
        "Stored", digits=(16, 2), readonly=True, help="Read back from the ledger after the reading."
    )
    amount_open = fields.Float("Open in all", digits=(16, 2), readonly=True, help="Of this foreign ledger, afterwards.")
    is_proven = fields.Boolean("Agrees", compute="_compute_is_proven")

    @api.depends("amount_read", "amount_bad", "amount_ignored", "amount_taken", "amount_stored")
    def _compute_is_proven(self):
        for row in self:
            apart = row.amount_taken + row.amount_bad + row.amount_ignored
            row.is_proven = abs(row.amount_read - apart) < 0.005 and abs(row.amount_taken - row.amount_stored) < 0.005
