from odoo import api, fields, models
from odoo.exceptions import UserError

from .collection_strategy_step import TONES


class CollectionNotice(models.Model):
    """What was said to a debtor: decided by a run, filled in at the moment it went out, frozen then."""

    _name = "collection.notice"
    _description = "Notice"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    action_id = fields.Many2one("collection.action", required=True, ondelete="cascade", index=True)
    case_id = fields.Many2one("collection.case", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", required=True, index=True)
    user_id = fields.Many2one(related="case_id.user_id", string="Debt manager")
    step_id = fields.Many2one("collection.strategy.step", ondelete="restrict", index="btree_not_null")
    task_id = fields.Many2one("collection.strategy.step.task", ondelete="restrict")
    template_id = fields.Many2one("collection.template", "Wording", ondelete="restrict")
    channel_id = fields.Many2one(related="action_id.channel_id", store=True)
    tone = fields.Selection(TONES, required=True, default="1")
    addressee_id = fields.Many2one("res.partner", ondelete="restrict")
    address = fields.Char(help="The e-mail address, number or postal address it went to.")
    why_addressee = fields.Char("Why this addressee")
    lang = fields.Char("Language")
    amount = fields.Monetary(
        "Asked for", help="In the company's currency, when it was decided; exact once it went out."
    )
    subject = fields.Char()
    body = fields.Html(sanitize=False, readonly=True, help="What went out, word for word.")
    attachment_id = fields.Many2one("ir.attachment", "Letter", ondelete="set null")
    line_ids = fields.One2many("collection.notice.line", "notice_id", "Items")
    state = fields.Selection(related="action_id.state", string="Status", store=False)
    approval = fields.Selection(related="action_id.approval")
    reason = fields.Char(related="action_id.reason")
    date = fields.Datetime(related="action_id.date")
    printed_date = fields.Datetime("Printed on", readonly=True, copy=False)
    bounced_date = fields.Datetime("Came back on", readonly=True, copy=False)

    _action_uniq = models.Constraint("UNIQUE(action_id)", "There is a notice for this already.")

    @api.depends("step_id", "channel_id", "case_id.name")
    def _compute_name(self):
        for notice in self:
            notice.name = " · ".join(filter(None, (notice.case_id.name, notice.step_id.name, notice.channel_id.name)))

    @api.depends("name")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = notice.name

    # === WHAT PEOPLE DO WITH NOTICES === #

    def action_approve(self):
        """Let notices go out that wait for a person."""
        self._for_managers()
        waiting = self.filtered(lambda notice: notice.approval == "needed")
        # sudo: the right was checked above; the outbox is not written by hand
        waiting.action_id.sudo().write({"approval": "given", "approved_by_id": self.env.uid})
        self.env["collection.deliver"]._soon()

    def action_refuse(self):
        """Do not send notices that wait for a person."""
        self._for_managers()
        waiting = self.filtered(lambda notice: notice.approval == "needed" or notice.state == "planned")
        for notice in waiting:
            # sudo: as above
            notice.action_id.sudo()._skip(self.env._("Not sent, on the word of %s", self.env.user.name), final=True)

    def action_send_again(self):
        """Send again what failed, or what nobody knows whether it arrived; a person decided so."""
        self._for_managers()
        again = self.filtered(lambda notice: notice.state in ("failed", "uncertain"))
        if not again:
            raise UserError(self.env._("Only what failed or is uncertain can be sent again."))
        again.action_id.sudo()._requeue()  # sudo: as above
        self.env["collection.deliver"]._soon()

    def action_mark_delivered(self):
        """Say of an uncertain message that it did arrive."""
        self._for_managers()
        # sudo: as above
        for action in self.action_id.sudo().filtered(lambda action: action.state == "uncertain"):
            action.write({"state": "done", "reason": self.env._("Arrived, says %s", self.env.user.name)})

    def _for_managers(self):
        self.check_access("read")
        for case in self.case_id:
            case.check_access("write")

    def action_print(self):
        """Return all chosen letters in one PDF."""
        self.check_access("read")
        letters = self.filtered("attachment_id")
        if not letters:
            raise UserError(self.env._("There is no letter among these: only letters that are ready can be printed."))
        return {
            "type": "ir.actions.act_url",
            "url": "/collections/letters?ids=" + ",".join(map(str, letters.ids)),
            "target": "new",
        }

    def action_mark_printed(self):
        """Say that letters are printed and on their way."""
        self._for_managers()
        # sudo: as above
        self.sudo().filtered(lambda notice: notice.attachment_id and not notice.printed_date).write(
            {"printed_date": fields.Datetime.now()}
        )


class CollectionNoticeLine(models.Model):
    """An item on a notice, with the amount it was asked for."""

    _name = "collection.notice.line"
    _description = "Item on a notice"
    _order = "notice_id, due_date, id"

    notice_id = fields.Many2one("collection.notice", required=True, ondelete="cascade", index=True)
    item_id = fields.Many2one("collection.item", ondelete="set null", index="btree_not_null")
    name = fields.Char("Document")
    due_date = fields.Date()
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Asked for")
    amount_company = fields.Float("Asked for (company currency)", digits=(16, 2))
