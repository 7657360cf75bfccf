from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.feed_mapping import TARGETS


class CollectionFeedColumn(models.Model):
    """What a column of a foreign ledger's file is."""

    _name = "collection.feed.column"
    _description = "Column of a foreign ledger"
    _order = "id"

    feed_id = fields.Many2one("collection.feed", required=True, index=True, ondelete="cascade")
    target = fields.Selection(selection="_selection_target", string="Is", required=True)
    header = fields.Char("Column in the file", required=True)

    @api.model
    def _selection_target(self):
        """Return what a column may be, with a name for people; every target of the engine has one."""
        names = {
            "customer_number": self.env._("Customer: number"),
            "customer_name": self.env._("Customer: name"),
            "customer_email": self.env._("Customer: e-mail"),
            "customer_phone": self.env._("Customer: phone"),
            "customer_street": self.env._("Customer: street"),
            "customer_zip": self.env._("Customer: ZIP"),
            "customer_city": self.env._("Customer: city"),
            "customer_country": self.env._("Customer: country"),
            "customer_vat": self.env._("Customer: VAT number"),
            "customer_language": self.env._("Customer: language"),
            "key": self.env._("Unique number of the item"),
            "document_number": self.env._("Document number"),
            "document_date": self.env._("Document date"),
            "due_date": self.env._("Due date"),
            "currency": self.env._("Currency"),
            "amount": self.env._("Amount of the document"),
            "residual": self.env._("Open amount"),
            "debit": self.env._("Debit"),
            "credit": self.env._("Credit"),
            "direction": self.env._("Debit or credit (S/H, D/C)"),
            "kind": self.env._("Receivable or payable"),
            "paid_date": self.env._("Paid on"),
        }
        return [(target, names[target]) for target in TARGETS]

    @api.constrains("target", "feed_id")
    def _check_once(self):
        for feed in self.feed_id:
            targets = [target for target in feed.column_ids.mapped("target") if target != "key"]
            if len(targets) != len(set(targets)):
                raise ValidationError(
                    self.env._(
                        "In %s two columns are the same thing. Only the unique number may be made of several columns.",
                        feed.name,
                    )
                )
