from odoo import models


class CollectionCase(models.Model):
    """A thank-you when a promise was kept or everything was paid (G22)."""

    _inherit = "collection.case"

    def _on_completed(self):
        res = super()._on_completed()
        for case in self.filtered(lambda case: case.close_reason == "paid"):
            if case.notice_ids:  # nobody is thanked who was never asked
                case._thank(f"thanks:case:{case.id}:{case.cycle}")
        self._lift_credit_stop()
        return res

    def _lift_credit_stop(self):
        for case in self.filtered(lambda case: case.close_reason == "paid"):
            # sudo: follows from the payment, whoever booked it
            case.partner_id.with_company(case.company_id).sudo().collection_credit_stop_date = False

    def _thank(self, intent):
        """Plan a thank-you, once.

        :param intent: what it is for, unique
        """
        self.ensure_one()
        # sudo: settings and outbox; called when money came in, whoever booked it
        case = self.sudo()
        template = case.company_id.collection_thanks_template_id
        channel = case.partner_id.collection_preferred_channel_id
        if not channel.is_message or channel.handler == "letter":
            channel = self.env["collection.channel"].sudo().search([("handler", "=", "email")], limit=1)
        actions = self.env["collection.action"].sudo()
        if not template or not channel or actions.search_count([("intent", "=", intent)], limit=1):
            return
        action = actions.create(
            {
                "case_id": case.id,
                "channel_id": channel.id,
                "state": "planned",
                "is_outbox": True,
                "intent": intent,
                "user_id": False,
                "cycle": case.cycle,
            }
        )
        self.env["collection.notice"].sudo().create(
            {
                "action_id": action.id,
                "case_id": case.id,
                "company_id": case.company_id.id,
                "partner_id": case.partner_id.id,
                "template_id": template.id,
                "tone": "0",
            }
        )
        self.env["collection.deliver"]._soon()


class CollectionPromise(models.Model):
    _inherit = "collection.promise"

    def _on_kept(self):
        res = super()._on_kept()
        for promise in self:
            if promise.case_id.state != "completed":
                promise.case_id._thank(f"thanks:promise:{promise.id}")
        return res
