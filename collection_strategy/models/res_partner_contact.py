from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import time_zones
from .res_partner import MAY_SET


class ResPartner(models.Model):
    """How a customer may be contacted: hardship, and where its clock is."""

    _inherit = "res.partner"

    collection_hardship = fields.Boolean(
        "In hardship",
        groups=MAY_SET,
        tracking=True,
        help="Illness, unemployment, too many debts: what goes out stays friendly, nobody is called automatically.",
    )
    collection_hardship_date = fields.Date(
        "Since",
        groups=MAY_SET,
        compute="_compute_collection_hardship_date",
        store=True,
        readonly=False,
        help="When it became known.",
    )
    collection_hardship_note = fields.Text(
        "What is known", groups=MAY_SET, help="Only what is needed to treat the customer fairly."
    )
    collection_local_time = fields.Char("Time there", compute="_compute_collection_local_time")

    @api.depends("collection_hardship")
    def _compute_collection_hardship_date(self):
        for partner in self:
            if not partner.collection_hardship:
                partner.collection_hardship_date = False
            elif not partner.collection_hardship_date:
                partner.collection_hardship_date = fields.Date.context_today(self)

    @api.constrains("collection_hardship_date")
    def _check_hardship_date(self):
        for partner in self:
            if partner.collection_hardship_date and partner.collection_hardship_date > fields.Date.context_today(self):
                raise ValidationError(self.env._("%s: hardship is known since today or earlier.", partner.display_name))

    @api.depends("tz", "country_id", "state_id")
    @api.depends_context("company")
    def _compute_collection_local_time(self):
        now = fields.Datetime.now()
        for partner in self:
            clocks = {
                f"{time_zones.local(zone, now):%H:%M}" for zone in partner._collection_zones(self.env.company, now)
            }
            partner.collection_local_time = "–".join(sorted({min(clocks), max(clocks)}))

    def _is_consumer(self):
        """Tell whether the law protects the customer as a consumer: everybody who is no company.

        An addon that knows better overrides this; when in doubt, say yes.
        """
        self.ensure_one()
        return not self.commercial_partner_id.is_company

    def _collection_place(self):
        """Return (country, state) of a customer or branch; the parent's where it has none."""
        self.ensure_one()
        for partner in (self, self.commercial_partner_id):
            if partner.country_id:
                return partner.country_id, partner.state_id
        return self.env["res.country"], self.env["res.country.state"]

    def _collection_zones(self, company, when):
        """Return the time zones that a customer may be in.

        :param company: `res.company` whose zone counts when nothing is known
        :param when: naive UTC datetime
        """
        self.ensure_one()
        country, state = self._collection_place()
        # sudo: the time zone of a company is no secret
        own = company.sudo().partner_id.tz or company.sudo().resource_calendar_id.tz or "UTC"
        known = time_zones.of_country(country.code, state.code)
        return time_zones.of_debtor(self.tz or None, known, own, when)
