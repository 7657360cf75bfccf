from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import clean_context

DISPUTE_STATES = [
    ("open", "Open"),
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
]


DERIVED = {
    *("action_id", "amount", "closed_date", "company_id", "credit_move_ids"),
    *("date", "name", "origin", "partner_id", "state"),
}
"""What follows from the case and the buttons; nobody types it in."""


class CollectionDisputeReason(models.Model):
    """Why debtors contest, who of us settles it, and in how many days."""

    _name = "collection.dispute.reason"
    _description = "Dispute reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    department_id = fields.Many2one("hr.department", "Settled by", help="Whose people get the task.")
    user_id = fields.Many2one("res.users", "Person", domain="[('share', '=', False)]")
    days = fields.Integer("Days to settle it", default=10, required=True)

    _days_positive = models.Constraint("CHECK(days >= 0)", "The days to settle a dispute cannot be negative.")


class CollectionDispute(models.Model):
    """What a debtor contests: items or parts of them, with who settles it until when.

    The contested part is not collected while the dispute is open, nor while an accepted one waits for
    its credit note. The rest of each item is collected as usual.
    """

    _name = "collection.dispute"
    _description = "Dispute"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name", store=True)
    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    debt_manager_id = fields.Many2one(related="case_id.user_id", string="Debt manager")
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company currency")
    reason_id = fields.Many2one(
        "collection.dispute.reason", required=True, ondelete="restrict", tracking=True, index=True
    )
    line_ids = fields.One2many("collection.dispute.line", "dispute_id", "Contested")
    amount = fields.Monetary(
        "Contested amount", compute="_compute_amount", store=True, currency_field="company_currency_id"
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_responsible",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        compute="_compute_responsible",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        index=True,
    )
    date = fields.Date("Raised on", required=True, readonly=True, default=fields.Date.context_today)
    date_deadline = fields.Date(
        "Settle by", compute="_compute_date_deadline", store=True, readonly=False, precompute=True, tracking=True
    )
    closed_date = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        DISPUTE_STATES,
        required=True,
        default="open",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    origin = fields.Selection(
        [("collector", "Collector"), ("debtor", "Debtor")], default="collector", required=True, readonly=True
    )
    contact_id = fields.Many2one("res.partner", "Raised by")
    action_id = fields.Many2one("collection.action", readonly=True, ondelete="set null", index=True)
    note = fields.Text("What the debtor says")
    resolution = fields.Text("How it was settled")
    credit_move_ids = fields.Many2many("account.move", string="Credit notes", readonly=True, copy=False)

    # === COMPUTES === #

    @api.depends("case_id", "reason_id")
    def _compute_name(self):
        for dispute in self:
            dispute.name = f"{dispute.case_id.name} · {dispute.reason_id.name}"

    @api.depends("line_ids.amount", "line_ids.item_id")
    def _compute_amount(self):
        for dispute in self:
            dispute.amount = sum(line._in_company_currency(line.amount) for line in dispute.line_ids)

    @api.depends("reason_id")
    def _compute_responsible(self):
        for dispute in self:
            dispute.department_id = dispute.reason_id.department_id or dispute.case_id.department_id
            dispute.user_id = dispute._who_settles()

    @api.depends("reason_id", "date")
    def _compute_date_deadline(self):
        for dispute in self:
            raised = dispute.date or fields.Date.context_today(self)
            dispute.date_deadline = raised + timedelta(days=dispute.reason_id.days or 0)

    # === MAKING === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{name: value for name, value in vals.items() if name not in DERIVED} for vals in vals_list]
            case_id = self.env.context.get("default_case_id")
            vals_list = [{"case_id": case_id, **vals} for vals in vals_list]
        # Defaults in the caller's context would be a way around what vals may not say.
        plain = self.with_context(clean_context(self.env.context))  # pylint: disable=context-overridden
        disputes = super(CollectionDispute, plain).create(vals_list)
        for dispute in disputes:
            if not dispute.user_id:
                dispute.user_id = dispute._who_settles()
            if dispute.case_id.state == "completed":
                raise UserError(self.env._("%s is completed: open a new case to contest.", dispute.case_id.name))
            if not dispute.line_ids:
                raise UserError(self.env._("Say which items are contested, and how much of each."))
            dispute._raise_task()
        return disputes

    def write(self, vals):
        if not self.env.su and not (DERIVED | {"case_id"}).isdisjoint(vals):
            raise UserError(self.env._("A dispute is settled with its buttons: accept, reject or withdraw."))
        if not self.env.su and "line_ids" in vals and any(dispute.state != "open" for dispute in self):
            raise UserError(self.env._("A settled dispute stays as it was. Raise another one."))
        res = super().write(vals)
        if not {"user_id", "date_deadline"}.isdisjoint(vals):
            self._follow_task()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A dispute is history and cannot be deleted. Withdraw it instead."))

    # === SETTLING === #

    def _check_open(self):
        self.check_access("write")
        for dispute in self:
            if dispute.state != "open":
                raise UserError(self.env._("%s is settled already.", dispute.name))

    def _settle(self, state, why=None):
        """Close disputes.

        :param state: accepted, rejected or withdrawn
        :param why: added to how it was settled
        """
        # sudo: the right was checked; the state is moved by its buttons only, tasks of colleagues end with
        # the dispute, and who settles it need not have any right on the case
        for dispute in self.sudo():
            vals = {"state": state, "closed_date": dispute.case_id._today()}
            if why:
                vals["resolution"] = "\n".join(filter(None, (dispute.resolution, why)))
            dispute.write(vals)
            if tasks := dispute.activity_ids:
                tasks.action_feedback(feedback=dispute._state_label())
            case = dispute.case_id._in_language_of()
            case._message_log(body=dispute.with_env(case.env)._settled_text())
            dispute._tell_settled()

    def _state_label(self):
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def action_accept(self):
        """Accept: the debtor is right. The contested part stays out until its credit note is posted."""
        self._check_open()
        self._settle("accepted")
        return True

    def action_reject(self):
        """Reject: the contested part is collected again."""
        self._check_open()
        for dispute in self:
            if not dispute.resolution:
                raise UserError(
                    self.env._(
                        "Write under “How it was settled” what to tell the debtor, then reject %s.", dispute.name
                    )
                )
        self._settle("rejected")
        return True

    def action_withdraw(self):
        """Withdraw: the debtor no longer contests."""
        self._check_open()
        self._settle("withdrawn")
        return True

    def _block_detail(self):
        """Return what a reason of this kind adds to its sentence."""
        return self.reason_id.name


