from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class CollectionHold(models.Model):
    """A temporary stop of everything that would be sent: for a customer, a case or an item.

    It has a reason and a last day and ends by itself: nobody is forgotten.
    """

    _name = "collection.hold"
    _description = "Hold"
    _order = "date_until, id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    scope = fields.Selection(
        [("customer", "Customer"), ("case", "Case"), ("item", "Item")], compute="_compute_scope", store=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        domain="[('commercial_partner_id', '=', id)]",
    )
    case_id = fields.Many2one("collection.case", ondelete="cascade", index="btree_not_null", check_company=True)
    item_id = fields.Many2one(
        "collection.item",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('case_id', '=', case_id), ('state', '=', 'open')]",
    )
    reason = fields.Char(required=True)
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_until = fields.Date("Until and including", required=True)
    user_id = fields.Many2one("res.users", "Author", default=lambda self: self.env.user, readonly=True)
    ended_date = fields.Date("Ended early on", readonly=True, copy=False)
    ended_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    is_active = fields.Boolean("Holding now", compute="_compute_is_active", search="_search_is_active")

    _running_idx = models.Index("(company_id, partner_id, date_until) WHERE ended_date IS NULL")

    @api.depends("partner_id", "case_id", "item_id", "date_until")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for hold in self:
            what = hold.item_id.name or hold.case_id.name or hold.partner_id.display_name
            hold.display_name = f"{what} → {format_date(self.env, hold.date_until)}"

    @api.depends("case_id", "item_id")
    def _compute_scope(self):
        for hold in self:
            hold.scope = "item" if hold.item_id else "case" if hold.case_id else "customer"

    @api.depends("case_id", "item_id")
    def _compute_partner_id(self):
        for hold in self:
            hold.partner_id = hold.item_id.partner_id or hold.case_id.partner_id or hold.partner_id

    @api.depends("date_from", "date_until", "ended_date")
    def _compute_is_active(self):
        for hold in self:
            today = self.env["collection.refresh"]._today(hold.company_id)
            hold.is_active = not hold.ended_date and hold.date_from <= today <= hold.date_until

    def _search_is_active(self, operator, value):
        if operator != "in":
            return NotImplemented
        running = self._active_domain(fields.Date.context_today(self))
        return running if True in value else ~running

    @api.model
    def _active_domain(self, today):
        return Domain([("ended_date", "=", False), ("date_from", "<=", today), ("date_until", ">=", today)])

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                vals.update(user_id=self.env.uid, ended_date=False, ended_by_id=False)
            if vals.get("item_id") and not vals.get("case_id"):
                vals["case_id"] = self.env["collection.item"].browse(vals["item_id"]).case_id.id
            case = self.env["collection.case"].browse(vals.get("case_id") or self.env.context.get("default_case_id"))
            if case:
                # What is held is the case's, whatever else was said.
                vals.update(case_id=case.id, company_id=case.company_id.id, partner_id=case.partner_id.id)
        holds = super().create(vals_list)
        holds._check_made()
        for hold in holds:
            day = format_date(self.env, hold.date_until)
            hold._tell(self.env._("Held until %(date)s: %(reason)s", date=day, reason=hold.reason))
        return holds

    @api.constrains("date_from", "date_until", "item_id", "case_id", "partner_id")
    def _check_made(self):
        for hold in self:
            if hold.date_until < hold.date_from:
                raise UserError(self.env._("The last day of a hold is not before its first."))
            if hold.date_until < self.env["collection.refresh"]._today(hold.company_id) and not hold.ended_date:
                day = format_date(self.env, hold.date_until)
                raise UserError(self.env._("%s has passed: a hold is for days to come.", day))
            limit = hold.company_id.collection_hold_days
            if limit and (hold.date_until - hold.date_from).days > limit:
                raise UserError(
                    self.env._(
                        "A hold lasts at most %(days)s days (until %(date)s). Make another one when it has ended.",
                        days=limit,
                        date=format_date(self.env, hold.date_from + timedelta(days=limit)),
                    )
                )
            if hold.item_id and hold.item_id.case_id != hold.case_id:
                raise UserError(self.env._("%s belongs to another case.", hold.item_id.name))
            if hold.partner_id != hold.partner_id.commercial_partner_id:
                raise UserError(self.env._("Hold the customer itself, %s.", hold.partner_id.commercial_partner_id.name))
            if not hold.case_id and not self.env.su:
                hold._check_customers_holder()

    def _check_customers_holder(self):
        """A collector holds customers of their own only: those whose open case they may write."""
        cases = self.env["collection.case"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        )
        manager = self.env.user.has_group("collection_cases.group_collection_manager")
        if not manager and not cases.filtered(lambda case: case.state != "completed"):
            raise UserError(
                self.env._("You work no case of %s. Ask its debt manager, or a manager.", self.partner_id.name)
            )

    def write(self, vals):
        if not self.env.su:
            if set(vals) - {"reason", "date_until"}:
                raise UserError(self.env._("End a hold with its button, and make another one for something else."))
            for hold in self:
                if hold.ended_date or hold.date_until < self.env["collection.refresh"]._today(hold.company_id):
                    raise UserError(self.env._("A hold that has ended is history. Make another one."))
        return super().write(vals)

    def action_end(self):
        """End holds today, before their last day."""
        self.check_access("write")
        for hold in self.filtered(lambda hold: not hold.ended_date):
            today = self.env["collection.refresh"]._today(hold.company_id)
            # sudo: the right was checked; who ended it is not typed in
            hold.sudo().write({"ended_date": today, "ended_by_id": self.env.uid})
            hold._tell(self.env._("Hold ended early by %s", self.env.user.name))
        return True

    def _block_detail(self):
        """Return what a reason of this kind adds to its sentence."""
        return self.reason

    def _tell(self, text):
        """Write into the cases concerned what became of the hold."""
        cases = self.case_id or self.env["collection.case"].search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "completed"),
            ]
        )
        for case in cases:
            case._message_log(body=text)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A hold is history and cannot be deleted. End it instead."))
