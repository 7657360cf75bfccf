from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

FOLLOWS = {
    *("state", "user_id", "company_id", "department_id", "date", "receipt_ids"),
    *("confirmed_by_id", "confirmed_date", "booked_date", "has_difference"),
}
"""What follows from the receipts and the buttons; nobody writes it from outside."""


class CollectionHandover(models.Model):
    """A collector's takings, counted and taken over by somebody else."""

    _name = "collection.handover"
    _description = "Hand-over of takings"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", "Collector", required=True, index=True, default=lambda self: self.env.user, ondelete="restrict"
    )
    department_id = fields.Many2one("hr.department", readonly=True, index="btree_not_null")
    date = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [("draft", "To be counted"), ("confirmed", "Taken over")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    receipt_ids = fields.One2many("collection.receipt", "handover_id", "Receipts", readonly=True)
    receipt_count = fields.Integer("Receipts in it", compute="_compute_receipt_count")
    line_ids = fields.One2many("collection.handover.line", "handover_id", "Takings")
    has_difference = fields.Boolean(compute="_compute_has_difference", store=True)
    note = fields.Text(help="Why what was counted is not what was expected.")
    confirmed_by_id = fields.Many2one("res.users", "Taken over by", readonly=True, copy=False)
    confirmed_date = fields.Datetime("Taken over at", readonly=True, copy=False)
    booked_date = fields.Date(
        "Booked on", readonly=True, copy=False, help="Until then, receipts without a payment keep their items back."
    )
    may_confirm = fields.Boolean(compute="_compute_may_confirm")

    @api.depends("user_id", "date")
    def _compute_name(self):
        for handover in self:
            handover.name = f"{handover.user_id.name} · {handover.date or ''}"

    @api.depends("receipt_ids")
    def _compute_receipt_count(self):
        for handover in self:
            handover.receipt_count = len(handover.receipt_ids)

    @api.depends("line_ids.difference")
    def _compute_has_difference(self):
        for handover in self:
            handover.has_difference = any(
                not line.currency_id.is_zero(line.difference) for line in handover.line_ids if line.is_counted
            )

    @api.depends_context("uid")
    @api.depends("user_id", "department_id", "state")
    def _compute_may_confirm(self):
        for handover in self:
            handover.may_confirm = handover.state == "draft" and handover._is_supervisor()

    def _is_supervisor(self):
        """Tell whether the user may take these takings over: a manager or the head, never the collector."""
        self.ensure_one()
        user = self.env.user
        if self.user_id == user:
            return False
        manager = user.has_group("collection_cases.group_collection_manager")
        # sudo: which departments the user heads
        return manager or self.department_id in user.sudo().collection_department_ids

    # === MAKING === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            user = self.env["res.users"].browse(vals.get("user_id") or self.env.uid)
            vals.update(company_id=company.id, user_id=user.id)
            vals["department_id"] = user._collection_department(company).id
            vals["date"] = self.env["collection.refresh"]._today(company)
            if not self.env.su:
                # Set outright, because defaults in the caller's context would get past the filter.
                vals.update(state="draft", confirmed_by_id=False, confirmed_date=False, booked_date=False)
                vals.update(line_ids=[], receipt_ids=[])
            self.new(vals)._check_whose()
        handovers = super().create(vals_list)
        handovers._gather()
        return handovers

    def _check_whose(self):
        for handover in self:
            if handover.user_id != self.env.user and not handover._is_supervisor() and not self.env.su:
                raise AccessError(
                    self.env._("You hand over your own takings; those of %s their supervisor.", handover.user_id.name)
                )

    def action_gather(self):
        """Add the receipts given since the hand-over was begun."""
        self.check_access("write")
        self._gather()
        return True

    def _gather(self):
        """Take in the collector's receipts that are in no hand-over, and sum them by currency and method.

        :raises UserError: there is none
        """
        for handover in self:
            if handover.state != "draft":
                raise UserError(self.env._("These takings were taken over already. Begin another hand-over."))
            # sudo: receipts are not written by people; whose they are was checked when it was begun
            receipts = self.env["collection.receipt"].sudo()
            receipts.search(
                [
                    ("user_id", "=", handover.user_id.id),
                    ("company_id", "=", handover.company_id.id),
                    ("state", "=", "taken"),
                    ("handover_id", "=", False),
                ]
            ).handover_id = handover
            if not handover.sudo().receipt_ids:
                raise UserError(self.env._("%s has no takings to hand over.", handover.user_id.name))
            handover.line_ids._sum_up(handover)

    def write(self, vals):
        if not self.env.su:
            if not FOLLOWS.isdisjoint(vals):
                raise UserError(self.env._("A hand-over is moved on with its buttons."))
            if any(handover.state != "draft" for handover in self) and not {"note", "line_ids"}.isdisjoint(vals):
                raise UserError(self.env._("What was counted and taken over stays as it was."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if any(handover.state != "draft" for handover in self):
            raise UserError(self.env._("What was counted and taken over cannot be deleted."))
        for handover in self:
            if any(handover.line_ids.mapped("is_counted")) and not handover._is_supervisor():
                raise UserError(self.env._("It is being counted: ask your supervisor to delete it."))

    # === TAKING OVER === #

    def action_confirm(self):
        """Take the takings over: what was counted stands beside what was expected."""
        self.check_access("write")
        for handover in self:
            if handover.state != "draft":
                raise UserError(self.env._("%s was taken over already.", handover.name))
            if not handover._is_supervisor():
                raise AccessError(
                    self.env._("Takings are taken over by a manager or the head of the department, never by oneself.")
                )
            missing = handover.line_ids.filtered(lambda line: not line.is_counted)
            if missing:
                raise UserError(
                    self.env._("Enter what you counted for: %s.", ", ".join(missing.mapped("display_name")))
                )
            if handover.has_difference and not (handover.note or "").strip():
                raise UserError(
                    self.env._("What you counted is not what was expected: write into the note what you found.")
                )
            # sudo: the right was checked; who took over and when is not typed in
            done = handover.sudo()
            done.receipt_ids.state = "handed_over"
            open_receipts = done.receipt_ids.filtered(lambda one: one.method == "cash" and not one.payment_id)
            done.write(
                {
                    "state": "confirmed",
                    "confirmed_by_id": self.env.uid,
                    "confirmed_date": fields.Datetime.now(),
                    "booked_date": False if open_receipts else done._today(),
                }
            )
            if handover.has_difference:
                done._report_difference()
        return True

    def _today(self):
        return self.env["collection.refresh"]._today(self.company_id)

    def action_booked(self):
        """Say that accounting has booked the cash that was not booked at once."""
        self.check_access("write")
        for handover in self:
            if handover.state != "confirmed" or handover.booked_date:
                raise UserError(self.env._("Only what was taken over and is not booked yet can be set to booked."))
            if not handover._is_supervisor():
                raise AccessError(self.env._("Whoever may take takings over says that they are booked."))
            handover.sudo().booked_date = handover._today()  # sudo: a date that the button sets
        return True

    def _report_difference(self):
        """Tell the manager about a difference: an activity on the hand-over."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not line.currency_id.is_zero(line.difference))
        text = self.env._(
            "Difference at the hand-over of %(who)s: %(what)s",
            who=self.user_id.name,
            what=", ".join(f"{line.display_name} {line.currency_id.format(line.difference)}" for line in lines),
        )
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self._today(),
            summary=text,
            note=self.note,
            user_id=self._whom_to_tell().id,
        )
        self._message_log(body=text)

    def _whom_to_tell(self):
        """Return who hears of a difference: a head above, else a manager, never the collector.

        The one who took over is the last resort.
        """
        self.ensure_one()
        concerned = self.user_id | self.confirmed_by_id
        department = self.department_id
        while department:
            head = department.manager_id.user_id
            if head and head.active and head not in concerned:
                return head
            department = department.parent_id
        managers = self.env.ref("collection_cases.group_collection_manager").all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids and user._is_internal()
        )
        return (managers - concerned - self.env.ref("base.user_root"))[:1] or self.confirmed_by_id
