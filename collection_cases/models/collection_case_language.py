from odoo import models


class CollectionCase(models.Model):
    """In which language the product writes: that of who reads it, whoever caused it, and at night nobody did."""

    _inherit = "collection.case"

    def _in_language_of(self, user=None):
        """Return the case in the language of a person.

        :param user: `res.users`; by default who reads the notes: the debt manager, else the company
        """
        # sudo: which language a colleague or the company speaks is no secret
        user, company = (user or self.user_id).sudo(), self.company_id.sudo()
        return self.with_context(lang=user[:1].lang or company.partner_id.lang or self.env.lang)
