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
    collection_promise_tolerance_days = fields.Integer(
        "Promises: days of grace", default=0, help="A promise is kept when the money's value date is so many days late."
    )
    collection_promise_tolerance = fields.Float(
        "Promises: percent short", default=0, help="A promise is kept when so many percent are missing."
    )
    collection_promise_days = fields.Integer(
        "Promises: at most days ahead", default=90, help="A promise for a later day is refused; 0 is no limit."
    )
    collection_plan_on_missed = fields.Selection(
        [("plan", "The whole plan is broken"), ("instalment", "Only that instalment is")],
        "A missed instalment",
        default="plan",
        required=True,
    )
    collection_hold_days = fields.Integer(
        "Holds: at most days", default=180, help="A longer hold is refused; 0 is no limit."
    )
    collection_escalation_days = fields.Integer(
        "Escalate after days without progress",
        default=0,
        help="The department's head gets an activity when nothing has moved for so long; 0 switches it off.",
    )

    _collection_tolerances = models.Constraint(
        "CHECK(collection_promise_tolerance_days >= 0 AND collection_promise_tolerance >= 0"
        " AND collection_promise_tolerance < 100 AND collection_promise_days >= 0"
        " AND collection_hold_days >= 0 AND collection_escalation_days >= 0)",
        "Days are zero or more, and a tolerance is from 0 to less than 100 percent.",
    )
