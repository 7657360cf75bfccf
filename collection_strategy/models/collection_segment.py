from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

GRADES = [("A", "A"), ("B", "B"), ("C", "C"), ("D", "D"), ("E", "E")]


class CollectionSegment(models.Model):
    """A group of customers that is treated alike. The first one whose rules a case meets is its segment."""

    _name = "collection.segment"
    _description = "Segment"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Left empty, it is for all companies.", index=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    kind = fields.Selection(
        [("any", "Consumers and companies"), ("consumer", "Consumers"), ("company", "Companies")],
        "For",
        default="any",
        required=True,
    )
    aging_from = fields.Integer("Days overdue from", default=0)
    aging_to = fields.Integer("Days overdue up to", default=0, help="0 is no limit.")
    exposure_from = fields.Float("Owing from", default=0, help="All that is open, in the company's currency.")
    exposure_to = fields.Float("Owing less than", default=0, help="0 is no limit.")
    grade_from = fields.Selection(GRADES, "Rating from", help="A pays best.")
    grade_to = fields.Selection(GRADES, "Rating to")
    domain = fields.Char("Customers", default="[]", help="Any condition on the customer.")
    strategy_id = fields.Many2one(
        "collection.strategy", domain="[('state', '=', 'live')]", ondelete="restrict", check_company=True
    )
    holdout_percent = fields.Float(
        "Held out (%)",
        help="So many of 100 customers get nothing: only against them the effect of notices can be told.",
    )
    challenger_id = fields.Many2one(
        "collection.strategy",
        domain="[('state', '=', 'live')]",
        ondelete="restrict",
        check_company=True,
        help="Another strategy that is tried on a share of the segment.",
    )
    challenger_percent = fields.Float("Challenger gets (%)")
    case_count = fields.Integer("Cases", compute="_compute_totals")
    amount_overdue = fields.Monetary("Overdue", compute="_compute_totals")

    _shares = models.Constraint(
        "CHECK(holdout_percent >= 0 AND challenger_percent >= 0 AND holdout_percent + challenger_percent <= 100)",
        "The shares held out and challenged are zero or more, and together at most 100 percent.",
    )

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    @api.depends_context("company")
    def _compute_totals(self):
        rows = self.env["collection.case"]._read_group(
            [("segment_id", "in", self.ids), ("state", "!=", "completed"), ("company_id", "=", self.env.company.id)],
            ["segment_id"],
            ["__count", "amount_overdue:sum"],
        )
        found = {segment.id: (count, amount) for segment, count, amount in rows}
        for segment in self:
            segment.case_count, segment.amount_overdue = found.get(segment.id, (0, 0))

    @api.constrains("domain")
    def _check_domain(self):
        for segment in self:
            try:
                self.env["res.partner"].search_count(segment._customer_domain(), limit=1)
            except Exception as error:  # whatever a typed condition can raise
                raise ValidationError(
                    self.env._(
                        "“%(name)s”: the condition on customers cannot be used: %(why)s", name=segment.name, why=error
                    )
                ) from error

    @api.constrains("aging_from", "aging_to", "exposure_from", "exposure_to", "grade_from", "grade_to")
    def _check_ranges(self):
        for segment in self:
            upside_down = (
                (segment.aging_to and segment.aging_to < segment.aging_from)
                or (segment.exposure_to and segment.exposure_to <= segment.exposure_from)
                or (segment.grade_from and segment.grade_to and segment.grade_to < segment.grade_from)
            )
            if upside_down:
                raise ValidationError(
                    self.env._("“%s”: a range ends before it begins, so it would be empty.", segment.name)
                )

    def _customer_domain(self):
        """Return the condition on customers."""
        self.ensure_one()
        return Domain(safe_eval(self.domain or "[]", {"uid": self.env.uid}))

    @api.model
    def _follow_version(self, before, now):
        """Have segments use the new version of their strategy."""
        for name in ("strategy_id", "challenger_id"):
            self.with_context(active_test=False).search([(name, "in", before.ids)]).write({name: now.id})

    def action_open_cases(self):
        """List the running cases of the segment."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_case_action")
        return {**action, "domain": [("segment_id", "=", self.id), ("state", "!=", "completed")], "context": {}}

    def action_propose(self):
        """Look at the ledger and propose segments."""
        return self.env["collection.segment.propose"].action_propose()

    def action_assign_now(self):
        """Give every running case its segment and strategy now, not only tonight."""
        self.check_access("write")
        count = 0
        for company in self.env.companies:
            # sudo: a manager's right to set segments up is checked above; cases follow from them
            count += self.env["collection.policy"].sudo()._assign(company)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s cases changed their segment.", count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
