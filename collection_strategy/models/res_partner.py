from odoo import api, fields, models

from .collection_rating import TRENDS
from .collection_segment import GRADES

MAY_SET = "collection_cases.group_collection_user"


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_preferred_channel_id = fields.Many2one(
        "collection.channel",
        "Preferred channel",
        groups=MAY_SET,
        domain="[('is_message', '=', True)]",
        ondelete="set null",
        help="Steps that allow it go out on this channel.",
    )
    collection_optout_channel_ids = fields.Many2many(
        "collection.channel",
        "collection_optout_rel",
        string="Not by",
        groups=MAY_SET,
        help="Channels the customer does not want to be contacted on about payments.",
    )
    collection_credit_stop_date = fields.Date(
        "No credit since",
        company_dependent=True,
        groups="collection_cases.group_collection_reader,account.group_account_invoice",
        help="Set by a step of a strategy; cleared when everything is paid, or by hand.",
    )
    collection_grade = fields.Selection(GRADES, "Payment rating", compute="_compute_collection_rating")
    collection_rating_text = fields.Char("Because", compute="_compute_collection_rating")
    collection_trend = fields.Selection(TRENDS, "Trend", compute="_compute_collection_rating")

    @api.depends_context("company", "uid")
    def _compute_collection_rating(self):
        ratings = self.env["collection.rating"]
        if ratings.has_access("read"):
            ratings = ratings.search(
                [("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", self.env.company.id)]
            )
        by_partner = {rating.partner_id: rating for rating in ratings}
        for partner in self:
            rating = by_partner.get(partner.commercial_partner_id, ratings.browse())
            partner.collection_grade = rating.grade
            partner.collection_rating_text = rating.sentence
            partner.collection_trend = rating.trend
