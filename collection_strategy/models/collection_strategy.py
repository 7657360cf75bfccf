from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import ladder


class CollectionStrategy(models.Model):
    """A version of a ladder: which step follows when. Live and retired versions do not change any more."""

    _name = "collection.strategy"
    _description = "Strategy"
    _inherit = ["mail.thread"]
    _order = "sequence, name, version desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Left empty, all companies may use it.")
    family = fields.Char(
        required=True,
        copy=False,
        readonly=True,
        default=lambda self: self.env["ir.sequence"].sudo().next_by_code("collection.strategy"),  # sudo: a number only
        help="What the versions of one strategy have in common.",
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("live", "Live"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    date_live = fields.Date("Live since", readonly=True, copy=False)
    change_note = fields.Char("What changed", copy=False, tracking=True)
    catch_up = fields.Selection(
        [(ladder.FIRST, "At the first step"), (ladder.REACHED, "At the step its delay has reached")],
        "A late case begins",
        default=ladder.FIRST,
        required=True,
        help="First step: whoever enters late climbs the whole ladder, each step as far from the one before as on the"
        " time line. Step reached: earlier steps are left out.",
    )
    step_ids = fields.One2many("collection.strategy.step", "strategy_id", "Steps", copy=True)
    case_count = fields.Integer("Running cases", compute="_compute_case_count")
    time_line = fields.Json(compute="_compute_time_line")

    _version_uniq = models.Constraint("UNIQUE(family, version)", "This version is there already: reload the page.")
    _live_uniq = models.UniqueIndex(
        "(family) WHERE state = 'live'", "Another version of this strategy is live already: reload the page."
    )

    @api.depends("name", "version", "state")
    def _compute_display_name(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for strategy in self:
            text = self.env._("%(name)s v%(version)s", name=strategy.name or "", version=strategy.version)
            strategy.display_name = text if strategy.state == "live" else f"{text} ({labels[strategy.state]})"

    def _compute_case_count(self):
        rows = self.env["collection.case"]._read_group(
            [("strategy_id", "in", self.ids), ("state", "!=", "completed")], ["strategy_id"], ["__count"]
        )
        counts = {strategy.id: count for strategy, count in rows}
        for strategy in self:
            strategy.case_count = counts.get(strategy.id, 0)

    @api.depends("step_ids.delay", "step_ids.trigger", "step_ids.name", "step_ids.task_ids.channel_id", "step_ids.tone")
    def _compute_time_line(self):
        for strategy in self:
            strategy.time_line = [step._on_time_line() for step in strategy.step_ids]

    # === LIFE === #

    def action_publish(self):
        """Put this version live: new cases start with it, running ones keep theirs."""
        for strategy in self:
            if strategy.state != "draft":
                raise UserError(
                    self.env._("%s is no draft: make a new version, change it, then put it live.", strategy.name)
                )
            strategy._check_complete()
            before = self.search([("family", "=", strategy.family), ("state", "=", "live")])
            before.state = "retired"
            self.env.flush_all()
            strategy.write({"state": "live", "date_live": fields.Date.context_today(self)})
            self.env["collection.segment"]._follow_version(before, strategy)

    def action_new_version(self):
        """Make a draft with the same steps, to be changed and put live."""
        self.ensure_one()
        draft = self.search([("family", "=", self.family), ("state", "=", "draft")], limit=1)
        if not draft:
            last = self.search([("family", "=", self.family)], order="version desc", limit=1)
            draft = self.copy({"family": self.family, "version": last.version + 1, "name": self.name})
        return draft._open()

    def action_retire(self):
        """Take this version out of use; running cases keep it to their end."""
        for strategy in self.filtered(lambda strategy: strategy.state == "live"):
            used = self.env["collection.segment"].search(
                ["|", ("strategy_id", "=", strategy.id), ("challenger_id", "=", strategy.id)]
            )
            if used:
                raise UserError(
                    self.env._(
                        "%(name)s is used by %(segments)s. Give them another strategy first.",
                        name=strategy.display_name,
                        segments=", ".join(used.mapped("name")),
                    )
                )
            strategy.state = "retired"

    def action_move_cases(self):
        """Have all running cases of older versions follow this one; what was sent already stays sent."""
        self.ensure_one()
        if self.state != "live":
            raise UserError(self.env._("Only a live version can be followed."))
        older = self.search([("family", "=", self.family), ("id", "!=", self.id)])
        cases = self.env["collection.case"].search([("strategy_id", "in", older.ids), ("state", "!=", "completed")])
        cases._use_strategy(self)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("%s cases follow this version now.", len(cases))},
        }

    def action_open_cases(self):
        """List the running cases that use this version."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_case_action")
        return {**action, "domain": [("strategy_id", "=", self.id), ("state", "!=", "completed")], "context": {}}

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _check_complete(self):
        if not self.step_ids:
            raise UserError(self.env._("%s has no steps yet: add at least one.", self.name))
        for step in self.step_ids:
            step._check_complete()

    def write(self, vals):
        kept = {"sequence", "state", "date_live", "name", "message_follower_ids", "activity_ids"}
        if not kept.issuperset(vals):
            self._check_is_draft()
        return super().write(vals)

    def _check_is_draft(self):
        fixed = self.filtered(lambda strategy: strategy.state != "draft")
        if fixed and not self.env.context.get("install_mode"):
            raise UserError(
                self.env._(
                    "%s is in use, so it stays as it is: cases have to be able to show by what they were treated. Press"
                    " “New version”, change that, and put it live.",
                    fixed[0].display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_is_draft()

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if not default or "name" not in default:
            for strategy, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", strategy.name)
        return vals_list

    def copy(self, default=None):
        copies = super().copy(default)
        # A step that follows another one follows the copy of that one.
        for strategy, twin in zip(self, copies, strict=True):
            twins = dict(zip(strategy.step_ids, twin.step_ids, strict=True))
            for step, new in twins.items():
                if twin.family == strategy.family:
                    new.root_id = step.root_id or step
                if step.after_step_id:
                    new.after_step_id = twins.get(step.after_step_id)
        return copies

    def action_export(self):
        """Download the version as JSON."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": f"/collections/strategy/{self.id}.json", "target": "download"}

    # === FOR THE ENGINE === #

    def _policy(self):
        """Return the version as the engine wants it."""
        self.ensure_one()
        return ladder.Policy(tuple(step._as_rung() for step in self.step_ids), self.catch_up)
