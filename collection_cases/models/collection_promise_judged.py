from odoo import fields, models
from odoo.tools import format_date


class CollectionPromise(models.Model):
    """What follows when promises are judged: the record, the alert, the next step."""

    _inherit = "collection.promise"

    alert_activity_id = fields.Many2one("mail.activity", readonly=True, copy=False, ondelete="set null")

    def _take_judgement(self, judgement):
        """Write what `engine/promise.py` found.

        :param judgement: `Judgement`
        :returns: `kept` or `broken` when the promise has just become so, else None
        """
        self.ensure_one()
        before, now = self.state, "cancelled" if judgement.state == "void" else judgement.state
        vals = {"state": now, "received": float(judgement.received), "decided_date": judgement.decided_on}
        if judgement.state == "void":
            vals["cancel_reason"] = self.case_id._in_language_of().env._("Nothing is left to pay on its items.")
        self.sudo().write(vals)  # sudo: judged by the product from the ledger, whoever booked
        if before == now:
            return None
        if now == "kept":
            return "kept"
        return "broken" if now in ("broken", "partly_kept") and before not in ("broken", "partly_kept") else None

    def _on_kept(self):
        """Promises were kept, perhaps late known: the alert about them is withdrawn."""
        for promise in self:
            # sudo: the alert may be a colleague's
            alert = promise.sudo().alert_activity_id
            kind = self.env.ref("collection_cases.mail_activity_type_broken_promise", raise_if_not_found=False)
            is_ours = (alert.res_model, alert.res_id) == ("collection.case", promise.case_id.id)
            case = promise.case_id._in_language_of()
            if alert.active and is_ours and alert.activity_type_id == kind:
                alert.with_context(collection_cancel_reason=case.env._("The money had come in time")).unlink()
            case._message_log(body=case.env._("Promise kept: %s", promise.with_env(case.env).display_name))

    def _on_broken(self):
        """Promises were broken or kept in part: plan the next step and alert the debt manager (F81)."""
        kind = self.env.ref("collection_cases.mail_activity_type_broken_promise", raise_if_not_found=False)
        for promise in self:
            # sudo: the company's default is no secret, but reading companies' settings is a right
            company = promise.case_id.company_id.sudo()
            manager = promise.case_id.user_id or company.collection_user_id.filtered("active")
            case = promise.case_id._in_language_of(manager)
            currency = promise.currency_id.with_env(case.env)
            text = case.env._(
                "Promise of %(amount)s by %(date)s broken: %(received)s came.",
                amount=currency.format(promise.amount),
                date=format_date(case.env, promise.date),
                received=currency.format(promise.received),
            )
            if kind and manager and case.state != "completed":
                # Alerted by the message below, which says more than Odoo's assignment mail.
                quiet = case.with_context(mail_activity_quick_update=True)
                promise.sudo().alert_activity_id = quiet._plan(kind, case._today(), summary=text, user=manager)
            case._message_log(body=text)
            if manager:
                case.message_notify(
                    partner_ids=manager.partner_id.ids,
                    subject=case.env._("Promise broken: %s", case.partner_id.name),
                    body=text,
                    force_send=False,
                )
