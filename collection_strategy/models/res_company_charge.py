from odoo import api, fields, models


class ResCompany(models.Model):
    """Whether a company tells its debtors what late payment costs, and how it invoices that."""

    _inherit = "res.company"

    collection_charges_on = fields.Boolean(
        "Charges on notices", help="Notices name interest and compensation as the rules for charges say."
    )
    collection_charge_product_id = fields.Many2one(
        "product.product",
        "Product of charges",
        default=lambda self: self.env.ref("collection_strategy.product_charge", raise_if_not_found=False),
        domain="[('type', '=', 'service')]",
        help="Its account and taxes are those of the invoice. In most countries charges are without value added tax.",
    )
    collection_charge_account_id = fields.Many2one(
        "account.account",
        "Account of charges",
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        help="Instead of the product's.",
    )

    @api.model
    def _set_charge_product(self):
        """Give the companies that were there before the addon the product that later ones have by default."""
        self.search([("collection_charge_product_id", "=", False)]).collection_charge_product_id = self.env.ref(
            "collection_strategy.product_charge"
        )
