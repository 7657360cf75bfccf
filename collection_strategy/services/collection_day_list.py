import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

MOST = 40
"""Cases that an e-mail lists; the page lists all."""


class CollectionDayList(models.AbstractModel):
    """The morning's e-mail with what is due in My day, for whoever wants it.

    The field collectors' e-mail is about visits and where to go, and a company's choice; this one is about
    cases, and each person's own.
    """

    _name = "collection.day.list"
    _description = "Daily list"

    @api.model
    def _cases(self, user):
        """Return what waits for a person today, the most important first: (cases shown, how many there are)."""
        own = (
            self.env["collection.case"]
            .with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids, lang=user.lang or "en_US")
        )
        today = fields.Date.context_today(own)
        waiting = (
            Domain("my_activity_date_deadline", "<=", today)
            | Domain("next_promise_date", "<=", today)
            | (Domain("activity_ids", "=", False) & Domain("amount_overdue", ">", 0) & Domain("state", "!=", "promise"))
        )
        domain = Domain("state", "!=", "completed") & (
            (Domain("user_id", "=", user.id) & waiting) | Domain("is_stood_in", "=", True)
        )
        return own.search(domain, limit=MOST), own.search_count(domain)

    @api.model
    def _cron_mail(self):
        """Send the lists, once a day."""
        group = self.env.ref("collection_cases.group_collection_user")
        users = self.env["res.users"].search(
            [("collection_day_list", "=", True), ("all_group_ids", "in", group.id), ("share", "=", False)]
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(users))
        for user in users:
            try:
                with self.env.cr.savepoint():
                    self._mail(user)
            except Exception:
                # One person's failure is that person's, not everybody's morning.
                _logger.exception("The daily list of %s could not be mailed", user.login)
            if not cron._commit_progress(1):
                return

    @api.model
    def _mail(self, user):
        """Send one person the list of the day; nothing when it is empty or was sent today.

        :returns: True when an e-mail was queued
        """
        today = self.env["collection.refresh"]._today(user.company_id)
        if user.collection_list_mailed == today or not user.email:
            return False
        cases, count = self._cases(user)
        if not cases:
            return False
        base = self.get_base_url()
        own = self.with_context(lang=user.lang or "en_US")
        body = own.env["ir.qweb"]._render(
            "collection_strategy.day_list_mail",
            {
                "user": user,
                "rows": [self._row(case, base) for case in cases],
                "more": count - len(cases),
                "url": f"{base}/odoo/my-collections",
            },
        )
        own.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=own.env._("Your cases today: %s", count),
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
            force_send=False,
        )
        user.collection_list_mailed = today
        return True

    @api.model
    def _row(self, case, base):
        """Return a case as plain values for the e-mail."""
        activity = case.activity_ids.sorted("date_deadline")[:1]
        return {
            "name": (case.branch_id or case.partner_id).display_name,
            "code": case.name,
            "stars": "★" * int(case.priority or 0),
            "url": f"{base}/odoo/collection-cases/{case.id}",
            "overdue": case.currency_id.format(case.amount_overdue),
            "days": case.days_overdue,
            "reason": case.priority_reason or "",
            "next": activity.activity_type_id.name or "",
            "next_day": format_date(case.env, activity.date_deadline) if activity else "",
            "stood_in": case.stood_in_text or "",
        }
