from odoo import fields, models
from odoo.exceptions import UserError


class CollectionCoded(models.AbstractModel):
    """What addons and the API call by a code: channels and outcomes."""

    _name = "collection.coded"
    _description = "Something with a code"

    code = fields.Char(help="How addons and the API call it.", copy=False, index="btree_not_null")

    def _by_code(self, code):
        """Return the record with a code.

        :raises UserError: there is none, with the codes that there are
        """
        found = self.search([("code", "=", code)], limit=1)
        if not found:
            # sudo: the name of the model, in the user's language
            what = self.env["ir.model"].sudo()._get(self._name).name
            raise UserError(
                self.env._(
                    "There is no %(what)s “%(code)s”. Use one of: %(codes)s.",
                    what=what[:1].lower() + what[1:],
                    code=code,
                    codes=", ".join(filter(None, self.search([]).mapped("code"))),  # pylint: disable=no-search-all
                )
            )
        return found
