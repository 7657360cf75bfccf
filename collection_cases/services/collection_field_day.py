import logging
from urllib.parse import quote

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

LEAST_TYPED = 2
"""Letters: one would find everybody."""

MOST_FOUND = 10
"""Customers that a search shows."""


class CollectionField(models.AbstractModel):
    """The day's list of a field collector, on the page and by e-mail each morning."""

    _inherit = "collection.field"

    @api.model
    def _visit_domain(self, user):
        """Return the domain of a person's visits (and appointments) on cases."""
        return [
            ("user_id", "=", user.id),
            ("res_model", "=", "collection.case"),
            ("activity_type_id.collection_channel_id.code", "=", "visit"),
        ]

    @api.model
    def _visits(self, user):
        """Return what a person has to visit today or should have visited, in the order to go.

        :param user: `res.users`; callers have checked that their day may be seen
        :returns: list of (`mail.activity`, `collection.case`), with all rights
        """
        # sudo: a visit is shown to whom it was given, also on a case of somebody else
        today = self.env["collection.refresh"]._today(user.company_id)
        activities = (
            self.env["mail.activity"].sudo().search([*self._visit_domain(user), ("date_deadline", "<=", today)])
        )
        cases = self.env["collection.case"].sudo().browse(set(activities.mapped("res_id"))).exists()
        rows = []
        for activity in activities:
            case = cases.filtered(lambda case, activity=activity: case.id == activity.res_id)
            if case and case.state != "completed" and case.company_id in user.company_ids:
                rows.append((activity, case))
        return sorted(rows, key=lambda row: self._visit_order(*row))

    @api.model
    def _find(self, words):
        """Return open cases that the user may report on without a planned visit, by the customer's name or number.

        :param words: what was typed; too short finds nothing
        :returns: `collection.case`, with all rights, the most important first; at most MOST_FOUND + 1
        """
        self._check_collector()
        words = (words or "").strip()
        if len(words) < LEAST_TYPED:
            return self.env["collection.case"]
        user = self.env.user
        domain = Domain("state", "!=", "completed") & Domain("company_id", "in", user.company_ids.ids)
        if not user.has_group("collection_cases.group_collection_manager"):
            domain &= Domain("user_id", "=", user.id) | Domain(
                "department_id", "in", user.collection_department_ids.ids
            )
        named = ("name", "partner_id.complete_name", "partner_id.ref", "branch_id.complete_name")
        domain &= Domain.OR(Domain(name, "ilike", words) for name in named)
        found = self.env["collection.case"].search(domain, limit=MOST_FOUND + 1)
        return found._filtered_access("write").sudo()  # sudo: as `_visits`; what is not the user's was left out

    @api.model
    def _visit_order(self, activity, case):
        """Return what visits are sorted by: those with a time first, by it; then by priority, then by day."""
        start = activity.calendar_event_id.start
        return (not start, start or fields.Datetime.now(), -case.priority_score, activity.date_deadline, activity.id)

    @api.model
    def _collectors(self):
        """Return whose day the user may look at, besides the own: a manager all, a head the department's."""
        users = self.env["res.users"].sudo()  # sudo: names of colleagues whose work the user may see anyway
        group = self.env.ref("collection_cases.group_collection_user")
        domain = [
            ("all_group_ids", "in", group.id),
            ("share", "=", False),
            ("company_ids", "in", self.env.user.company_ids.ids),
        ]
        if not self.env.user.has_group("collection_cases.group_collection_manager"):
            departments = self.env.user.sudo().collection_department_ids
            if not departments:
                return users
            domain.append(("employee_ids.department_id", "in", departments.ids))
        return users.search(domain, order="name") - self.env.user.sudo()

    # === THE MORNING'S E-MAIL === #

    @api.model
    def _cron_mail_day_lists(self):
        """Send each field collector the visits of the day, where the company wants it; once a day."""
        companies = self.env["res.company"].search([("collection_field_mail", "=", True)])
        group = self.env.ref("collection_cases.group_collection_user")
        users = self.env["res.users"].search(
            [("all_group_ids", "in", group.id), ("share", "=", False), ("company_ids", "in", companies.ids)]
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(users))
        for user in users:
            try:
                with self.env.cr.savepoint():
                    self._mail_day_list(user, companies)
            except Exception:
                # One collector's failure is that collector's, not everybody's morning.
                _logger.exception("The day's visits of %s could not be mailed", user.login)
            if not cron._commit_progress(1):
                return

    @api.model
    def _mail_day_list(self, user, companies):
        """Send one collector the visits of the day; nothing without visits, or when it was sent today.

        :param companies: whose visits are mailed
        :returns: True when an e-mail was queued
        """
        today = self.env["collection.refresh"]._today(user.company_id)
        if user.collection_day_mailed == today or not user.email:
            return False
        own = self.with_context(lang=user.lang or "en_US")
        visits = [row for row in own._visits(user) if row[1].company_id in companies]
        if not visits:
            return False
        body = (
            self.env["ir.qweb"]
            .with_context(lang=user.lang or "en_US")
            ._render(
                "collection_cases.field_day_mail",
                {
                    "user": user,
                    "visits": [own._visit_facts(activity, case) for activity, case in visits],
                    "url": f"{self.get_base_url()}/collections/field",
                },
            )
        )
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=own.env._("Your visits today: %s", len(visits)),
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
            force_send=False,
        )
        user.collection_day_mailed = today
        return True

    @api.model
    def _visit_facts(self, activity, case):
        """Return what a collector needs at the door: plain values for the page and the e-mail.

        :param activity: the planned `mail.activity`, empty for a customer who was looked up
        """
        party = case.branch_id or case.partner_id
        contact = case.payment_contact_id or party
        owed = case._owed_items()
        today = case._today()
        reasons = owed._block_reasons(today)
        items = []
        for item in owed:
            blocks = reasons.get(item.id, [])
            items.append(
                {
                    "id": item.id,
                    "name": item.name,
                    "due": format_date(self.env, item.due_date),
                    "late": max(0, (today - item.due_date).days),
                    "open": item.residual,
                    "text": item.currency_id.format(item.residual),
                    "currency": item.currency_id.id,
                    "symbol": item.currency_id.symbol or item.currency_id.name,
                    "step": 10**-item.currency_id.decimal_places,
                    "why_not": [case._block_sentence(block) for block in blocks],
                }
            )
        address = [party.street, party.street2, " ".join(filter(None, (party.zip, party.city))), party.country_id.name]
        address = [row for row in address if row]
        place = quote(", ".join(address))
        start = activity.calendar_event_id.start
        return {
            "key": str(activity.id or f"case-{case.id}"),
            "activity": activity.id,
            "case": case.id,
            "code": case.name,
            "kind": activity.activity_type_id.name or "",
            "summary": activity.summary or "",
            "customer": party.display_name,
            "contact": contact.name if contact != party else "",
            "phone": contact.phone or party.phone or "",
            "email": contact.email or party.email or "",
            "address": address,
            # No key and no script of a map: only a link, which tells the map nothing but the address.
            "map": f"https://www.openstreetmap.org/search?query={place}",
            "geo": f"geo:0,0?q={place}",
            "overdue": case.currency_id.format(case.amount_overdue),
            "days": case.days_overdue,
            "open": case.currency_id.format(case.amount_open),
            "late": (today - activity.date_deadline).days if activity else 0,
            "time": fields.Datetime.context_timestamp(self, start).strftime("%H:%M") if start else "",
            "items": items,
            "credits": {currency.id: amount for currency, amount in case._credits().items()},
            "credits_text": ", ".join(currency.format(amount) for currency, amount in case._credits().items()),
            "note": case.priority_reason or "",
        }
