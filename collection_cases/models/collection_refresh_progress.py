from odoo import api, fields, models


class CollectionRefreshProgress(models.Model):
    """How far the night's refresh has got at a company; there only while one is under way."""

    _name = "collection.refresh.progress"
    _description = "Progress of the refresh"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    day = fields.Date(required=True)
    last_partner_id = fields.Integer("Last customer done", required=True)

    _company_uniq = models.Constraint("UNIQUE(company_id)", "One refresh of a company at a time.")

    @api.model
    def _reached(self, company, day):
        """Return the id of the last customer done on a day, 0 when the refresh starts anew."""
        return self.search([("company_id", "=", company.id), ("day", "=", day)], limit=1).last_partner_id

    @api.model
    def _note(self, company, day, partner_id):
        """Note that the customers up to an id are done; committed with their batch."""
        mark = self.search([("company_id", "=", company.id)], limit=1)
        vals = {"day": day, "last_partner_id": partner_id}
        mark.write(vals) if mark else self.create({"company_id": company.id, **vals})

    @api.model
    def _clear(self):
        """Forget the marks: the next refresh starts with the first customer."""
        self.search([]).unlink()  # pylint: disable=no-search-all
