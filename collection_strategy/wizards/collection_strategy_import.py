import base64

from odoo import fields, models
from odoo.exceptions import UserError


class CollectionStrategyImport(models.TransientModel):
    """Bring a strategy in from a file."""

    _name = "collection.strategy.import"
    _description = "Import of a strategy"

    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()

    def action_import(self):
        """Make a draft from the file and open it."""
        self.ensure_one()
        self.env["collection.strategy"].check_access("create")
        try:
            text = base64.b64decode(self.file).decode("utf-8-sig")
        except ValueError as error:
            raise UserError(self.env._("This file is no text. Choose one that was exported here.")) from error
        return self.env["collection.strategy.json"]._import(text)._open()
