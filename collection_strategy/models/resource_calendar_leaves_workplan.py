from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Time off in somebody's working hours is an absence in their work plans, at once."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._tell_workplans(leaves.resource_id)
        return leaves

    def write(self, vals):
        resources = self.resource_id
        res = super().write(vals)
        self._tell_workplans(resources | self.resource_id)
        return res

    def unlink(self):
        resources = self.resource_id
        res = super().unlink()
        self._tell_workplans(resources)
        return res

    @api.model
    def _tell_workplans(self, resources):
        """Have the work plans of people read their absences again."""
        if not resources:
            return
        # sudo: whoever grants a leave need not see work plans
        members = self.env["collection.workplan.member"].sudo()
        for member in members.search(
            [("user_id", "in", resources.sudo().user_id.ids), ("plan_id.state", "!=", "done")]
        ):
            member._read_calendar(self.env["collection.refresh"]._today(member.company_id))
