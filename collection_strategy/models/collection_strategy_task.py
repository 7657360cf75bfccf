from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionStrategyStepTask(models.Model):
    """What a step does on one channel."""

    _name = "collection.strategy.step.task"
    _description = "What a step does"
    _order = "step_id, sequence, id"

    step_id = fields.Many2one("collection.strategy.step", required=True, ondelete="cascade", index=True)
    strategy_id = fields.Many2one(related="step_id.strategy_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    channel_id = fields.Many2one(
        "collection.channel", required=True, ondelete="restrict", domain="[('handler', '!=', False)]"
    )
    handler = fields.Selection(related="channel_id.handler")
    needs_template = fields.Boolean(related="channel_id.needs_template")
    template_id = fields.Many2one("collection.template", "Wording", ondelete="restrict")
    condition = fields.Selection(
        [("always", "Always"), ("unreachable", "If the one before cannot reach anybody")],
        default="always",
        required=True,
    )
    preferred = fields.Boolean(
        "Or the customer's preferred channel",
        help="Goes out by e-mail, SMS or letter instead when the customer prefers that.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type", "Kind of work", domain="[('collection_participates', '=', True)]", ondelete="restrict"
    )
    role = fields.Selection(
        [("debt_manager", "Debt manager"), ("head", "Head of the department"), ("sales", "Salesperson")],
        "Who",
        default="debt_manager",
        required=True,
        help="Who gets the work or the alert.",
    )
    note = fields.Char("What to do", translate=True)

    @api.depends("channel_id", "template_id")
    def _compute_display_name(self):
        for task in self:
            task.display_name = " · ".join(filter(None, (task.channel_id.name, task.template_id.name)))

    def _check_complete(self):
        """Refuse a task without what its channel needs.

        :raises UserError: with the step's name and what is missing
        """
        self.ensure_one()
        if self.channel_id.needs_template and not self.template_id:
            raise UserError(
                self.env._(
                    "“%(step)s” sends by %(channel)s: choose its wording.",
                    step=self.step_id.name,
                    channel=self.channel_id.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        tasks = super().create(vals_list)
        tasks.strategy_id._check_is_draft()
        return tasks

    def write(self, vals):
        self.strategy_id._check_is_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_drafts(self):
        self.strategy_id._check_is_draft()
