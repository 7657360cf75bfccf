from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.tools import format_time


class CollectionCase(models.Model):
    """What time it is where the debtor is: nobody is called at night."""

    _inherit = "collection.case"

    debtor_time = fields.Char("Time at the debtor's", compute="_compute_debtor_time")

    @api.depends("branch_id.tz", "partner_id.tz")
    @api.depends_context("lang", "tz", "uid")
    def _compute_debtor_time(self):
        now = pytz.utc.localize(fields.Datetime.now())
        here = _clock(now, self.env.context.get("tz") or self.env.user.tz)
        for case in self:
            # sudo: who may read the case may know when to call
            zone = (case.branch_id.sudo().tz or case.partner_id.sudo().tz) if case.partner_id else False
            there = _clock(now, zone)
            if not zone or there.replace(tzinfo=None) == here.replace(tzinfo=None):
                case.debtor_time = False
                continue
            case.debtor_time = self.env._(
                "%(time)s in %(place)s",
                time=format_time(self.env, there.time(), time_format="short"),
                place=zone.split("/")[-1].replace("_", " "),
            )


def _clock(now, zone) -> datetime:
    """Return what the clocks of a time zone show."""
    return now.astimezone(pytz.timezone(zone or "UTC"))
