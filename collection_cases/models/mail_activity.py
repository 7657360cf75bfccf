from odoo import api, fields, models
from odoo.exceptions import UserError

REACHED = object()
"""Proof that a write comes from `_reach_status`: an object cannot come in over RPC."""


class MailActivity(models.Model):
    """Planned work on a case: its status, what it does to the case, and its place in the history."""

    _inherit = "mail.activity"

    collection_status_id = fields.Many2one(
        "collection.activity.status",
        "Status",
        compute="_compute_collection_status_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', collection_status_ids)]",
    )
    collection_status_ids = fields.Many2many(
        "collection.activity.status", compute="_compute_collection_status_ids", string="Statuses of the type"
    )
    collection_reached_ids = fields.Many2many(
        "collection.activity.status",
        "collection_activity_reached_rel",
        string="Statuses reached",
        readonly=True,
        copy=False,
    )

    # === STATUS === #

    @api.depends("activity_type_id")
    def _compute_collection_status_id(self):
        for activity in self:
            activity.collection_status_id = activity.activity_type_id._default_status("open")

    @api.depends("activity_type_id")
    def _compute_collection_status_ids(self):
        for activity in self:
            activity.collection_status_ids = activity.activity_type_id.collection_status_line_ids.status_id

    def _reach_status(self, status):
        """Note that activities reach a status.

        :raises UserError: the type does not have the status, or one that it requires was not reached before
        """
        for activity in self:
            line = activity.activity_type_id.collection_status_line_ids.filtered(lambda line: line.status_id == status)
            if not line:
                raise UserError(
                    self.env._(
                        "An activity of the type %(type)s cannot be “%(status)s”. Choose one of: %(names)s.",
                        type=activity.activity_type_id.name,
                        status=status.name,
                        names=", ".join(activity.collection_status_ids.mapped("name")),
                    )
                )
            reached = activity.collection_reached_ids | activity.collection_status_id
            if line.previous_status_id and line.previous_status_id not in reached:
                raise UserError(
                    self.env._(
                        "“%(status)s” needs “%(missing)s” first. Set the activity to “%(missing)s”, then go on.",
                        status=status.name,
                        missing=line.previous_status_id.name,
                    )
                )
        for activity in self:
            if status not in activity.collection_reached_ids:
                noting = activity.with_context(collection_reached=REACHED)
                noting.collection_reached_ids = [fields.Command.link(status.id)]

    # === WRITING === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.pop("collection_reached_ids", None)
        activities = super().create(vals_list)
        for activity in activities:
            status = activity.collection_status_id
            if status and status != activity.activity_type_id._default_status("open"):
                activity._reach_status(status)
        return activities

    def write(self, vals):
        if "collection_reached_ids" in vals and self.env.context.get("collection_reached") is not REACHED:
            vals = {name: value for name, value in vals.items() if name != "collection_reached_ids"}
        # Every way to mark an activity done ends by archiving it; cancelling deletes it instead.
        done = finishing = self.browse()
        later = {}
        if vals.get("active") is False:
            done = self.filtered(lambda activity: activity.active and activity._is_collection_work())
            for activity in done:
                activity._reach_done_status()
        if vals.get("date_deadline"):
            later = {activity: activity.date_deadline for activity in self if activity._is_collection_work()}
        if vals.get("collection_status_id"):
            status = self.env["collection.activity.status"].browse(vals["collection_status_id"])
            self._reach_status(status)
            if status.kind == "done" and not self.env.context.get("collection_finishing"):
                finishing = self.filtered("active") - done
        res = super().write(vals)
        for activity in done:
            activity._move_collection_case()
            activity._log_collection_action("done", note=activity.feedback)
        if vals.get("feedback") and not self.env.context.get("collection_action_logged"):
            # Odoo writes the feedback after archiving. sudo: completes the line that was just written
            lines = (
                self.env["collection.action"].sudo().search([("activity_id", "in", self.ids), ("state", "=", "done")])
            )
            for line in lines.filtered(lambda line: line.note == line.activity_id.summary or not line.note):
                line.note = vals["feedback"]
        for activity, before in later.items():
            if activity.active and activity.date_deadline > before:
                activity._log_postponed(before)
        if finishing:
            finishing._action_done()
        return res

    def unlink(self):
        for activity in self.filtered(lambda activity: activity.active and activity._is_collection_work()):
            activity._log_collection_action("skipped", reason=self._reason_of_cancelling())
        return super().unlink()

    def _reason_of_cancelling(self):
        return self.env.context.get("collection_cancel_reason") or self.env._("Cancelled")

    def action_log_collection_contact(self):
        """Open the dialog that logs the contact which this planned work is, from the activity itself."""
        self.ensure_one()
        self.check_access("read")
        if self.res_model != "collection.case" or not self.active:
            raise UserError(self.env._("Only planned work on a collection case is logged this way."))
        case = self.env["collection.case"].browse(self.res_id)
        case.check_access("write")
        return self.env["collection.log.contact"].create({"case_id": case.id, "activity_id": self.id})._open()

    def _is_collection_work(self):
        return self.res_model == "collection.case" and bool(self.activity_type_id.collection_participates)

    def _reach_done_status(self):
        """Give an activity that is being marked done the done status of its type."""
        if self.collection_status_id.kind == "done":
            return
        status = self.activity_type_id._default_status("done")
        if status:
            self.with_context(collection_finishing=True).collection_status_id = status

    # === CASE AND HISTORY === #

    def _move_collection_case(self):
        """Move the case to the state that the done activity's type names (rule I10)."""
        self.ensure_one()
        kind = self.activity_type_id
        if not kind.collection_case_state or self.env.context.get("collection_state_decided"):
            return
        # sudo: Odoo marks activities done as superuser; the state follows when the user may work the case
        case = self.env["collection.case"].sudo().browse(self.res_id).exists()
        if case.with_user(self.env.uid).has_access("write"):
            case._follow_work(kind.collection_case_state, kind.name)

    def _log_postponed(self, before):
        self._log_collection_action(
            "skipped",
            outcome=self.env.ref("collection_cases.outcome_postponed", raise_if_not_found=False),
            reason=self.env._("Postponed from %(before)s to %(after)s", before=before, after=self.date_deadline),
        )

    def _log_collection_action(self, state, *, note=None, reason=None, outcome=None):
        """Write into the history of the case what was done with an activity anywhere in Odoo.

        Nothing when the dialog *Log contact* has written it already.
        """
        self.ensure_one()
        if self.env.context.get("collection_action_logged"):
            return
        # sudo: the history is written for whoever marks an activity done, as Odoo's own message is
        case = self.env["collection.case"].sudo().browse(self.res_id).exists()
        if not case:
            return
        default = "collection_cases.outcome_completed" if state == "done" else "collection_cases.outcome_cancelled"
        outcome = outcome or self.env.ref(default, raise_if_not_found=False)
        case._write_action(
            {
                "channel_id": self.activity_type_id.collection_channel_id.id,
                "outcome_id": outcome.id if outcome else False,
                "user_id": self.env.uid,
                "state": state,
                "reason": reason,
                "note": note or self.summary,
                "activity_id": self.id if state == "done" or self.active else False,
            }
        )
