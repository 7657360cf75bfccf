from datetime import timedelta

import pytz

from odoo import models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    def _collection_days_off(self, tz):
        """Return the whole days these leaves take, as dates.

        :param tz: name of the time zone the days are counted in
        """
        zone = pytz.timezone(tz or "UTC")
        days = set()
        for leave in self:
            first = pytz.utc.localize(leave.date_from).astimezone(zone)
            last = pytz.utc.localize(leave.date_to).astimezone(zone)
            day = first.date() if first.hour < 12 else first.date() + timedelta(days=1)
            end = last.date() if last.hour >= 12 else last.date() - timedelta(days=1)
            while day <= end:
                days.add(day)
                day += timedelta(days=1)
        return days
