from odoo import api, fields, models
from odoo.exceptions import UserError


class CollectionHandoverLine(models.Model):
    """What should be in the collector's bag, by currency and method, and what was counted."""

    _name = "collection.handover.line"
    _description = "Takings handed over"
    _order = "method, currency_id, id"

    handover_id = fields.Many2one("collection.handover", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="handover_id.company_id", store=True, precompute=True)
    user_id = fields.Many2one(related="handover_id.user_id", store=True, precompute=True)
    department_id = fields.Many2one(related="handover_id.department_id", store=True, precompute=True)
    state = fields.Selection(related="handover_id.state")
    method = fields.Selection([("cash", "Cash"), ("cheque", "Cheque")], required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    receipt_count = fields.Integer("Receipts", readonly=True)
    expected = fields.Monetary(readonly=True)
    counted = fields.Monetary(help="What the supervisor counted.")
    is_counted = fields.Boolean("Counted?", compute="_compute_is_counted", store=True, readonly=False)
    difference = fields.Monetary(compute="_compute_difference", store=True)

    _kind_uniq = models.Constraint("UNIQUE(handover_id, method, currency_id)", "One line for each currency and method.")

    @api.depends("method", "currency_id")
    def _compute_display_name(self):
        methods = dict(self._fields["method"]._description_selection(self.env))
        for line in self:
            line.display_name = f"{methods.get(line.method)} {line.currency_id.name}"

    @api.depends("counted")
    def _compute_is_counted(self):
        for line in self:
            line.is_counted = line.is_counted or not line.currency_id.is_zero(line.counted)

    @api.depends("counted", "expected", "is_counted")
    def _compute_difference(self):
        for line in self:
            line.difference = line.counted - line.expected if line.is_counted else 0

    @api.model
    def _sum_up(self, handover):
        """Write what is expected of a hand-over, one line for each currency and method."""
        # sudo: sums of the collector's receipts; whose they are was checked with the hand-over
        lines = self.sudo()
        groups = (
            self.env["collection.receipt"]
            .sudo()
            ._read_group([("handover_id", "=", handover.id)], ["method", "currency_id"], ["amount:sum", "__count"])
        )
        for method, currency, expected, count in groups:
            values = {"expected": expected, "receipt_count": count}
            line = handover.sudo().line_ids.filtered(
                lambda one, method=method, currency=currency: one.method == method and one.currency_id == currency
            )
            if line:
                line.write(values)
            else:
                lines.create({**values, "handover_id": handover.id, "method": method, "currency_id": currency.id})

    def write(self, vals):
        if not self.env.su:
            if set(vals) - {"counted", "is_counted"}:
                raise UserError(self.env._("What is expected follows from the receipts; enter what you counted."))
            for line in self:
                if line.state != "draft":
                    raise UserError(self.env._("What was counted and taken over stays as it was."))
                if not line.handover_id._is_supervisor():
                    raise UserError(self.env._("A manager or the head of the department counts, never the collector."))
            if vals.get("counted", 0) < 0:
                raise UserError(self.env._("What is counted is zero or more."))
        return super().write(vals)
