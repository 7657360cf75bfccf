from odoo import fields, models


class CollectionOutcome(models.Model):
    """How a contact ended, and what follows from it."""

    _name = "collection.outcome"
    _description = "Outcome of a contact"
    _inherit = ["collection.coded"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    by_hand = fields.Boolean("Offered to people", default=True, help="Offered in the dialog Log contact.")
    is_contact = fields.Boolean("The right person was reached")
    follow_up = fields.Selection(
        [
            ("none", "Nothing special"),
            ("promise", "A promise to pay"),
            ("dispute", "A dispute"),
            ("call_back", "A date to call back"),
            ("wrong_contact", "Another contact"),
        ],
        "Asks for",
        required=True,
        default="none",
    )
    next_step = fields.Selection(
        [("none", "Nothing"), ("same", "The same again"), ("type", "Another activity")],
        required=True,
        default="same",
    )
    next_activity_type_id = fields.Many2one(
        "mail.activity.type", domain="[('collection_participates', '=', True)]", ondelete="set null"
    )
    next_days = fields.Integer("After days", default=1)

    _code_uniq = models.Constraint("UNIQUE(code)", "There is an outcome with this code already.")
