from odoo import fields, models


class CollectionFeedChange(models.Model):
    """What an entry was before a reading changed it, so that the reading can be undone."""

    _name = "collection.feed.change"
    _description = "Entry of a foreign ledger before a reading"
    _log_access = False

    run_id = fields.Many2one("collection.feed.run", required=True, readonly=True, index=True, ondelete="cascade")
    entry_id = fields.Many2one("collection.feed.entry", required=True, readonly=True, index=True, ondelete="cascade")
    is_settled = fields.Boolean("Missing in the file", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="restrict")
    name = fields.Char("Document number", readonly=True)
    date = fields.Date("Document date", readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    residual = fields.Monetary("Open", readonly=True)
    residual_company = fields.Float("Open (company currency)", digits=0, readonly=True)
    last_run_id = fields.Many2one("collection.feed.run", readonly=True, ondelete="restrict")
