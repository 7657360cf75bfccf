from odoo import fields, models


class ResUsers(models.Model):
    """What work plans and the daily list know about people."""

    _inherit = "res.users"

    # Only for record rules: who stands in for somebody who is away works their cases.
    collection_absence_ids = fields.One2many("collection.workplan.member", "user_id", "Places in work plans")
    collection_day_list = fields.Boolean(
        "Collections: my list by e-mail", help="Each morning, what is due in My day comes by e-mail."
    )
    collection_list_mailed = fields.Date("List mailed on", readonly=True, copy=False)

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "collection_day_list"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "collection_day_list"]
