from odoo import fields, models

from .collection_feed import MAX_MB


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_default_participation = fields.Selection(
        related="company_id.collection_default_participation", readonly=False, required=True
    )
    collection_user_id = fields.Many2one(related="company_id.collection_user_id", readonly=False)
    collection_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of collections")
    collection_tolerance = fields.Monetary(
        related="company_id.collection_tolerance", readonly=False, currency_field="collection_currency_id"
    )
    collection_promise_tolerance_days = fields.Integer(
        related="company_id.collection_promise_tolerance_days", readonly=False
    )
    collection_promise_tolerance = fields.Float(related="company_id.collection_promise_tolerance", readonly=False)
    collection_promise_days = fields.Integer(related="company_id.collection_promise_days", readonly=False)
    collection_plan_on_missed = fields.Selection(
        related="company_id.collection_plan_on_missed", readonly=False, required=True
    )
    collection_hold_days = fields.Integer(related="company_id.collection_hold_days", readonly=False)
    collection_escalation_days = fields.Integer(related="company_id.collection_escalation_days", readonly=False)
    collection_feed_max_mb = fields.Integer(
        "Largest file of a foreign ledger", default=MAX_MB, config_parameter="collection_cases.feed_max_mb"
    )
    collection_cheque_journal_id = fields.Many2one(related="company_id.collection_cheque_journal_id", readonly=False)
    collection_cheque_grace_days = fields.Integer(related="company_id.collection_cheque_grace_days", readonly=False)
    collection_cheque_years = fields.Integer(related="company_id.collection_cheque_years", readonly=False)
    collection_cash_journal_id = fields.Many2one(related="company_id.collection_cash_journal_id", readonly=False)
    collection_cash_limit = fields.Monetary(
        related="company_id.collection_cash_limit", readonly=False, currency_field="collection_currency_id"
    )
    collection_field_mail = fields.Boolean(related="company_id.collection_field_mail", readonly=False)
