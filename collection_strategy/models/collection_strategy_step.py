from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import ladder

EVENTS = [
    ("promise_broken", "A promise was broken"),
    ("message_bounced", "A message came back"),
    ("payment_returned", "A payment was returned"),
    ("dispute_closed", "A dispute was settled"),
]

TONES = [
    ("0", "Friendly"),
    ("1", "Reminder"),
    ("2", "Firm"),
    ("3", "Last notice"),
    ("4", "Legal"),
]


class CollectionStrategyStep(models.Model):
    """A rung: when it is its turn, for whom, and what is done on which channel."""

    _name = "collection.strategy.step"
    _description = "Step of a strategy"
    _order = "strategy_id, sequence, id"

    strategy_id = fields.Many2one("collection.strategy", required=True, ondelete="cascade", index=True)
    root_id = fields.Many2one(
        "collection.strategy.step",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The step of the first version that this one comes from: what was sent by one version counts for another.",
    )
    strategy_state = fields.Selection(related="strategy_id.state")
    company_id = fields.Many2one(related="strategy_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    tone = fields.Selection(TONES, default="1", required=True, help="How severe it is; the highest one wins on a day.")
    trigger = fields.Selection(
        [
            (ladder.FROM_DUE_DATE, "Days from the due date"),
            (ladder.AFTER_STEP, "Days after another step"),
            (ladder.ON_EVENT, "Days after an event"),
        ],
        "Counted",
        default=ladder.FROM_DUE_DATE,
        required=True,
    )
    delay = fields.Integer("Days", default=0, help="From the due date: negative is before it.")
    delay_unit = fields.Selection(
        [("days", "days"), ("working_days", "working days")], "Unit", default="days", required=True
    )
    after_step_id = fields.Many2one(
        "collection.strategy.step",
        "After",
        domain="[('strategy_id', '=', strategy_id), ('id', '!=', id)]",
        ondelete="set null",
        copy=False,
    )
    event = fields.Selection(EVENTS)
    waits = fields.Boolean(
        "Waits for the steps before it",
        default=True,
        help="Never nearer to the step before than on the time line. Without it, the step runs beside the others.",
    )
    on_working_days = fields.Boolean("On working days only", default=True)
    mode = fields.Selection(
        [("auto", "By itself"), ("by_hand", "After approval")],
        "Goes out",
        default="auto",
        required=True,
        help="After approval: a person looks at it under Notices to approve, and lets it go.",
    )
    is_legal = fields.Boolean("Legal step", help="The last one; cases show how many steps are left before it.")
    min_overdue = fields.Float("Only above", help="Overdue amount in the company's currency; 0 is no limit.")
    max_coverage = fields.Integer(
        "Only if paid less than (%)",
        help="Of what was asked at the step before; 0 is no matter. With 50, whoever paid half or more is spared.",
    )
    reaction = fields.Selection(
        [("any", "In any case"), ("none", "Only without a reaction"), ("some", "Only after a reaction")],
        "Debtor's reaction",
        default="any",
        required=True,
        help="Since the last step: a contact, a promise, an objection, a payment.",
    )
    task_ids = fields.One2many("collection.strategy.step.task", "step_id", "What is done", copy=True)
    summary = fields.Char(compute="_compute_summary", string="When")

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    @api.depends("trigger", "delay", "delay_unit", "after_step_id.name", "event")
    def _compute_summary(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        for step in self:
            days = (
                self.env._("%s working days", abs(step.delay))
                if step.delay_unit == "working_days"
                else self.env._("%s days", abs(step.delay))
            )
            if step.trigger == ladder.ON_EVENT:
                step.summary = self.env._("%(days)s after: %(event)s", days=days, event=events.get(step.event, "?"))
            elif step.trigger == ladder.AFTER_STEP:
                step.summary = self.env._("%(days)s after “%(step)s”", days=days, step=step.after_step_id.name or "?")
            elif step.delay < 0:
                step.summary = self.env._("%s before the due date", days)
            else:
                step.summary = self.env._("%s after the due date", days)

    @api.constrains("delay", "trigger", "max_coverage", "min_overdue", "after_step_id")
    def _check_values(self):
        for step in self:
            if step.trigger != ladder.FROM_DUE_DATE and step.delay < 0:
                raise ValidationError(
                    self.env._("“%s”: only the due date can lie ahead; use 0 days or more.", step.name)
                )
            if not -60 <= step.delay <= 1500:
                raise ValidationError(
                    self.env._("“%s”: a step is at most 60 days before or 1500 days after its beginning.", step.name)
                )
            if not 0 <= step.max_coverage <= 100 or step.min_overdue < 0:
                raise ValidationError(
                    self.env._("“%s”: a share is from 0 to 100 percent, an amount zero or more.", step.name)
                )
            seen, before = step, step.after_step_id
            while before:
                if before in seen:
                    raise ValidationError(self.env._("“%s” would wait for itself.", step.name))
                seen |= before
                before = before.after_step_id

    def _check_complete(self):
        """Refuse a step that could never be taken.

        :raises UserError: with the step's name and what is missing
        """
        self.ensure_one()
        if not self.task_ids:
            raise UserError(self.env._("“%s” does nothing yet: add a channel.", self.name))
        if self.trigger == ladder.AFTER_STEP and self.after_step_id.strategy_id != self.strategy_id:
            raise UserError(self.env._("“%s” comes after another step: choose which.", self.name))
        if self.trigger == ladder.ON_EVENT and not self.event:
            raise UserError(self.env._("“%s” comes after an event: choose which.", self.name))
        for task in self.task_ids:
            task._check_complete()

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.strategy_id._check_is_draft()
        return steps

    def write(self, vals):
        if set(vals) - {"name"}:
            self.strategy_id._check_is_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        self.strategy_id._check_is_draft()

    def _as_rung(self):
        """Return the step as the engine wants it."""
        return ladder.Step(
            id=self.id,
            trigger=self.trigger,
            delay=self.delay,
            in_working_days=self.delay_unit == "working_days",
            waits=self.waits,
            after=self.after_step_id.id or None,
            event=self.event or None,
            min_overdue=Decimal(repr(self.min_overdue)),
            max_coverage=self.max_coverage / 100 if self.max_coverage else None,
            reaction=self.reaction,
            on_working_days=self.on_working_days,
            is_legal=self.is_legal,
        )

    def _on_time_line(self):
        """Return what the drawing of the strategy shows of the step."""
        return {
            "id": self.id or 0,
            "name": self.name or "",
            "day": self.delay if self.trigger == ladder.FROM_DUE_DATE else None,
            "when": self.summary,
            "tone": int(self.tone or 0),
            "legal": self.is_legal,
            "icons": [task.channel_id.icon or "fa-circle" for task in self.task_ids],
        }
