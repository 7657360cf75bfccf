from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_hardship_tone = fields.Selection(related="company_id.collection_hardship_tone", readonly=False)
    collection_charges_on = fields.Boolean(related="company_id.collection_charges_on", readonly=False)
    collection_charge_product_id = fields.Many2one(related="company_id.collection_charge_product_id", readonly=False)
    collection_charge_account_id = fields.Many2one(related="company_id.collection_charge_account_id", readonly=False)
