from odoo import api, fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    is_debt_manager = fields.Boolean(
        "Debt manager",
        tracking=True,
        groups="hr.group_hr_user",
        help="This person works collection cases and can be chosen as a customer's debt manager."
        " Link a user to the employee: cases are worked by users.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        employees = super().create(vals_list)
        employees._move_collection_cases(employees.user_id)
        return employees

    def write(self, vals):
        users = self.user_id
        res = super().write(vals)
        if not {"user_id", "active", "company_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()  # record rules know which departments a user heads
        if not {"user_id", "department_id", "active", "company_id"}.isdisjoint(vals):
            self._move_collection_cases(users | self.user_id)
        return res

    @api.model
    def _move_collection_cases(self, users):
        """Give the open cases of users the departments they work in now."""
        if users:
            # sudo: whoever hires or moves an employee need not see the employee's cases
            cases = self.env["collection.case"].sudo()
            cases.search([("user_id", "in", users.ids), ("state", "!=", "completed")])._compute_department_id()
