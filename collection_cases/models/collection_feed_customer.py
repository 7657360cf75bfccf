import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import split_every

from ..engine.feed_rows import DETAILS

BATCH = 1000
VAT = DETAILS.index("customer_vat")
SHORTEST_VAT = 7
"""Characters from which a VAT number without its country can be told from others."""

QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True, "mail_create_nolog": True}
"""Customers come by the thousand and their history begins with the ledger: no creation messages."""


class CollectionFeedCustomer(models.Model):
    """Which customer of ours a customer number of a foreign ledger is."""

    _name = "collection.feed.customer"
    _description = "Customer of a foreign ledger"
    _order = "foreign_number, id"
    _rec_name = "foreign_number"

    feed_id = fields.Many2one("collection.feed", required=True, ondelete="cascade")
    foreign_number = fields.Char("Customer number", required=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="feed_id.company_id")

    _number_uniq = models.Constraint(
        "UNIQUE(feed_id, foreign_number)", "This customer number belongs to a customer already."
    )

    @api.model
    def _resolve(self, feed, details):
        """Find or make the customers of numbers that are new to a feed.

        A number is the customer of ours that has it as reference, else the one with the VAT number, else a
        new one; never one by its name alone. Customers of another creditor are left alone: see
        `_candidates`.

        :param feed: `collection.feed`
        :param details: {number: values in the order of `engine.feed_rows.DETAILS`}
        :returns: {number: the customers it could be}, for numbers that fit more than one; nothing is
            made for these
        """
        unclear = {}
        domain = self._candidates(feed)
        vats = {number: vat for number, values in details.items() if (vat := _bare(values[VAT]))}
        by_vat = self._by_vat(domain) if vats else {}
        for numbers in split_every(BATCH, details, list):
            found = self._matches(domain, {number: vats.get(number, "") for number in numbers}, by_vat)
            unclear.update({number: partners for number, partners in found.items() if len(partners) > 1})
            missing = [number for number in numbers if number not in found]
            made = self._make(feed, {number: details[number] for number in missing})
            self.create(
                [
                    {"feed_id": feed.id, "foreign_number": number, "partner_id": partner.id}
                    for number, partner in {**found, **made}.items()
                    if number not in unclear
                ]
            )
        self.flush_model()
        return unclear

    def _matches(self, domain, vats, by_vat):
        """Return {number: customers of ours that have it as reference, else its VAT number}.

        :param domain: the customers in question
        :param vats: {number: VAT number or nothing}
        :param by_vat: see `_by_vat`
        """
        by_number = defaultdict(self.env["res.partner"].browse)
        for partner in self.env["res.partner"].search(domain + [("ref", "in", list(vats))]):
            by_number[partner.ref] |= partner.commercial_partner_id
        found = {}
        for number, vat in vats.items():
            candidates = by_number[number]
            same_vat = self.env["res.partner"].browse(
                partner_id for known, partner_id in by_vat.get(_digits(vat), ()) if _same_vat(vat, known)
            )
            # the number says one customer and the VAT number another: neither is believed
            if not candidates or (same_vat and not candidates & same_vat):
                candidates |= same_vat
            if candidates:
                found[number] = candidates
        return found

    def _by_vat(self, domain):
        """Return {VAT number without country: [(VAT number, customer id)]}."""
        found = defaultdict(list)
        for partner in self.env["res.partner"].search_fetch(
            domain + [("vat", "!=", False), ("parent_id", "=", False)], ["vat"]
        ):
            vat = _bare(partner.vat)
            found[_digits(vat)].append((vat, partner.id))
        return found

    @api.model
    def _candidates(self, feed):
        """Return the domain of the customers that a feed's numbers may be.

        Debts to two creditors never come together in one case. So a feed of the company itself does not
        take customers that came with another creditor's feed, and a feed of a creditor takes those of
        this creditor's feeds only.
        """
        others = self.search([("feed_id", "!=", feed.id), ("feed_id.company_id", "=", feed.company_id.id)])
        owner = (feed.client_name or "").strip().casefold()
        same = others.filtered(lambda row: (row.feed_id.client_name or "").strip().casefold() == owner)
        domain = [("company_id", "in", (False, feed.company_id.id))]
        if owner:
            own = self.search([("feed_id", "=", feed.id)])
            return domain + [("id", "in", (same | own).partner_id.ids)]
        foreign = (others - same).partner_id
        return domain + [("id", "not in", foreign.ids)] if foreign else domain

    def _make(self, feed, details):
        """Create customers; returns {number: customer}."""
        if not details:
            return {}
        countries, languages = self._countries(), self._languages()
        vals_list = []
        for number, values in details.items():
            given = dict(zip(DETAILS, values, strict=True))
            country = given["customer_country"].casefold()
            language = given["customer_language"].casefold().replace("-", "_")
            vals = {
                "name": given["customer_name"] or number,
                "ref": number,
                "email": given["customer_email"] or False,
                "phone": given["customer_phone"] or False,
                "street": given["customer_street"] or False,
                "zip": given["customer_zip"] or False,
                "city": given["customer_city"] or False,
                "vat": given["customer_vat"] or False,
                "country_id": countries.get(country, False),
                "is_company": bool(given["customer_vat"]),
                "company_id": feed.company_id.id,
                "collection_participation": feed.participation,
                "debt_manager_id": feed.debt_manager_id.id,
            }
            if lang := languages.get(language) or languages.get(language[:2]):
                vals["lang"] = lang
            vals_list.append(vals)
        # a VAT number that is mistyped in the other program is no reason to lose the debt
        partner_model = self.env["res.partner"].with_context(**QUIET, no_vat_validation=True)
        partners = partner_model.with_company(feed.company_id).create(vals_list)
        return dict(zip(details, partners, strict=True))

    def _countries(self):
        countries = self.env["res.country"].search([])  # pylint: disable=no-search-all
        found = {country.name.casefold(): country.id for country in countries}
        return found | {country.code.casefold(): country.id for country in countries if country.code}

    def _languages(self):
        found = {}
        for code, _name in self.env["res.lang"].get_installed():
            found.setdefault(code[:2].casefold(), code)
            found[code.casefold()] = code
        return found


def _bare(vat):
    return re.sub(r"[^A-Z0-9]", "", (vat or "").upper())


def _digits(vat):
    return vat[2:] if vat[:2].isalpha() else vat


def _same_vat(one, other):
    """Return whether two VAT numbers are the same; a country prefix may be missing in one of them."""
    if one == other:
        return True
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(shorter) >= SHORTEST_VAT and not shorter[:2].isalpha() and _digits(longer) == shorter
