from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_is_live = fields.Boolean(related="company_id.collection_is_live", readonly=False)
    collection_bank_days = fields.Integer(related="company_id.collection_bank_days", readonly=False)
    collection_thanks_template_id = fields.Many2one(related="company_id.collection_thanks_template_id", readonly=False)
    collection_mail_from = fields.Char(related="company_id.collection_mail_from", readonly=False)
    collection_bank_account_id = fields.Many2one(related="company_id.collection_bank_account_id", readonly=False)
