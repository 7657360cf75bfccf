from odoo import models


class CollectionLogContact(models.TransientModel):
    """Whoever stands in for a colleague does the colleague's planned work."""

    _inherit = "collection.log.contact"

    def _due_activity(self, case):
        found = super()._due_activity(case)
        if found or not case.is_stood_in:
            return found
        today = case._today()
        return case.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id.collection_participates
                and activity.user_id == case.user_id
                and activity.date_deadline <= today
                and activity.activity_type_id.collection_channel_id.by_hand
            )
        ).sorted("date_deadline")[:1]
