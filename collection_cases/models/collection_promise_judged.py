from odoo import fields, models


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
            vals["cancel_reason"] = self.env._("Nothing is left to pay on its items.")
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
            if alert.active and is_ours and alert.activity_type_id == kind:
                alert.with_context(collection_cancel_reason=self.env._("The money had come in time")).unlink()
            promise.case_id._message_log(body=self.env._("Promise kept: %s", promise.display_name))

    def _on_broken(self):
        """Promises were broken or kept in part: plan the next step and alert the debt manager (F81)."""
        kind = self.env.ref("collection_cases.mail_activity_type_broken_promise", raise_if_not_found=False)
        for promise in self:
            case = promise.case_id
            text = self.env._(
                "Promise of %(amount)s by %(date)s broken: %(received)s came.",
                amount=promise.currency_id.format(promise.amount),
                date=fields.Date.to_string(promise.date),
                received=promise.currency_id.format(promise.received),
            )
            # sudo: the company's default is no secret, but reading companies' settings is a right
            manager = case.user_id or case.company_id.sudo().collection_user_id.filtered("active")
            if kind and manager and case.state != "completed":
                # Alerted by the message below, which says more than Odoo's assignment mail.
                quiet = case.with_context(mail_activity_quick_update=True)
                promise.sudo().alert_activity_id = quiet._plan(kind, case._today(), summary=text, user=manager)
            case._message_log(body=text)
            if manager:
                case.message_notify(
                    partner_ids=manager.partner_id.ids,
                    subject=self.env._("Promise broken: %s", case.partner_id.name),
                    body=text,
                    force_send=False,
                )
