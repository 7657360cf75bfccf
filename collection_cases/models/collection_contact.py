from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionRelation(models.Model):
    """How a person is related to a customer: employee, owner, accountant, lawyer, …"""

    _name = "collection.relation"
    _description = "Relation to the customer"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class CollectionContact(models.Model):
    """A person to talk to about a customer's payments; need not be one of its own contacts."""

    _name = "collection.contact"
    _description = "Contact for payments"
    _order = "partner_id, is_primary desc, sequence, id"
    _rec_name = "contact_id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True, ondelete="cascade")
    contact_id = fields.Many2one(
        "res.partner",
        "Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_company', '=', False)]",
        context={"default_is_company": False},
    )
    function = fields.Char(related="contact_id.function", readonly=False)
    phone = fields.Char(related="contact_id.phone", readonly=False)
    email = fields.Char(related="contact_id.email", readonly=False)
    relation_id = fields.Many2one("collection.relation", ondelete="restrict")
    address_id = fields.Many2one(
        "res.partner", domain="[('commercial_partner_id', '=', partner_id)]", help="Where the person sits."
    )
    is_primary = fields.Boolean("Primary", help="Has priority over the other contacts of the customer.")
    sequence = fields.Integer(default=10)
    note = fields.Char()

    _contact_uniq = models.Constraint("UNIQUE(partner_id, contact_id)", "This person is registered already.")
    _primary_uniq = models.UniqueIndex(
        "(partner_id) WHERE is_primary", "The customer has a primary contact already: clear that one first."
    )

    @api.constrains("partner_id", "contact_id")
    def _check_person(self):
        for contact in self:
            if contact.contact_id == contact.partner_id:
                raise UserError(self.env._("The customer itself needs no entry: name a person."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            partner_id = vals.get("partner_id") or self.env.context.get("default_partner_id")
            if vals.get("is_primary") and partner_id:
                self._clear_primary([partner_id])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("is_primary"):
            self._clear_primary(self.partner_id.ids, but=self)
        return super().write(vals)

    @api.model
    def _clear_primary(self, partner_ids, but=None):
        """Choosing a primary contact takes the mark off the one before."""
        others = self.search([("partner_id", "in", partner_ids), ("is_primary", "=", True)]) - (but or self.browse())
        others.write({"is_primary": False})
        self.flush_model(["is_primary"])
