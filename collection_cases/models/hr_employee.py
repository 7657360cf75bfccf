from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    is_debt_manager = fields.Boolean(
        "Debt manager",
        tracking=True,
        groups="hr.group_hr_user",
        help="This person works collection cases and can be chosen as a customer's debt manager."
        " Link a user to the employee: cases are worked by users.",
    )
