from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import fair_contact
from .collection_strategy_step import TONES

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

FIGURES = {
    *("country_id", "applies_to", "kind", "hour_from", "hour_to", "off_on_holidays", "max_tone", "never_channel_ids"),
    *("limit_count", "limit_days", "limit_by_calendar", "gap_hours", "cooldown_days", "grace_days"),
    *WEEKDAYS,
}
"""What a source is for: a change of these makes a rule unverified."""


class CollectionContactRule(models.Model):
    """What a law, or the house, allows when debtors are contacted. Of all rules that apply, the strictest counts."""

    _name = "collection.contact.rule"
    _description = "Fair-contact rule"
    _order = "country_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one(
        "res.country", ondelete="restrict", help="Where the debtor is; left empty, the rule holds everywhere."
    )
    company_id = fields.Many2one("res.company", index=True, help="Left empty, it holds for all companies.")
    applies_to = fields.Selection(
        [("consumer", "Consumers"), ("company", "Companies"), ("all", "Both")],
        "Towards",
        required=True,
        default="consumer",
        help="A customer that is not a company is treated as a consumer.",
    )
    kind = fields.Selection(
        [
            (fair_contact.ANY, "All contacts together"),
            (fair_contact.CALL, "Calls"),
            (fair_contact.MESSAGE, "Messages"),
            (fair_contact.VISIT, "Visits"),
        ],
        "About",
        required=True,
        default=fair_contact.ANY,
    )
    hour_from = fields.Float("From", default=0, help="In the debtor's time zone. Letters have no hour.")
    hour_to = fields.Float("To", default=24, help="In the debtor's time zone; from this minute on it is too late.")
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean(default=True)
    sunday = fields.Boolean(default=True)
    off_on_holidays = fields.Boolean("Not on public holidays", help="Of the debtor's country, or region where known.")
    limit_count = fields.Integer("At most", help="So many contacts of this kind; 0 is no limit.")
    limit_days = fields.Integer("Within days", default=7)
    limit_by_calendar = fields.Boolean(
        "Days of the calendar",
        help="“Once every second day” is by the calendar: on Wednesday again after Monday, whatever the hour. "
        "Otherwise a day is 24 hours.",
    )
    gap_hours = fields.Integer("Hours between two", help="0 is no limit.")
    cooldown_days = fields.Integer("Days of rest after a conversation", help="0 is none. A day is 24 hours.")
    grace_days = fields.Integer(
        "Days after the due date", help="The debt must have been overdue for so many days; 0 is no limit."
    )
    max_tone = fields.Selection(TONES, "Most severe tone", help="Left empty, there is no limit.")
    never_channel_ids = fields.Many2many("collection.channel", string="Never by", help="Channels that are not allowed.")
    source = fields.Text(help="The law, or who decided it.")
    source_date = fields.Date("As of", help="When the source was read.")
    is_verified = fields.Boolean(
        "Verified",
        help="Somebody has read the source and found these figures in it. A change of the figures clears it.",
    )
    days_text = fields.Char("Days and hours", compute="_compute_texts")
    limits_text = fields.Char("Limits", compute="_compute_texts")

    _hours = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24)",
        "The hours are from 0 to 24, and the first is before the last.",
    )
    _days = models.Constraint(
        "CHECK(monday OR tuesday OR wednesday OR thursday OR friday OR saturday OR sunday)",
        "There is a day left on which contact is allowed. To forbid something altogether, name its channel.",
    )
    _counts = models.Constraint(
        "CHECK(limit_count >= 0 AND gap_hours >= 0 AND cooldown_days >= 0 AND grace_days >= 0"
        " AND (limit_count = 0 OR limit_days > 0))",
        "Numbers are zero or more, and a limit is within one day at least.",
    )

    @api.constrains("limit_days", "gap_hours", "cooldown_days", "grace_days")
    def _check_is_short(self):
        for rule in self:
            days = max(rule.limit_days, rule.gap_hours / 24, rule.cooldown_days, rule.grace_days)
            if days > fair_contact.FAR.days - 35:
                raise ValidationError(self.env._("“%s”: a rule looks back for a year at most.", rule.name))

    @api.depends("hour_from", "hour_to", "off_on_holidays", *WEEKDAYS)
    @api.depends("limit_count", "limit_days", "limit_by_calendar", "gap_hours", "cooldown_days", "grace_days")
    @api.depends("max_tone", "never_channel_ids.name")
    @api.depends_context("lang")
    def _compute_texts(self):
        for rule in self:
            rule.days_text = rule._say_days()
            rule.limits_text = " · ".join(rule._say_limits())

    def _say_days(self):
        days = [self._fields[day]._description_string(self.env) for day in WEEKDAYS if self[day]]
        if len(days) == 7:
            text = self.env._("Every day")
        elif [self[day] for day in WEEKDAYS] == [True] * len(days) + [False] * (7 - len(days)) and len(days) > 1:
            text = self.env._("%(first)s to %(last)s", first=days[0], last=days[-1])
        else:
            text = ", ".join(days)
        if self.off_on_holidays:
            text = self.env._("%s, no public holidays", text)
        if (self.hour_from, self.hour_to) == (0, 24):
            return text
        return f"{text}, {_clock(self.hour_from)}–{_clock(self.hour_to)}"

    def _say_limits(self):
        tones = dict(self._fields["max_tone"]._description_selection(self.env))
        return [
            text
            for wanted, text in (
                (
                    self.limit_count,
                    self.env._("at most %(count)s in %(days)s days", count=self.limit_count, days=self.limit_days),
                ),
                (self.gap_hours, self.env._("%s hours between two", self.gap_hours)),
                (self.cooldown_days, self.env._("%s days of rest after a conversation", self.cooldown_days)),
                (self.grace_days, self.env._("not before %s days overdue", self.grace_days)),
                (self.max_tone, self.env._("up to “%s”", tones.get(self.max_tone))),
                (
                    self.never_channel_ids,
                    self.env._("never by: %s", ", ".join(self.never_channel_ids.mapped("name"))),
                ),
            )
            if wanted
        ]

    def write(self, vals):
        if FIGURES & set(vals) and "is_verified" not in vals:
            vals = {**vals, "is_verified": False}
        return super().write(vals)

    def _as_engine(self):
        """Return the rule as `engine.fair_contact` wants it."""
        self.ensure_one()
        return fair_contact.Rule(
            id=self.id,
            kind=self.kind,
            minute_from=round(self.hour_from * 60),
            minute_to=round(self.hour_to * 60),
            weekdays=frozenset(number for number, day in enumerate(WEEKDAYS) if self[day]),
            off_on_holidays=self.off_on_holidays,
            limit=self.limit_count,
            limit_days=self.limit_days,
            limit_by_calendar=self.limit_by_calendar,
            gap_hours=self.gap_hours,
            cooldown_days=self.cooldown_days,
            grace_days=self.grace_days,
            max_tone=int(self.max_tone) if self.max_tone else None,
            never_by=frozenset(self.never_channel_ids.ids),
        )

    def _is_about(self, company, country, is_consumer):
        """Tell whether the rule holds for a debtor.

        :param company: `res.company`, the creditor; a rule of its parent holds for a branch
        :param country: `res.country` of the debtor, may be empty
        """
        self.ensure_one()
        return (
            (not self.company_id or self.company_id in company.parent_ids)
            and (not self.country_id or self.country_id == country)
            and self.applies_to in ("all", "consumer" if is_consumer else "company")
        )


def _clock(hours):
    minutes = round(hours * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
