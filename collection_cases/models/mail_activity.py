from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def write(self, vals):
        # Every way to mark an activity done ends by archiving it; cancelling deletes it instead.
        done = self.browse()
        if vals.get("active") is False:
            done = self.filtered(lambda activity: activity.active and activity.res_model == "collection.case")
        res = super().write(vals)
        for activity in done:
            activity._move_collection_case()
        return res

    def _move_collection_case(self):
        """Move the case to the state that the done activity's type names (rule I10)."""
        self.ensure_one()
        kind = self.activity_type_id
        if not (kind.collection_participates and kind.collection_case_state):
            return
        # sudo: Odoo marks activities done as superuser; the state follows when the user may work the case
        case = self.env["collection.case"].sudo().browse(self.res_id).exists()
        if case.with_user(self.env.uid).has_access("write"):
            case._follow_work(kind.collection_case_state, kind.name)
