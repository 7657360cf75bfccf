from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionContactRefusal(models.Model):
    """A contact that a fair-contact rule refused when it was about to be made. It is added to, never changed."""

    _name = "collection.contact.refusal"
    _description = "Refused contact"
    _order = "date desc, id desc"
    _rec_name = "rule_name"

    action_id = fields.Many2one("collection.action", "What was wanted", ondelete="set null", index="btree_not_null")
    case_id = fields.Many2one("collection.case", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", index=True)
    channel_id = fields.Many2one("collection.channel", ondelete="restrict")
    rule_id = fields.Many2one("collection.contact.rule", ondelete="set null")
    rule_name = fields.Char("Rule", help="What it was called then.")
    code = fields.Selection(selection="_selection_code", string="Because of", required=True)
    date = fields.Datetime("Refused", required=True)
    until = fields.Datetime("Possible from", help="Empty when waiting does not help.")
    inputs = fields.Json(help="The rule's figures and the debtor's clock, as they were then.")
    sentence = fields.Char("Why", compute="_compute_sentence")

    @api.model
    def _selection_code(self):
        return list(self.env["collection.fair.contact"]._reasons().items())

    @api.depends("code", "until", "inputs", "rule_name")
    @api.depends_context("lang")
    def _compute_sentence(self):
        fair = self.env["collection.fair.contact"]
        for refused in self:
            # “now” was then: the time is in a column of its own
            inputs = {name: value for name, value in (refused.inputs or {}).items() if name != "local"}
            refused.sentence = fair._sentence(replace(refused._as_engine(), values=inputs), rule_name=refused.rule_name)

    def _as_engine(self):
        """Return the refusal as `engine.fair_contact` made it."""
        self.ensure_one()
        return self.env["collection.fair.contact"]._refusal(
            self.code, self.until or None, self.rule_id.id or None, self.inputs or {}
        )

    @api.model
    def _log(self, action, refusal, when):
        """Note that a contact was refused; called by the delivery.

        :param action: `collection.action` that was to be carried out
        :param refusal: `engine.fair_contact.Refusal`
        :param when: naive UTC datetime of the refusal
        :returns: the new row
        """
        # sudo: written by the product, never typed in; the name of a rule is no secret
        rule = self.env["collection.contact.rule"].sudo().browse(refusal.rule_id or ())
        return self.sudo().create(
            {
                "action_id": action.id,
                "case_id": action.case_id.id,
                "company_id": action.company_id.id,
                "partner_id": action.partner_id.id,
                "channel_id": action.channel_id.id,
                "rule_id": rule.id,
                "rule_name": rule.name,
                "code": refusal.code,
                "date": when,
                "until": refusal.until,
                "inputs": refusal.values,
            }
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What was refused, and why, must stay provable: it cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was refused, and why, must stay provable: it cannot be deleted."))
