from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    is_debt_manager = fields.Boolean(
        "Is a debt manager", compute="_compute_is_debt_manager", search="_search_is_debt_manager", compute_sudo=True
    )
    collection_department_ids = fields.Many2many(
        "hr.department",
        string="Departments headed",
        compute="_compute_collection_department_ids",
        compute_sudo=True,
        help="The departments this user is the manager of, with all below: their cases are visible to the user.",
    )

    collection_day_mailed = fields.Date("Visits mailed on", readonly=True, copy=False)

    @api.depends("employee_ids.is_debt_manager", "employee_ids.active")
    def _compute_is_debt_manager(self):
        for user in self:
            user.is_debt_manager = any(user.employee_ids.mapped("is_debt_manager"))

    def _search_is_debt_manager(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: who is a debt manager is no secret inside the company, the rest of the employee is
        users = self.env["hr.employee"].sudo().search([("is_debt_manager", "=", True)]).user_id
        return [("id", "in" if True in value else "not in", users.ids)]

    def _compute_collection_department_ids(self):
        departments = self.env["hr.department"]
        for user in self:
            headed = departments.search([("manager_id.user_id", "=", user.id)])
            user.collection_department_ids = departments.search([("id", "child_of", headed.ids)]) if headed else headed

    def _collection_department(self, company):
        """Return the department in which a debt manager works at a company (may be empty).

        :param company: a debt manager can be an employee of several companies
        """
        self.ensure_one()
        # sudo: a collector may not read employees, but the case needs the department's name
        employees = self.sudo().employee_ids.filtered(lambda employee: employee.company_id == company)
        return (employees or self.sudo().employee_ids)[:1].department_id

    def write(self, vals):
        res = super().write(vals)
        if vals.get("active") is False:
            # sudo: archiving a user is an administrator's right; their cases must not lie forgotten
            self.env["collection.case"].sudo()._hand_over_from_archived(self)
        return res
