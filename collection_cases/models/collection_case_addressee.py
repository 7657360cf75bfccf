from odoo import models

from ..engine import addressee
from ..engine.addressee import Candidate


class CollectionCase(models.Model):
    """Whom to talk or write to about a case: one function, with its reason (R15)."""

    _inherit = "collection.case"

    def _resolve_addressee(self, channel):
        """Return whom to address on a channel, and why.

        The order is in `engine/addressee.py`. Addons narrow who can be reached by overriding
        `_can_be_reached`.

        :param channel: `collection.channel`
        :returns: dict of `partner` (`res.partner`, empty when nobody can be reached), `why` (a code of
            `engine.addressee`, None when nobody) and `text` (the reason as a sentence)
        """
        self.ensure_one()
        offered = self._addressee_candidates()
        found = addressee.resolve(
            Candidate(partner.id, why, self._can_be_reached(partner, channel)) for why, partner in offered
        )
        partners = self.env["res.partner"]
        return {
            "partner": partners.browse(found.key) if found.key else partners,
            "why": found.why,
            "text": self._addressee_text(found, channel),
        }

    def _addressee_candidates(self):
        """Return who may be addressed: list of (why, `res.partner`); of the same why, the first comes first."""
        self.ensure_one()
        # sudo: who may read the case may know whom it concerns
        customer = self.partner_id.sudo().with_company(self.company_id)
        branch = self.branch_id.sudo().with_company(self.company_id)
        found = [
            (addressee.CASE, self.payment_contact_id),
            (addressee.BRANCH_OFFICER, branch.payment_contact_id),
            (addressee.OFFICER, customer.payment_contact_id),
        ]
        # sudo: as above
        contacts = self.env["collection.contact"].sudo()
        registered = contacts.search([("partner_id.commercial_partner_id", "=", customer.id)])
        for contact in registered.sorted(lambda contact: not contact.is_primary):
            found.append((self._addressee_why(contact), contact.contact_id))
        found.append((addressee.BRANCH, branch))
        invoice = self.env["res.partner"].sudo().browse((branch or customer).address_get(["invoice"])["invoice"])
        if invoice != customer:
            found.append((addressee.INVOICE, invoice))
        found.append((addressee.CUSTOMER, customer))
        if customer.parent_id:
            found.append((addressee.PARENT, customer.parent_id))
        return [(why, partner.sudo(False)) for why, partner in found if partner and partner.active]

    def _addressee_why(self, contact):
        """Return as what somebody registered at the customer, or below it, may be addressed."""
        if contact.partner_id == self.branch_id:
            return addressee.BRANCH_CONTACT
        if contact.partner_id == self.partner_id:
            return addressee.PRIMARY if contact.is_primary else addressee.CONTACT
        return addressee.OTHER_BRANCH if self.branch_id else addressee.BELOW_CONTACT

    def _can_be_reached(self, partner, channel):
        """Tell whether somebody has what a channel needs.

        :param partner: `res.partner`
        :param channel: `collection.channel`
        """
        partner = partner.sudo()  # sudo: see _addressee_candidates
        if channel.reach == "email":
            return bool(partner.email_normalized)
        if channel.reach == "phone":
            return bool(partner.phone)
        if channel.reach == "address":
            return bool(partner.street and (partner.city or partner.zip))
        return True

    def _addressee_text(self, found, channel):
        if found.key is None:
            return self.env._(
                "Nobody of %(customer)s can be reached by %(channel)s: add what is missing to a contact.",
                customer=self.partner_id.name,
                channel=channel.name,
            )
        texts = {
            addressee.CASE: self.env._("the payments officer of the case"),
            addressee.BRANCH_OFFICER: self.env._("the payments officer of the branch"),
            addressee.OFFICER: self.env._("the payments officer of the customer"),
            addressee.BRANCH_CONTACT: self.env._("a contact for payments of the branch"),
            addressee.PRIMARY: self.env._("the primary contact for payments"),
            addressee.CONTACT: self.env._("a registered contact for payments"),
            addressee.BRANCH: self.env._("the branch"),
            addressee.BELOW_CONTACT: self.env._("a contact for payments of %s", self._registered_at(found.key)),
            addressee.INVOICE: self.env._("the invoice address"),
            addressee.CUSTOMER: self.env._("the customer"),
            addressee.OTHER_BRANCH: self.env._(
                "a contact for payments of another branch, %s", self._registered_at(found.key)
            ),
            addressee.PARENT: self.env._("the parent company"),
        }
        partners = self.env["res.partner"].sudo()  # sudo: names only
        text = self.env._("%(name)s, %(why)s", name=partners.browse(found.key).name, why=texts[found.why])
        if found.passed_over:
            names = ", ".join(partners.browse(candidate.key).name for candidate in found.passed_over)
            text = self.env._("%(text)s; not reachable: %(names)s", text=text, names=names)
        return text

    def _registered_at(self, person_id):
        """Return where below the customer somebody is registered, in words."""
        # sudo: names only
        contacts = self.env["collection.contact"].sudo()
        domain = [("contact_id", "=", person_id), ("partner_id.commercial_partner_id", "=", self.partner_id.id)]
        return ", ".join(contacts.search(domain).partner_id.mapped("name"))
