from decimal import Decimal
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..engine import interest


class CollectionRate(models.Model):
    """A reference rate that the law counts interest from, such as the ECB's main refinancing rate."""

    _name = "collection.rate"
    _description = "Reference rate"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", ondelete="restrict", help="Left empty, it is not one country's.")
    currency_id = fields.Many2one("res.currency", ondelete="restrict")
    source = fields.Text(help="Where it is published.")
    line_ids = fields.One2many("collection.rate.line", "rate_id", "Rates")
    known_until = fields.Date(compute="_compute_known_until")
    is_outdated = fields.Boolean(compute="_compute_known_until", help="There is no rate for today.")

    @api.depends("line_ids.date_to", "line_ids.date_from")
    def _compute_known_until(self):
        today = fields.Date.context_today(self)
        for rate in self:
            rate.known_until = max(rate.line_ids.mapped("date_to"), default=False)
            rate.is_outdated = not rate.line_ids.filtered(lambda line: line.date_from <= today <= line.date_to)

    def _as_engine(self):
        """Return the rates as `engine.interest` wants them."""
        return tuple(
            interest.Rate(line.date_from, line.date_to, Decimal(str(round(line.percent, 4)))) for line in self.line_ids
        )

    def _missing(self, day):
        """Return the error for a day without a rate: it is asked for, not invented.

        :param day: the day that needs one
        """
        self.ensure_one()
        return UserError(
            self.env._(
                "There is no rate of “%(rate)s” for %(day)s, so the interest cannot be told."
                " Enter it under Policy, Reference rates.",
                rate=self.name,
                day=day,
            )
        )


class CollectionRateLine(models.Model):
    """A reference rate for a time: by default for the half-year that begins on its first day."""

    _name = "collection.rate.line"
    _description = "Reference rate for a time"
    _order = "rate_id, date_from desc"

    rate_id = fields.Many2one("collection.rate", required=True, ondelete="cascade", index=True)
    date_from = fields.Date("From", required=True)
    date_to = fields.Date(
        "To",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Included. After it the rate is not known: it is never carried on.",
    )
    percent = fields.Float("Percent a year", digits=(8, 4), required=True)
    source = fields.Char()
    is_verified = fields.Boolean("Verified", help="Somebody has compared it with its publication.")

    _span = models.Constraint("CHECK(date_from <= date_to)", "A rate's first day is not after its last.")
    _once = models.Constraint("UNIQUE(rate_id, date_from)", "There is a rate from this day on already.")
    _plausible = models.Constraint(
        "CHECK(percent BETWEEN -10 AND 200)", "A rate is between −10 and 200 percent a year."
    )

    @api.depends("date_from")
    def _compute_date_to(self):
        for line in self:
            line.date_to = interest.half_year_end(line.date_from) if line.date_from else False

    @api.constrains("date_from", "date_to", "rate_id")
    def _check_overlap(self):
        for rate in self.rate_id:
            lines = rate.line_ids.sorted("date_from")
            for before, after in pairwise(lines):
                if after.date_from <= before.date_to:
                    raise ValidationError(
                        self.env._(
                            "“%(rate)s” has two rates for %(day)s: end the one before earlier.",
                            rate=rate.name,
                            day=after.date_from,
                        )
                    )
