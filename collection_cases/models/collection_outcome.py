from odoo import fields, models
from odoo.exceptions import UserError


class CollectionOutcome(models.Model):
    """How a contact ended, and what follows from it."""

    _name = "collection.outcome"
    _description = "Outcome of a contact"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="How addons and the API call it.", copy=False, index="btree_not_null")
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

    def _by_code(self, code):
        """Return the outcome with a code.

        :raises UserError: there is none, with the codes that there are
        """
        found = self.search([("code", "=", code)], limit=1)
        if not found:
            raise UserError(
                self.env._(
                    "There is no outcome “%(code)s”. Use one of: %(codes)s.",
                    code=code,
                    codes=", ".join(filter(None, self.search([]).mapped("code"))),  # pylint: disable=no-search-all
                )
            )
        return found
