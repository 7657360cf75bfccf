from odoo import api, fields, models


class CollectionCase(models.Model):
    """What late payment costs the debtor of a case, beside the debt."""

    _inherit = "collection.case"

    charge_ids = fields.One2many("collection.charge", "case_id", "Charges")
    charge_text = fields.Char("Charges so far", compute="_compute_charge_text", help="Memos, as of the last look.")
    charge_problem = fields.Char(compute="_compute_charge_problem")

    @api.depends("charge_ids.amount", "charge_ids.state")
    def _compute_charge_text(self):
        for case in self:
            memos = case.charge_ids.filtered(lambda charge: charge.state == "memo")
            case.charge_text = " + ".join(
                currency.format(sum(own.mapped("amount"))) for currency, own in memos.grouped("currency_id").items()
            )

    @api.depends("charge_ids.state", "oldest_due_date", "state")
    def _compute_charge_problem(self):
        service = self.env["collection.charges"]
        for case in self:
            case.charge_problem = service._problem(case)

    def action_charges(self):
        """Show what may be charged, as of today.

        :raises RedirectWarning: a rate is missing; leads to it
        """
        self.ensure_one()
        self.check_access("read")
        self.env["collection.charges"]._bring_up_to_date(self)
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_strategy.collection_charge_action")
        return {**action, "domain": [("case_id", "=", self.id)], "context": {"search_default_group_kind": 0}}
