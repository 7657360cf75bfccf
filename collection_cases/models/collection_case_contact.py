from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionCase(models.Model):
    """What was done about the case: contacts, logged by people and by the product."""

    _inherit = "collection.case"

    action_ids = fields.One2many("collection.action", "case_id", "History")
    last_action_date = fields.Datetime(compute="_compute_last_action_date", string="Last contact")
    action_cost = fields.Monetary("Cost so far", compute="_compute_action_cost", help="Of all contacts of this case.")

    def _compute_last_action_date(self):
        rows = self.env["collection.action"]._read_group(
            [("case_id", "in", self.ids), ("state", "=", "done")], ["case_id"], ["date:max"]
        )
        latest = {case.id: date for case, date in rows}
        for case in self:
            case.last_action_date = latest.get(case.id)

    @api.depends("action_ids.cost")
    def _compute_action_cost(self):
        rows = self.env["collection.action"]._read_group([("case_id", "in", self.ids)], ["case_id"], ["cost:sum"])
        costs = {case.id: cost for case, cost in rows}
        for case in self:
            case.action_cost = costs.get(case.id, 0)

    def _write_action(self, vals):
        """Add one line to the history.

        :param vals: values of `collection.action` without the case
        :returns: `collection.action`
        """
        self.ensure_one()
        return self._write_actions([{**vals, "case_id": self.id}])

    @api.model
    def _write_actions(self, vals_list):
        """Add lines to the history of several cases at once.

        :param vals_list: list of values of `collection.action`, with the case
        :returns: `collection.action`
        """
        # sudo: history is written by the product, never typed in; callers have checked the right
        return self.env["collection.action"].sudo().create(vals_list).sudo(False)

    def action_log_contact(self):
        """Open the dialog that logs a contact with the debtor."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["collection.log.contact"].create({"case_id": self.id})
        return wizard._open()

    def action_promise(self):
        """Open the form of a new promise."""
        self.ensure_one()
        self.check_access("write")
        meant = self._overdue_items() or self._owed_items()
        chosen = meant.filtered(lambda item: item.currency_id == meant[:1].currency_id)
        return self._new_record(
            "collection.promise",
            self.env._("Promise to pay"),
            default_item_ids=chosen.ids,
            default_currency_id=chosen[:1].currency_id.id or self.currency_id.id,
            default_amount=sum(chosen.mapped("residual")),
            default_contact_id=self.payment_contact_id.id,
        )

    def action_plan(self):
        """Open the dialog that agrees an instalment plan."""
        self.ensure_one()
        self.check_access("write")
        owed = self._owed_items()
        chosen = owed.filtered(lambda item: item.currency_id == owed[:1].currency_id)
        wizard = self.env["collection.plan.agree"].create(
            {
                "case_id": self.id,
                "item_ids": [fields.Command.set(chosen.ids)],
                "first_date": fields.Date.add(self._today(), days=7),
                "contact_id": self.payment_contact_id.id,
            }
        )
        return {
            "name": self.env._("Instalment plan"),
            "type": "ir.actions.act_window",
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_dispute(self):
        """Open the form of a new dispute."""
        self.ensure_one()
        self.check_access("write")
        return self._new_record(
            "collection.dispute", self.env._("Dispute"), default_contact_id=self.payment_contact_id.id
        )

    def action_hold(self):
        """Open the form of a new hold on this case."""
        self.ensure_one()
        self.check_access("write")
        return self._new_record("collection.hold", self.env._("Hold"), default_partner_id=self.partner_id.id)

    def _new_record(self, model, name, **defaults):
        """Return the action that opens the form of a new record about this case, in a dialog."""
        return {
            "name": name,
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_case_id": self.id, **defaults},
        }

    def log_contact(
        self, channel, outcome, minutes=0, note=None, date=None, contact_id=None, next_activity=None, next_date=None
    ):
        """Log one contact; for telephone systems and other programs over the API.

        :param channel: code of a `collection.channel`, such as `call`
        :param outcome: code of a `collection.outcome`, such as `no_answer`
        :param minutes: working time
        :param date: when it was, UTC (`YYYY-MM-DD HH:MM:SS`); now by default
        :param contact_id: id of the `res.partner` it was with
        :param next_activity: id of the `mail.activity.type` to plan, None for none
        :param next_date: when (`YYYY-MM-DD`)
        :returns: id of the `collection.action`
        :raises UserError: unknown channel or outcome, negative time
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "completed" and next_activity:
            raise UserError(self.env._("%s is completed: nothing can be planned on it.", self.name))
        try:
            when, next_day = fields.Datetime.to_datetime(date), fields.Date.to_date(next_date)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "A date is written like 2026-03-31, a time like 2026-03-31 14:05:00; this is none: %s", error
                )
            ) from error
        if next_day and next_day < self._today():
            raise UserError(
                self.env._(
                    "The next step is planned for a day to come: %s has passed.", format_date(self.env, next_day)
                )
            )
        action = self._log_contact(
            self.env["collection.channel"]._by_code(channel),
            self.env["collection.outcome"]._by_code(outcome),
            minutes=minutes or 0,
            note=note,
            date=when,
            contact=self.env["res.partner"].browse(contact_id),
        )
        if next_activity:
            self._plan(self.env["mail.activity.type"].browse(next_activity), next_day)
        return action.id

    def _log_contact(
        self, channel, outcome, *, minutes=0, note=None, date=None, contact=None, activity=None, items=None
    ):
        """Log one contact and mark the activity done that it was.

        :param channel: `collection.channel`
        :param outcome: `collection.outcome`
        :param date: naive UTC datetime, now when None
        :param contact: `res.partner` it was with, may be empty
        :param activity: the planned `mail.activity` this was, may be empty
        :param items: `collection.item` it was about
        :returns: `collection.action`
        """
        self.ensure_one()
        if minutes < 0:
            raise UserError(self.env._("The time of a contact cannot be negative."))
        if date and date > fields.Datetime.now():
            raise UserError(self.env._("A contact is logged after it happened: plan a next step for the future."))
        action = self._write_action(
            {
                "channel_id": channel.id,
                "outcome_id": outcome.id,
                "user_id": self.env.uid,
                "minutes": minutes,
                "note": note,
                "date": date or fields.Datetime.now(),
                "contact_id": contact.id if contact else False,
                "activity_id": activity.id if activity else False,
                "item_ids": [fields.Command.set(items.ids)] if items else False,
            }
        )
        text = " · ".join(filter(None, (outcome.name, note)))
        if activity:
            # The state follows from the outcome, not from the type of the planned work.
            activity.with_context(collection_action_logged=True, collection_state_decided=True).action_feedback(text)
        else:
            self._message_log(body=f"{channel.name}: {text}")
        if self.state == "not_started":
            self._update_state("in_progress", "contact")
        return action

    def _plan(self, activity_type, date, *, summary=None, user=None, note=None):
        """Plan an activity on the case.

        :param date: when; the type's own delay decides when empty
        :param user: `res.users`, the debt manager by default
        :returns: `mail.activity`
        """
        self.ensure_one()
        values = {"summary": summary, "note": note} if summary or note else {}
        return self.activity_schedule(
            date_deadline=date or activity_type._get_date_deadline(),
            activity_type_id=activity_type.id,
            user_id=(user or self.user_id or self.env.user).id,
            **values,
        )
