from odoo import models


class MailActivity(models.Model):
    """The task of a dispute does not end before the dispute does."""

    _inherit = "mail.activity"

    def write(self, vals):
        disputes = self._disputes_waited_for() if vals.get("active") is False else None
        res = super().write(vals)
        if disputes:
            disputes._raise_ended_tasks()
        return res

    def unlink(self):
        disputes = self._disputes_waited_for()
        res = super().unlink()
        if disputes:
            disputes._raise_ended_tasks()
        return res

    def _disputes_waited_for(self):
        """Return the open disputes of which these are the tasks."""
        # sudo: whoever may end a task need not be who settles the dispute
        disputes = self.env["collection.dispute"].sudo()
        tasks = self.filtered(lambda task: task.active and task.res_model == disputes._name)
        kind = tasks and disputes._task_kind()
        if not kind:  # nothing to do with disputes, or somebody deleted the type
            return disputes
        tasks = tasks.filtered(lambda task: task.activity_type_id == kind)
        return disputes.browse(set(tasks.mapped("res_id"))).exists().filtered(lambda one: one.state == "open")
