from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.pareto import rounded, threshold
from ..queries import segments as segment_queries


class CollectionSegmentPropose(models.TransientModel):
    """Look at the ledger and propose segments: consumer or company, large or small, pays well or badly (F31)."""

    _name = "collection.segment.propose"
    _description = "Proposal of segments"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many("collection.segment.propose.line", "propose_id", "Segments")
    replace = fields.Boolean("Instead of the present ones", default=True, help="The present segments are archived.")

    @api.model
    def action_propose(self):
        """Look at the running cases and open the proposal."""
        self.env["collection.segment"].check_access("create")
        proposal = self.create({"company_id": self.env.company.id})
        proposal._propose()
        return {
            "name": self.env._("Proposed segments"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": proposal.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _propose(self):
        """Write a line for each group that there is."""
        self.ensure_one()
        self.env["collection.case"]._flush_for(segment_queries.FLUSH)
        rows = self.env.execute_query_dict(segment_queries.facts(self.company_id))
        if not rows:
            raise UserError(self.env._("There are no running cases to look at yet: refresh from the ledger first."))
        lines = []
        for kind, is_company in (("company", True), ("consumer", False)):
            own = [row for row in rows if bool(row["is_company"]) == is_company]
            if not own:
                continue
            large = rounded(threshold([row["exposure"] for row in own]))
            bad = [row for row in own if row["grade"] in ("D", "E")]
            rest = [row for row in own if row["grade"] not in ("D", "E")]
            lines.append(self._line(kind, "bad", bad, large))
            lines.append(self._line(kind, "large", [row for row in rest if row["exposure"] >= large], large))
            lines.append(self._line(kind, "small", [row for row in rest if row["exposure"] < large], large))
        self.line_ids = [fields.Command.create(line) for line in lines if line["case_count"]]

    def _line(self, kind, group, rows, large):
        names = {
            ("company", "bad"): self.env._("Companies that pay badly"),
            ("company", "large"): self.env._("Companies, large debts"),
            ("company", "small"): self.env._("Companies, small debts"),
            ("consumer", "bad"): self.env._("Consumers who pay badly"),
            ("consumer", "large"): self.env._("Consumers, large debts"),
            ("consumer", "small"): self.env._("Consumers, small debts"),
        }
        shipped = {"company": "gentle", "consumer": "consumer"}[kind]
        if (kind, group) == ("company", "bad"):
            shipped = "firm"
        strategies = self.env["collection.strategy"].search([("state", "=", "live"), ("family", "=", shipped)], limit=1)
        return {
            "name": names[kind, group],
            "kind": kind,
            "grade_from": "D" if group == "bad" else False,
            "exposure_from": large if group == "large" else 0,
            "strategy_id": strategies.id,
            "case_count": len(rows),
            "amount": sum(row["exposure"] for row in rows),
        }

    def action_accept(self):
        """Make the segments as they stand here."""
        self.ensure_one()
        segments = self.env["collection.segment"]
        segments.check_access("create")
        chosen = self.line_ids.filtered("is_chosen")
        if not chosen:
            raise UserError(self.env._("Choose at least one segment."))
        if self.replace:
            segments.search([("company_id", "in", (False, self.company_id.id))]).active = False
        for number, line in enumerate(chosen, 1):
            segments.create(
                {
                    "name": line.name,
                    "sequence": number * 10,
                    "kind": line.kind,
                    "grade_from": line.grade_from,
                    "exposure_from": line.exposure_from,
                    "strategy_id": line.strategy_id.id,
                    "company_id": self.company_id.id,
                }
            )
        return segments.action_assign_now()


class CollectionSegmentProposeLine(models.TransientModel):
    _name = "collection.segment.propose.line"
    _description = "Proposed segment"
    _order = "id"

    propose_id = fields.Many2one("collection.segment.propose", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="propose_id.currency_id")
    is_chosen = fields.Boolean("Take", default=True)
    name = fields.Char(required=True)
    kind = fields.Selection([("consumer", "Consumers"), ("company", "Companies")], required=True)
    grade_from = fields.Selection([("D", "D and E")], "Rating")
    exposure_from = fields.Float("Owing from")
    strategy_id = fields.Many2one("collection.strategy", domain="[('state', '=', 'live')]")
    case_count = fields.Integer("Cases", readonly=True)
    amount = fields.Monetary("Owed", readonly=True)
