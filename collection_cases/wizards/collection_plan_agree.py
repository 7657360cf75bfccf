from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import instalments
from ..models.collection_promise import MOST_YEARS


class CollectionPlanAgree(models.TransientModel):
    """Agree an instalment plan: a schedule is proposed and can be changed line by line."""

    _name = "collection.plan.agree"
    _description = "Agree an instalment plan"

    case_id = fields.Many2one("collection.case", required=True, readonly=True, ondelete="cascade")
    item_ids = fields.Many2many(
        "collection.item",
        string="For",
        domain="[('case_id', '=', case_id), ('state', '=', 'open'), ('residual', '>', 0)]",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_total", store=True)
    total = fields.Monetary(compute="_compute_total", store=True, readonly=False)
    down_payment = fields.Monetary()
    count = fields.Integer("Instalments", default=3, required=True)
    every = fields.Selection(
        [("week", "Week"), ("two_weeks", "Two weeks"), ("month", "Month"), ("quarter", "Quarter")],
        default="month",
        required=True,
    )
    first_date = fields.Date("First on", required=True)
    contact_id = fields.Many2one("res.partner", "Agreed with")
    note = fields.Text()
    line_ids = fields.One2many(
        "collection.plan.agree.line", "wizard_id", compute="_compute_line_ids", store=True, readonly=False
    )
    sum = fields.Monetary("Sum of the instalments", compute="_compute_sum")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            case = self.env["collection.case"].browse(vals.get("case_id") or self.env.context.get("default_case_id"))
            case.check_access("write")  # here, because the total is computed as superuser
        return super().create(vals_list)

    @api.depends("item_ids")
    def _compute_total(self):
        for wizard in self:
            wizard.currency_id = wizard.item_ids[:1].currency_id or wizard.case_id.currency_id
            wizard.total = sum(
                item.residual for item in wizard.item_ids._origin if item.currency_id == wizard.currency_id
            )

    @api.depends("total", "down_payment", "count", "every", "first_date")
    def _compute_line_ids(self):
        for wizard in self:
            rows = []
            if wizard.total and wizard.first_date:
                try:
                    rows = wizard._schedule()
                except UserError:
                    rows = []  # said when the plan is agreed; typing is not interrupted
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create({"date": date, "amount": float(amount)}) for date, amount in rows
            ]

    def _schedule(self):
        digits = self.currency_id.decimal_places
        texts = {
            "total": self.env._("The total is an amount above zero."),
            "count": self.env._("A plan has between 1 and %s instalments.", instalments.MOST),
            "every": self.env._("Choose how often an instalment is due."),
            "down_payment": self.env._("The down payment is zero or more, and less than the total."),
            "too_small": self.env._("The instalments would be below the smallest amount: take fewer."),
        }
        if self.first_date > fields.Date.add(fields.Date.context_today(self), years=MOST_YEARS):
            raise UserError(self.env._("The first instalment is more than %s years away.", MOST_YEARS))
        try:
            return instalments.schedule(
                round(Decimal(repr(self.total)), digits),
                self.count,
                self.first_date,
                self.every,
                digits,
                round(Decimal(repr(self.down_payment or 0)), digits),
            )
        except ValueError as error:
            raise UserError(texts[error.args[0]]) from error

    @api.depends("line_ids.amount")
    def _compute_sum(self):
        for wizard in self:
            wizard.sum = sum(wizard.line_ids.mapped("amount"))

    def action_agree(self):
        """Make the plan and its instalments."""
        self.ensure_one()
        if not self.line_ids:
            self._schedule()  # says what is wrong
            raise UserError(self.env._("Say when the first instalment is due."))
        if self.currency_id.compare_amounts(self.sum, self.total):
            raise UserError(
                self.env._(
                    "The instalments sum to %(sum)s instead of %(total)s: correct one of them.",
                    sum=self.currency_id.format(self.sum),
                    total=self.currency_id.format(self.total),
                )
            )
        self.env["collection.plan"]._agree(
            self.case_id,
            self.item_ids,
            [(line.date, line.amount) for line in self.line_ids.sorted("date")],
            contact=self.contact_id,
            note=self.note,
        )
        return {"type": "ir.actions.act_window_close"}


class CollectionPlanAgreeLine(models.TransientModel):
    """One proposed instalment."""

    _name = "collection.plan.agree.line"
    _description = "Proposed instalment"
    _order = "date, id"

    wizard_id = fields.Many2one("collection.plan.agree", required=True, ondelete="cascade")
    date = fields.Date(required=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    amount = fields.Monetary(required=True)
