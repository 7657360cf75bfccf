from odoo import api, fields, models
from odoo.tools import format_date


class CollectionDecision(models.Model):
    """What a run decided about a case: what is to be done, or why nothing (rule I4)."""

    _name = "collection.decision"
    _description = "Decision"
    _order = "run_id desc, verdict, id"

    run_id = fields.Many2one("collection.run", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    currency_id = fields.Many2one(related="run_id.currency_id")
    case_id = fields.Many2one(
        "collection.case",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        help="Empty in a dry run when the case would open only on that day.",
    )
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    segment_id = fields.Many2one("collection.segment", readonly=True, ondelete="set null")
    strategy_id = fields.Many2one("collection.strategy", readonly=True, ondelete="set null")
    step_id = fields.Many2one("collection.strategy.step", readonly=True, ondelete="cascade")
    task_id = fields.Many2one("collection.strategy.step.task", readonly=True, ondelete="cascade")
    channel_id = fields.Many2one("collection.channel", readonly=True, ondelete="cascade")
    verdict = fields.Selection(
        [("send", "To be done"), ("approve", "To be approved"), ("nothing", "Nothing")], required=True, readonly=True
    )
    code = fields.Char(required=True, readonly=True)
    day = fields.Date("On", readonly=True)
    detail = fields.Char(readonly=True)
    amount = fields.Monetary("Asked for", readonly=True)
    reason = fields.Char(compute="_compute_reason", string="Why")

    @api.depends("code", "day", "detail", "step_id")
    def _compute_reason(self):
        for decision in self:
            decision.reason = self._sentence(decision.code, decision.day, decision.detail, decision.step_id)

    @api.model
    def _reason_label(self, code):
        """Return what a code means, in a few words."""
        # sentences of blocks come from the case: they say the same everywhere
        return self._labels().get(code) or code.replace("_", " ")

    @api.model
    def _labels(self):
        """Return {code: words}; addons add theirs."""
        return {
            "due": self.env._("It is its turn"),
            "done": self.env._("Done"),
            "too_early": self.env._("Its day has not come"),
            "step_before": self.env._("Waits for the step before"),
            "event": self.env._("Waits for its event"),
            "no_working_day": self.env._("No working day"),
            "not_overdue": self.env._("Nothing is overdue"),
            "nothing_due": self.env._("Nothing is due"),
            "overtaken": self.env._("A later step was taken"),
            "overdue_already": self.env._("Overdue already"),
            "too_small": self.env._("Below the step's minimum"),
            "covered_enough": self.env._("Enough was paid since the last step"),
            "reacted": self.env._("The debtor has reacted"),
            "no_reaction": self.env._("The debtor has not reacted"),
            "finished": self.env._("All steps are taken"),
            "no_strategy": self.env._("No strategy"),
            "no_segment": self.env._("In no segment"),
            "holdout": self.env._("Held out for comparison"),
            "consolidated": self.env._("Said in a stronger notice of the same day"),
            "unreachable": self.env._("Nobody can be reached"),
            "not_needed": self.env._("The channel before reaches somebody"),
            "opted_out": self.env._("Does not want to be written to this way"),
            "bank_stale": self.env._("The bank has not been read for too long"),
            "held": self.env._("Held"),
            "disputed": self.env._("Contested"),
            "promised": self.env._("Promise running"),
            "cheque": self.env._("A cheque is being collected"),
            "collected": self.env._("Paid to our collector"),
            "excluded": self.env._("Excluded in accounting"),
            "settled": self.env._("Nothing is open"),
            "covered": self.env._("Covered by credits"),
            "completed": self.env._("Completed"),
            "paying": self.env._("Is paying online right now"),
            "unmatched": self.env._("Money came in that is not matched yet"),
            "below_tolerance": self.env._("Below what is chased"),
        }

    @api.model
    def _sentence(self, code, day=None, detail=None, step=None):
        """Return a reason as a person reads it.

        :param code: of a decision, a block or a refusal
        :param day: the day it is about
        :param detail: more about it, in words
        """
        text = self._reason_label(code)
        if day:
            text = self.env._("%(text)s (%(day)s)", text=text, day=format_date(self.env, day))
        return f"{text}: {detail}" if detail else text
