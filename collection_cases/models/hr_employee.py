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

    def write(self, vals):
        res = super().write(vals)
        if not {"user_id", "active", "company_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()  # record rules know which departments a user heads
        if not {"user_id", "department_id"}.isdisjoint(vals):
            # sudo: whoever moves an employee need not see the employee's cases
            cases = self.env["collection.case"].sudo()
            cases.search([("user_id", "in", self.user_id.ids), ("state", "!=", "completed")])._compute_department_id()
        return res