class CollectionDisputeLine(models.Model):
    """One contested item, or the contested part of it."""

    _name = "collection.dispute.line"
    _description = "Contested item"

    dispute_id = fields.Many2one("collection.dispute", required=True, index=True, ondelete="cascade")
    case_id = fields.Many2one(related="dispute_id.case_id")
    company_id = fields.Many2one(related="dispute_id.company_id", store=True, precompute=True)
    item_id = fields.Many2one(
        "collection.item", required=True, index=True, ondelete="restrict", domain="[('case_id', '=', case_id)]"
    )
    currency_id = fields.Many2one(related="item_id.currency_id")
    residual = fields.Monetary(related="item_id.residual")
    amount = fields.Monetary(
        "Contested", compute="_compute_amount", store=True, readonly=False, precompute=True, required=True
    )

    _item_uniq = models.Constraint("UNIQUE(dispute_id, item_id)", "An item is contested once in a dispute.")

    @api.depends("item_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line.amount or line.item_id.residual

    @api.constrains("amount", "item_id")
    def _check_amount(self):
        for line in self:
            item, currency = line.item_id, line.currency_id
            if item.case_id != line.dispute_id.case_id:
                raise UserError(self.env._("%s belongs to another case.", item.name))
            if currency.compare_amounts(line.amount, 0) <= 0:
                raise UserError(self.env._("Say how much of %s is contested: an amount above zero.", item.name))
            others = self.search([("item_id", "=", item.id), ("id", "!=", line.id)])
            left = item.residual - sum(other._held_back() for other in others)
            if currency.compare_amounts(line.amount, left) > 0:
                raise UserError(
                    self.env._(
                        "%(amount)s is more than is open and not contested yet of %(item)s (%(left)s).",
                        amount=currency.format(line.amount),
                        item=item.name,
                        left=currency.format(max(0, left)),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_changeable()
        return lines

    def write(self, vals):
        self._check_changeable()
        if not self.env.su and set(vals) - {"amount"}:
            raise UserError(self.env._("Take the item off and add another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_changeable()
        for dispute in self.dispute_id:
            if not dispute.line_ids - self:
                raise UserError(self.env._("A dispute is about something: withdraw it instead."))

    def _check_changeable(self):
        if any(dispute.state != "open" for dispute in self.dispute_id) and not self.env.su:
            raise UserError(self.env._("A settled dispute stays as it was. Raise another one."))

    def _held_back(self):
        """Return how much of the item is kept out of collection, in the item's currency.

        While the dispute is open, what is contested; after it was accepted, what is not credited yet.
        """
        self.ensure_one()
        dispute, left = self.dispute_id, max(0, self.residual)
        if dispute.state == "open":
            return min(self.amount, left)
        if dispute.state != "accepted":
            return 0.0
        # sudo: a collector without accounting rights
        notes = self.sudo().dispute_id.credit_move_ids.filtered(lambda move: move.state != "cancel")
        if notes:
            return min(self.amount, left) if "draft" in notes.mapped("state") else 0.0
        return min(max(0, self.amount - self._credited()), left)

    def _credited(self):
        """Return what was credited of the item since the dispute was accepted, by hand or in another ledger."""
        # sudo: a collector without accounting rights
        item, since = self.sudo().item_id, self.dispute_id.closed_date
        if item.feed_entry_id:
            taken = item.feed_entry_id.movement_ids.filtered(lambda movement: movement.date >= since)
            return sum(taken.mapped("amount"))
        matches = item.move_line_id.matched_credit_ids.filtered(
            lambda match: match.credit_move_id.move_id.move_type == "out_refund" and match.credit_move_id.date >= since
        )
        return sum(matches.mapped("debit_amount_currency"))

    def _in_company_currency(self, amount):
        self.ensure_one()
        company = self.dispute_id.company_id
        return self.currency_id._convert(
            amount, company.currency_id, company, self.item_id.date or self.item_id.due_date
        )
