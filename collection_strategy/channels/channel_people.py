from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ..engine.delivery import FAILED, SENT, Delivery


class CollectionChannelActivity(models.AbstractModel):
    """Work for a person: a call, a visit, anything that has an activity type."""

    _name = "collection.channel.activity"
    _description = "Work for a person"
    _inherit = ["collection.channel.base"]

    @api.model
    def _send(self, action, message):
        case, task = action.case_id, action.task_id
        kind = task.activity_type_id or action.channel_id.activity_type_id
        kind = kind or self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False)
        user = case._who_does(task.role)
        if not user:
            return Delivery(FAILED, self.env._("Nobody works the case: give it a debt manager."))
        there = self.with_context(lang=user.lang)
        about = Markup("<br/>").join(
            filter(None, (task.with_context(lang=user.lang).note, message.why_addressee, message.values["amount"]))
        )
        day = self.env["collection.refresh"]._today(case.company_id)
        activity = case._plan(
            kind, day, summary=action.step_id.with_context(lang=user.lang).name, user=user, note=about or None
        )
        said = there.env._("Planned for %(who)s: %(what)s", who=user.name, what=kind.name)
        return Delivery(SENT, action_vals={"activity_id": activity.id, "note": said, "cost": 0})


class CollectionChannelAlert(models.AbstractModel):
    """A word to a colleague."""

    _name = "collection.channel.alert"
    _description = "Alert to a colleague"
    _inherit = ["collection.channel.base"]

    @api.model
    def _send(self, action, message):
        case, task = action.case_id, action.task_id
        user = case._who_does(task.role)
        if not user:
            return Delivery(FAILED, self.env._("There is nobody to be told."))
        there = self.with_context(lang=user.lang)
        text = there.env._(
            "%(step)s: %(case)s, %(amount)s overdue.",
            step=action.step_id.with_context(lang=user.lang).name,
            case=case.display_name,
            amount=case.currency_id.format(case.amount_overdue),
        )
        case.message_notify(partner_ids=user.partner_id.ids, subject=case.display_name, body=text)
        return Delivery(SENT, action_vals={"note": there.env._("Told %s", user.name), "cost": 0})


class CollectionChannelEscalate(models.AbstractModel):
    """Escalation to the head of the department."""

    _name = "collection.channel.escalate"
    _description = "Escalation"
    _inherit = ["collection.channel.base"]

    @api.model
    def _send(self, action, message):
        try:
            action.case_id._escalate(action.step_id.name)
        except UserError as refusal:
            return Delivery(FAILED, str(refusal.args[0]))
        return Delivery(SENT, action_vals={"cost": 0})


class CollectionChannelCreditStop(models.AbstractModel):
    """No more on credit: the customer is marked, the salesperson is told."""

    _name = "collection.channel.credit_stop"
    _description = "Stop of credit"
    _inherit = ["collection.channel.base"]

    @api.model
    def _send(self, action, message):
        case = action.case_id
        partner = case.partner_id.with_company(case.company_id)
        # sudo: the policy decided it; who runs it need not have the right to edit customers
        partner.sudo().write(
            {"trust": "bad", "collection_credit_stop_date": self.env["collection.refresh"]._today(case.company_id)}
        )
        user = partner.user_id
        if user:
            there = self.with_context(lang=user.lang)
            text = there.env._("%s gets nothing on credit any more until the overdue debts are paid.", partner.name)
            case.message_notify(partner_ids=user.partner_id.ids, subject=case.display_name, body=text)
        return Delivery(SENT, action_vals={"cost": 0})
