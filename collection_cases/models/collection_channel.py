from odoo import fields, models


class CollectionChannel(models.Model):
    """A way to reach a debtor, with what it costs."""

    _name = "collection.channel"
    _description = "Channel"
    _inherit = ["collection.coded"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    icon = fields.Char(help="A Font Awesome class such as fa-phone.")
    reach = fields.Selection(
        [("email", "E-mail address"), ("phone", "Phone number"), ("address", "Postal address"), ("none", "Nothing")],
        "Needs",
        required=True,
        default="none",
        help="What a contact must have to be reached this way.",
    )
    by_hand = fields.Boolean("Logged by people", default=True, help="Offered in the dialog Log contact.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit_cost = fields.Float(
        "Cost each", company_dependent=True, digits=(16, 4), help="Postage, SMS fee, …; in the company's currency."
    )
    cost_per_minute = fields.Float(company_dependent=True, digits=(16, 4), help="Working time; company's currency.")

    _code_uniq = models.Constraint("UNIQUE(code)", "There is a channel with this code already.")

    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    def _cost(self, company, minutes=0):
        """Return what one contact costs, in the company's currency, rounded to it.

        :param company: costs are each company's own
        :param minutes: working time, may be 0
        """
        own = self.with_company(company)
        return company.currency_id.round(own.unit_cost + own.cost_per_minute * minutes)
