from odoo import api, fields, models


class CollectionWhy(models.TransientModel):
    """Why (not)? Every step of a case's strategy today, with its reason, and what is in the way."""

    _name = "collection.why"
    _description = "Why (not)?"

    case_id = fields.Many2one("collection.case", required=True, ondelete="cascade")
    segment_id = fields.Many2one(related="case_id.segment_id")
    strategy_id = fields.Many2one(related="case_id.strategy_id")
    arm = fields.Selection(related="case_id.arm")
    next_text = fields.Char("Next")
    block_text = fields.Text(related="case_id.block_text")
    block_count = fields.Integer(related="case_id.block_count")
    line_ids = fields.One2many("collection.why.line", "why_id", "Steps")
    before_legal = fields.Integer("Steps before legal")
    has_legal = fields.Boolean()

    @api.model
    def _for_case(self, case):
        """Return the picture of a case as of today."""
        company = case.company_id
        if not case.segment_id:
            self.env["collection.policy"]._assign(company, case.ids)
        agenda, decisions = self.env["collection.agenda"], self.env["collection.decision"]
        outcome = agenda._decide(company, self.env["collection.refresh"]._today(company), case.sudo()).get(case.id)
        lines = []
        tasks = {}
        for task in outcome.tasks if outcome else ():
            tasks.setdefault(task.step, []).append(task)
        for row, shown in zip(outcome.steps, agenda._steps_as_values(case, outcome), strict=True) if outcome else ():
            reasons = [
                decisions._sentence(task.code, task.day, task.detail)
                for task in tasks.get(row.step, ())
                if task.code != "due"
            ]
            if row.verdict == "due" and not reasons and outcome.code != "due":
                reasons = [decisions._sentence(outcome.code, outcome.day, outcome.detail)]
            lines.append(
                {
                    "step_id": row.step,
                    "when": shown["when"],
                    "verdict": "wait" if row.verdict == "due" and reasons else row.verdict,
                    "reason": "; ".join(reasons) or shown["reason"],
                }
            )
        return self.create(
            {
                "case_id": case.id,
                "next_text": agenda._next_text(case, outcome) if outcome else decisions._reason_label("completed"),
                "line_ids": [fields.Command.create(line) for line in lines],
                "before_legal": outcome.before_legal or 0 if outcome else 0,
                "has_legal": bool(outcome and outcome.before_legal is not None),
            }
        )


class CollectionWhyLine(models.TransientModel):
    _name = "collection.why.line"
    _description = "Step and its reason"
    _order = "id"

    why_id = fields.Many2one("collection.why", required=True, ondelete="cascade")
    step_id = fields.Many2one("collection.strategy.step")
    when = fields.Char()
    verdict = fields.Selection([("due", "Now"), ("wait", "Not yet"), ("skip", "Left out"), ("done", "Done")])
    reason = fields.Char("Why (not)")
