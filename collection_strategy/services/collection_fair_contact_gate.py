from datetime import datetime, time

import pytz

from odoo import fields, models
from odoo.tools import format_amount

from ..engine.agenda import NOTHING
from .collection_deliver import Refused


class CollectionDecision(models.Model):
    _inherit = "collection.decision"

    def _labels(self):
        return {**super()._labels(), "fair_contact": self.env._("Fair contact")}


class CollectionAgenda(models.AbstractModel):
    """Decides nothing for a day on which fair contact has no room for it."""

    _inherit = "collection.agenda"

    def _ask_fair_contact(self, cases, outcomes, day):
        result = super()._ask_fair_contact(cases, outcomes, day)
        fair = self.env["collection.fair.contact"]
        steps = self.env["collection.strategy.step"]
        for company, own in cases.grouped("company_id").items():
            asked = [(case, task) for case in own for task in outcomes[case.id].planned]
            requests = [
                (case, self.env["collection.channel"].browse(task.channel), int(steps.browse(task.step).tone or 0))
                for case, task in asked
            ]
            found = fair._refusals(requests, _midday(company, day), hours=False)
            for (_case, task), refusal in zip(asked, found, strict=True):
                if refusal:
                    task.verdict, task.code, task.detail = NOTHING, "fair_contact", fair._sentence(refusal)
        return result


class CollectionDeliver(models.AbstractModel):
    """Sends nothing that fair contact refuses at this moment, and keeps a row of each refusal."""

    _inherit = "collection.deliver"

    def _ask_fair_contact(self, action, case):
        result = super()._ask_fair_contact(action, case)
        fair, now = self.env["collection.fair.contact"], fields.Datetime.now()
        tone = int(action.step_id.tone or action.notice_ids[:1].tone or 0)
        refusal = fair._refusals([(case, action.channel_id, tone)], now, actions=[action])[0]
        if refusal:
            refused = Refused(fair._sentence(refusal), until=refusal.until)
            # Logged with the result: what is written here is undone with the attempt.
            refused.fair_contact = (refusal, now)
            raise refused
        return result

    def _write_refusal(self, action, refused):
        if getattr(refused, "fair_contact", None):
            self.env["collection.contact.refusal"]._log(action, *refused.fair_contact)
        return super()._write_refusal(action, refused)


class CollectionWording(models.AbstractModel):
    """Names interest and compensation in what is written."""

    _inherit = "collection.wording"

    def _charges(self, case, rows, day, notice):
        found = super()._charges(case, rows, day, notice)
        items = self.env["collection.item"].union(*(item for item, amount in rows if amount > 0))
        charges = self.env["collection.charges"]._for_case(case, items, day, int(notice.tone or 0) if notice else 0)
        currencies = self.env["res.currency"].search([("name", "in", [charge["currency"] for charge in charges])])
        by_name = {currency.name: currency for currency in currencies}
        lang = self.env.context.get("lang")
        return found + [
            {**charge, "amount": format_amount(self.env, float(charge["amount"]), by_name[charge["currency"]], lang)}
            for charge in charges
        ]


def _midday(company, day):
    """Return noon of a day at a company, naive UTC."""
    zone = pytz.timezone(company.partner_id.tz or company.resource_calendar_id.tz or "UTC")
    return zone.localize(datetime.combine(day, time(12))).astimezone(pytz.utc).replace(tzinfo=None)
