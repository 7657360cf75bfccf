from odoo import fields, models


class CollectionFeedEntry(models.Model):
    """An open item of a foreign ledger, as its file said last; to cases what a journal item is.

    Entries come by the hundred thousand and only from files, so they are written by set-based SQL
    (`queries/feed_apply.py`) and by nobody else.
    """

    _name = "collection.feed.entry"
    _description = "Entry of a foreign ledger"
    _order = "due_date, id"
    _log_access = False

    feed_id = fields.Many2one("collection.feed", "Foreign ledger", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    foreign_key = fields.Char("Unique number", required=True, readonly=True)
    name = fields.Char("Document number", required=True, readonly=True)
    date = fields.Date("Document date", readonly=True)
    due_date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company currency")
    amount = fields.Monetary(readonly=True)
    residual = fields.Monetary("Open", readonly=True, help="What is still owed; a credit is negative.")
    residual_company = fields.Monetary(
        "Open (company currency)",
        readonly=True,
        currency_field="company_currency_id",
        help="At the rate of the document's day.",
    )
    first_run_id = fields.Many2one("collection.feed.run", "First seen", required=True, readonly=True)
    last_run_id = fields.Many2one("collection.feed.run", "Last changed", required=True, readonly=True)
    movement_ids = fields.One2many("collection.feed.movement", "entry_id", "Movements")

    _key_uniq = models.Constraint("UNIQUE(feed_id, foreign_key)", "This entry is there already.")
    # read by the refresh, for each customer
    _open_idx = models.Index("(company_id, partner_id) WHERE residual <> 0")
    # read by a run that was done: which customers it concerns
    _last_run_idx = models.Index("(last_run_id)")
