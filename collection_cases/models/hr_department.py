from odoo import api, models


class HrDepartment(models.Model):
    _inherit = "hr.department"

    # Record rules know a user's departments by id and are cached: who heads what must reach them at once.

    @api.model_create_multi
    def create(self, vals_list):
        departments = super().create(vals_list)
        self.env.registry.clear_cache()
        return departments

    def write(self, vals):
        res = super().write(vals)
        if not {"manager_id", "parent_id", "active"}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache()
        return res
