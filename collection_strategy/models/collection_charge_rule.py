from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import interest
from .collection_strategy_step import TONES


class CollectionChargeRule(models.Model):
    """What may be charged for late payment: by a country's law, or by contract."""

    _name = "collection.charge.rule"
    _description = "Rule for charges"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_ids = fields.Many2many(
        "res.country", string="Countries", help="Of the creditor: our company. Left empty, the rule holds everywhere."
    )
    company_id = fields.Many2one("res.company", index=True, help="Left empty, it holds for all companies.")
    applies_to = fields.Selection(
        [("company", "Companies"), ("consumer", "Consumers")],
        "Towards",
        required=True,
        default="company",
        help="Each rule is for one of them: what the law allows between companies is not allowed towards consumers.",
    )
    method = fields.Selection(
        [("reference", "Reference rate and points above it"), ("fixed", "Fixed percentage of the contract")],
        "Interest",
        required=True,
        default="reference",
    )
    rate_id = fields.Many2one("collection.rate", "Reference rate", ondelete="restrict")
    margin = fields.Float("Points above it", digits=(8, 4), default=8)
    fixed_percent = fields.Float("Percent a year", digits=(8, 4))
    fixing = fields.Selection(
        [
            (interest.HALF_YEAR, "For each half-year anew, as of its first day"),
            (interest.DAILY, "Whenever it changes"),
            (interest.AT_START, "Once, as of the first day of the delay"),
            (interest.AT_END, "Once, as of the day of payment"),
        ],
        "The rate is taken",
        required=True,
        default=interest.HALF_YEAR,
    )
    day_count = fields.Selection(
        [(interest.DAYS_365, "365 days"), (interest.ACTUAL, "366 days in leap years")],
        "A year has",
        required=True,
        default=interest.DAYS_365,
    )
    flat_ids = fields.One2many("collection.charge.flat", "rule_id", "Flat compensation", copy=True)
    flat_currency_id = fields.Many2one("res.currency", "Compensation in", ondelete="restrict")
    debt_currency_id = fields.Many2one(
        "res.currency", "Debts in", ondelete="restrict", help="The currency of the amounts from which the table counts."
    )
    law = fields.Char("Law or contract", help="Named on notices and invoices.")
    source = fields.Text()
    source_date = fields.Date("As of")
    is_verified = fields.Boolean("Verified", help="Somebody has read the source and found these figures in it.")
    on_notices = fields.Boolean(
        "On notices", default=True, help="Named on notices, where the company has switched charges on."
    )
    tone_from = fields.Selection(TONES, "From the tone", required=True, default="2")
    summary = fields.Char(compute="_compute_summary", string="Charges")

    _margin = models.Constraint(
        "CHECK(fixed_percent BETWEEN 0 AND 200 AND margin BETWEEN -20 AND 100)",
        "Percentages are between 0 and 200, points above a reference rate at most 100.",
    )

    @api.constrains("method", "rate_id", "flat_ids", "flat_currency_id", "debt_currency_id", "applies_to")
    def _check_complete(self):
        for rule in self:
            if rule.method == "reference" and not rule.rate_id:
                raise ValidationError(self.env._("“%s”: choose the reference rate.", rule.name))
            if rule.flat_ids and not (rule.flat_currency_id and rule.debt_currency_id):
                raise ValidationError(self.env._("“%s”: choose the currencies of the compensation.", rule.name))
            if rule.flat_ids and rule.applies_to == "consumer":
                raise ValidationError(
                    self.env._(
                        "“%s”: flat compensation is for debts between companies (Directive 2011/7/EU);"
                        " consumers do not owe it.",
                        rule.name,
                    )
                )

    @api.depends("method", "rate_id.name", "margin", "fixed_percent", "flat_ids.amount", "flat_currency_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            flats = " / ".join(f"{flat.amount:g}" for flat in rule.flat_ids)
            flats = f"{flats} {rule.flat_currency_id.name or ''}" if flats else ""
            rule.summary = " · ".join(filter(None, (rule._say_percent(), flats)))

    def _say_percent(self):
        """Return the yearly percentage in words."""
        if self.method == "fixed":
            return self.env._("%s %% a year", f"{self.fixed_percent:g}")
        if not self.rate_id:
            return ""
        return self.env._("%(rate)s + %(points)s points", rate=self.rate_id.name, points=f"{self.margin:g}")

    @api.model
    def _for(self, company, is_consumer):
        """Return the rule for the debts of a creditor's customers: a company's own before its country's before any.

        :param company: `res.company`
        :returns: `collection.charge.rule`, empty when there is none: then nothing may be charged
        """
        country = company.account_fiscal_country_id or company.country_id
        rules = self.search([("applies_to", "=", "consumer" if is_consumer else "company")]).filtered(
            lambda rule: (
                (not rule.company_id or rule.company_id in company.parent_ids)
                and (not rule.country_ids or country in rule.country_ids)
            )
        )
        # One country named is nearer than a list of them (Ireland is also a euro state).
        return rules.sorted(
            lambda rule: (not rule.company_id, not rule.country_ids, len(rule.country_ids), rule.sequence, rule.id)
        )[:1]

    def _terms(self):
        """Return how interest is counted, as `engine.interest` wants it."""
        self.ensure_one()
        if self.method == "fixed":
            return interest.Terms(fixed=_decimal(self.fixed_percent), day_count=self.day_count)
        return interest.Terms(
            margin=_decimal(self.margin),
            rates=self.rate_id._as_engine(),
            fixing=self.fixing,
            day_count=self.day_count,
        )

    def _compensation_table(self):
        """Return the flat compensation, as `engine.interest` wants it."""
        self.ensure_one()
        return [
            interest.Flat(Decimal(str(flat.amount_from)), Decimal(str(flat.amount)))
            for flat in self.flat_ids
            if self.applies_to == "company"
        ]


class CollectionChargeFlat(models.Model):
    """Flat compensation for the costs of recovery, for debts from an amount on."""

    _name = "collection.charge.flat"
    _description = "Flat compensation"
    _order = "rule_id, amount_from"

    rule_id = fields.Many2one("collection.charge.rule", required=True, ondelete="cascade", index=True)
    debt_currency_id = fields.Many2one(related="rule_id.debt_currency_id")
    flat_currency_id = fields.Many2one(related="rule_id.flat_currency_id")
    amount_from = fields.Monetary("Debt from", currency_field="debt_currency_id")
    amount = fields.Monetary("Compensation", currency_field="flat_currency_id", required=True)

    _once = models.Constraint("UNIQUE(rule_id, amount_from)", "There is a compensation from this amount on already.")
    _positive = models.Constraint("CHECK(amount_from >= 0 AND amount > 0)", "Amounts are above zero.")


def _decimal(value):
    """Return a percentage as Decimal, with the four decimals it is stored with."""
    return Decimal(str(round(value, 4)))
