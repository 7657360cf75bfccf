from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

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

    def _reach_status(self, status, kind=None):
        """Note that activities reach a status, and that they had the one they leave.

        :param kind: the `mail.activity.type` that they are about to have, theirs by default
        :raises UserError: the type does not have the status, or one that it requires was not reached before
        """
        for activity in self:
            own = kind or activity.activity_type_id
            line = own.collection_status_line_ids.filtered(lambda line: line.status_id == status)
            if not line:
                raise UserError(
                    self.env._(
                        "An activity of the type %(type)s cannot be “%(status)s”. Choose one of: %(names)s.",
                        type=own.name,
                        status=status.name,
                        names=", ".join(own.collection_status_line_ids.status_id.mapped("name")),
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
        for left, activities in self.grouped("collection_status_id").items():
            activities._note_reached(left | status)

    def _note_reached(self, statuses):
        """Keep which statuses activities have reached."""
        lacking = self.filtered(lambda activity: statuses - activity.collection_reached_ids)
        if lacking:
            commands = [fields.Command.link(status.id) for status in statuses]
            # sudo: the product notes it, for whoever was allowed to set the status
            lacking.sudo().with_context(collection_reached=REACHED).write({"collection_reached_ids": commands})

    # === WRITING === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.pop("collection_reached_ids", None)
        activities = super().create(vals_list)
        for status, theirs in activities.grouped("collection_status_id").items():
            chosen = theirs.filtered(
                lambda activity, status=status: status != activity.activity_type_id._default_status("open")
            )
            if status and chosen:
                chosen._reach_status(status)
            theirs._note_reached(status)
        return activities

    def write(self, vals):
        if "collection_reached_ids" in vals and self.env.context.get("collection_reached") is not REACHED:
            vals = {name: value for name, value in vals.items() if name != "collection_reached_ids"}
        # Every way to mark an activity done ends by archiving it; cancelling deletes it instead.
        done = finishing = self.browse()
        later = {}
        if vals.get("active") is False:
            done = self.filtered(lambda activity: activity.active and activity._is_collection_work())
            done._reach_done_status()
        if vals.get("date_deadline"):
            later = {activity: activity.date_deadline for activity in self if activity._is_collection_work()}
        if vals.get("collection_status_id"):
            status = self.env["collection.activity.status"].browse(vals["collection_status_id"])
            self._reach_status(status, self.activity_type_id.browse(vals.get("activity_type_id")))
            if status.kind == "done" and not self.env.context.get("collection_finishing"):
                finishing = self.filtered("active") - done
        elif "activity_type_id" in vals:
            self._note_own_status()
        res = super().write(vals)
        if "activity_type_id" in vals:
            self._note_own_status()
        if done:
            done._move_collection_case()
            done._log_collection_action("done")
        if vals.get("feedback") and not self.env.context.get("collection_action_logged"):
            # Odoo writes the feedback after archiving. sudo: completes the lines that were just written
            lines = (
                self.env["collection.action"].sudo().search([("activity_id", "in", self.ids), ("state", "=", "done")])
            )
            bare = lines.filtered(lambda line: line.note == line.activity_id.summary or not line.note)
            bare.write({"note": vals["feedback"]})
        self._log_postponed(later)
        if finishing:
            finishing._action_done()
        return res

    def _note_own_status(self):
        """Keep which status each activity has now: a new type brings its own."""
        for status, activities in self.grouped("collection_status_id").items():
            activities._note_reached(status)

    def unlink(self):
        work = self.filtered(lambda activity: activity.active and activity._is_collection_work())
        work._log_collection_action("skipped", reason=self._reason_of_cancelling())
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
        """Give activities that are being marked done the done status of their type."""
        unfinished = self.filtered(lambda activity: activity.collection_status_id.kind != "done")
        for status, activities in unfinished.grouped(lambda one: one.activity_type_id._default_status("done")).items():
            if status:
                activities.with_context(collection_finishing=True).collection_status_id = status

    # === CASE AND HISTORY === #

    def _collection_cases(self):
        """Return the cases that activities are work on, those that are still there."""
        # sudo: Odoo marks activities done as superuser; callers check or write history for whoever did it
        return self.env["collection.case"].sudo().browse(set(self.mapped("res_id"))).exists()

    def _move_collection_case(self):
        """Move the cases to the state that the done activities' type names (rule I10)."""
        if self.env.context.get("collection_state_decided"):
            return
        moving = self.filtered("activity_type_id.collection_case_state")
        # the state follows when the user may work the case
        cases = moving._collection_cases().with_user(self.env.uid)._filtered_access("write").sudo()
        for kind, activities in moving.grouped("activity_type_id").items():
            concerned = set(activities.mapped("res_id"))
            cases.filtered(lambda case, concerned=concerned: case.id in concerned)._follow_work(
                kind.collection_case_state, kind.name
            )

    def _log_postponed(self, before):
        """Write into the history that work was postponed.

        :param before: {activity: the day it was planned for}
        """
        outcome = self.env.ref("collection_cases.outcome_postponed", raise_if_not_found=False)
        postponed = [activity for activity in before if activity.active and activity.date_deadline > before[activity]]
        for (old, new), activities in (
            self.browse().union(*postponed).grouped(lambda one: (before[one], one.date_deadline)).items()
        ):
            reason = self.env._(
                "Postponed from %(before)s to %(after)s",
                before=format_date(self.env, old),
                after=format_date(self.env, new),
            )
            activities._log_collection_action("skipped", outcome=outcome, reason=reason)

    def _log_collection_action(self, state, *, reason=None, outcome=None):
        """Write into the history of the cases what was done with activities anywhere in Odoo.

        Nothing when the dialog *Log contact* has written it already.
        """
        if not self or self.env.context.get("collection_action_logged"):
            return
        default = "collection_cases.outcome_completed" if state == "done" else "collection_cases.outcome_cancelled"
        outcome = outcome or self.env.ref(default, raise_if_not_found=False)
        cases = self._collection_cases()
        cases._write_actions(
            [
                {
                    "case_id": activity.res_id,
                    "channel_id": activity.activity_type_id.collection_channel_id.id,
                    "outcome_id": outcome.id if outcome else False,
                    "user_id": self.env.uid,
                    "state": state,
                    "reason": reason,
                    "note": activity.feedback or activity.summary,
                    "activity_id": activity.id if state == "done" or activity.active else False,
                }
                for activity in self
                if activity.res_id in cases.ids
            ]
        )
