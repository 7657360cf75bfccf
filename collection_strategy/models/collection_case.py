from odoo import api, fields, models
from odoo.exceptions import UserError

from .collection_item import PAYING, UNMATCHED


class CollectionCase(models.Model):
    """A case under a policy: its segment, the version of the strategy it started with, what comes next and why."""

    _inherit = "collection.case"

    segment_id = fields.Many2one(
        "collection.segment", readonly=True, copy=False, index="btree_not_null", ondelete="set null"
    )
    strategy_id = fields.Many2one(
        "collection.strategy",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The version the case started with; it keeps it until its cycle ends.",
    )
    arm = fields.Selection(
        [("main", "Main strategy"), ("challenger", "Challenger"), ("holdout", "Held out")],
        "Experiment",
        readonly=True,
        copy=False,
        help="Held out: gets no notice, so that the effect of notices can be told.",
    )
    notice_ids = fields.One2many("collection.notice", "case_id", "Notices")
    notice_count = fields.Integer(compute="_compute_notice_count")
    next_step_text = fields.Char("Next notice", compute="_compute_next_step")
    steps_before_legal = fields.Integer(compute="_compute_next_step")
    has_legal_step = fields.Boolean(compute="_compute_next_step")
    step_ids = fields.Json("Steps", compute="_compute_next_step")

    @api.model
    def _derived_fields(self):
        return super()._derived_fields() | {"segment_id", "strategy_id", "arm"}

    def _block_sentence(self, block):
        labels = self.env["collection.decision"]._labels()
        return labels[block.code] if block.code in (PAYING, UNMATCHED) else super()._block_sentence(block)

    def _compute_notice_count(self):
        rows = self.env["collection.notice"]._read_group([("case_id", "in", self.ids)], ["case_id"], ["__count"])
        counts = {case.id: count for case, count in rows}
        for case in self:
            case.notice_count = counts.get(case.id, 0)

    @api.depends("strategy_id", "arm", "amount_overdue", "oldest_due_date", "cycle", "action_ids.state")
    def _compute_next_step(self):
        agenda = self.env["collection.agenda"]
        decisions = self.env["collection.decision"]
        for company, cases in self.grouped("company_id").items():
            if not company:
                continue
            # sudo: what comes next may be read by whoever may read the case
            stored = cases._origin.sudo()
            found = agenda.sudo()._decide(company, self.env["collection.refresh"]._today(company), stored)
            for case in cases:
                outcome = found.get(case._origin.id)
                case.step_ids = outcome and agenda._steps_as_values(case, outcome)
                legal = outcome and outcome.before_legal
                case.has_legal_step = legal is not None and outcome is not None
                case.steps_before_legal = legal or 0
                case.next_step_text = (
                    agenda._next_text(case, outcome) if outcome else decisions._reason_label("no_strategy")
                )
        for case in self - self.filtered("company_id"):
            case.update({"step_ids": False, "has_legal_step": False, "steps_before_legal": 0, "next_step_text": False})

    def action_why(self):
        """Open what the policy says about this case today: every step, due or not, with its reason."""
        self.ensure_one()
        self.check_access("read")
        return {
            "name": self.env._("Why (not)? %s", self.display_name),
            "type": "ir.actions.act_window",
            "res_model": "collection.why",
            # sudo: a picture of what is decided anyway, for whoever may read the case
            "res_id": self.env["collection.why"].sudo()._for_case(self).id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _use_strategy(self, strategy, arm="main"):
        """Have cases follow a version from now on; what was taken stays taken where the steps' names agree.

        :param strategy: `collection.strategy`
        """
        self._write_derived({"strategy_id": strategy.id, "arm": arm})
        for case in self:
            case._message_log(body=self.env._("The strategy is now %s.", strategy.display_name))

    def action_open_notices(self):
        """List the notices of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_strategy.collection_notice_action")
        return {**action, "domain": [("case_id", "=", self.id)], "context": {}}

    def action_next_step_now(self):
        """Take the next step of the ladder now, before its day; the gate is asked all the same."""
        self.ensure_one()
        self.check_access("write")
        # sudo: the right was checked; the outbox is not written by hand
        planned = self.env["collection.agenda"].sudo()._take_now(self.sudo())
        if not planned:
            raise UserError(self.env._("Nothing can be sent now: %s", self.next_step_text))
        self.env["collection.deliver"]._soon()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
