from odoo import fields, models

from .collection_strategy_step import TONES


class ResCompany(models.Model):
    """How far a company goes with customers in hardship."""

    _inherit = "res.company"

    collection_hardship_tone = fields.Selection(
        TONES, "Most severe tone in hardship", default="1", help="Nothing more severe goes to customers in hardship."
    )
