from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_default_participation = fields.Selection(
        [("no", "No"), ("yes", "Yes"), ("per_branch", "Per branch")],
        "New customers take part in collections",
        default="no",
        required=True,
        help="What new customers of this company start with. Customers that exist are not changed.",
    )
    collection_user_id = fields.Many2one(
        "res.users",
        "Default debt manager",
        domain="[('share', '=', False), ('is_debt_manager', '=', True)]",
        help="Gets the cases of customers that have no debt manager of their own.",
    )
    collection_tolerance = fields.Monetary(
        "Do not chase up to",
        help="A customer whose net overdue amount is not above this is left alone.",
    )
