from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionPlan(models.Model):
    """An instalment plan: a debt that the debtor pays in parts; its promises are its instalments."""

    _name = "collection.plan"
    _description = "Instalment plan"
    _order = "id desc"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade", readonly=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    user_id = fields.Many2one("res.users", "Agreed by", default=lambda self: self.env.user, readonly=True)
    contact_id = fields.Many2one("res.partner", "Agreed with", readonly=True)
    item_ids = fields.Many2many("collection.item", string="For", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    total = fields.Monetary(readonly=True)
    received = fields.Monetary(compute="_compute_received")
    promise_ids = fields.One2many("collection.promise", "plan_id", "Instalments", readonly=True)
    instalment_count = fields.Integer(compute="_compute_received")
    kept_count = fields.Integer(compute="_compute_received")
    on_missed = fields.Selection(
        [("plan", "The whole plan is broken"), ("instalment", "Only that instalment is")],
        "A missed instalment",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("active", "Running"), ("completed", "Completed"), ("broken", "Broken"), ("cancelled", "Cancelled")],
        required=True,
        default="active",
        readonly=True,
        index=True,
    )
    note = fields.Text()

    @api.depends("case_id", "total", "promise_ids")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._(
                "%(count)s instalments of %(total)s (%(case)s)",
                count=len(plan.promise_ids),
                total=plan.currency_id.format(plan.total) if plan.currency_id else plan.total,
                case=plan.case_id.name,
            )

    @api.depends("promise_ids.received", "promise_ids.state")
    def _compute_received(self):
        for plan in self:
            plan.received = sum(plan.promise_ids.mapped("received"))
            plan.instalment_count = len(plan.promise_ids)
            plan.kept_count = len(plan.promise_ids.filtered(lambda promise: promise.state == "kept"))

    @api.model
    def _agree(self, case, items, schedule, *, contact=None, note=None):
        """Make a plan and its instalments.

        :param case: `collection.case`
        :param items: `collection.item` that it covers, of one currency
        :param schedule: list of (date, amount) in that currency
        :returns: `collection.plan`
        :raises UserError: an item is in another running plan, the sum is above what is open, a day has passed
        """
        case.check_access("write")
        currency = items.currency_id
        if len(currency) != 1:
            raise UserError(self.env._("A plan is in one currency: make one for each currency."))
        for other in self.search([("item_ids", "in", items.ids), ("state", "=", "active")], limit=1):
            both = (other.item_ids & items)[:1]
            raise UserError(
                self.env._(
                    "%(item)s is in a running plan already (%(plan)s). Cancel that one first.",
                    item=both.name,
                    plan=other.display_name,
                )
            )
        if items.case_id != case or items.filtered(lambda item: item.state != "open"):
            raise UserError(self.env._("A plan covers open items of its own case."))
        dates = [date for date, _amount in schedule]
        if not dates or dates != sorted(set(dates)):
            raise UserError(self.env._("Give each instalment a day of its own, later than the one before."))
        if any(currency.compare_amounts(amount, 0) <= 0 for _date, amount in schedule):
            raise UserError(self.env._("Each instalment is above zero."))
        total, open_ = currency.round(sum(amount for _date, amount in schedule)), sum(items.mapped("residual"))
        if currency.compare_amounts(total, open_) > 0:
            raise UserError(
                self.env._(
                    "The instalments sum to %(total)s, but only %(open)s is open.",
                    total=currency.format(total),
                    open=currency.format(open_),
                )
            )
        running = self.env["collection.promise"].search([("item_ids", "in", items.ids), ("state", "=", "open")])
        # sudo: the right to write the case was checked; fields of plans and promises are not typed in
        plan = self.sudo().create(
            {
                "case_id": case.id,
                "item_ids": [fields.Command.set(items.ids)],
                "currency_id": currency.id,
                "total": total,
                "contact_id": contact.id if contact else False,
                "on_missed": case.company_id.collection_plan_on_missed,
                "user_id": self.env.uid,
                "note": note,
            }
        )
        self.env["collection.promise"].sudo().create(
            [
                {
                    "case_id": case.id,
                    "plan_id": plan.id,
                    "item_ids": [fields.Command.set(items.ids)],
                    "currency_id": currency.id,
                    "amount": amount,
                    "date": date,
                    "contact_id": contact.id if contact else False,
                    "user_id": self.env.uid,
                }
                for date, amount in schedule
            ]
        )
        running._cancel(self.env._("Replaced by an instalment plan"))
        case._message_log(body=self.env._("Instalment plan agreed: %s", plan.display_name))
        return plan.sudo(False)

    def action_cancel(self):
        """Cancel running plans with the instalments that are still open."""
        self.check_access("write")
        for plan in self:
            if plan.state != "active":
                raise UserError(self.env._("Only a running plan can be cancelled."))
        self._end("cancelled", self.env._("Plan cancelled by %s", self.env.user.name))

    def write(self, vals):
        if not self.env.su and set(vals) - {"note"}:
            raise UserError(self.env._("What was agreed stays as it was. Cancel the plan and agree another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A plan is history and cannot be deleted. Cancel it instead."))

    def _after_instalments(self):
        """Instalments were judged or cancelled: the plan's state follows from theirs, in both directions.

        A plan that a missed instalment has broken comes back, with the instalments it took down, when the
        money turns out to have come in time; one that was completed is not any more when money is taken back.

        :returns: the plans that came back
        """
        revived = self.browse()
        for plan in self.filtered(lambda plan: plan.state != "cancelled"):
            promises = plan.promise_ids
            missed = promises.filtered(lambda promise: promise.state in ("broken", "partly_kept"))
            taken_down = promises.filtered("is_cancelled_by_plan")
            case = plan.case_id._in_language_of()
            told = plan.with_env(case.env)
            if missed and plan.on_missed == "plan":
                if plan.state != "broken" or promises.filtered(lambda promise: promise.state == "open"):
                    day = format_date(case.env, missed[0].date)
                    reason = case.env._("The plan is broken: the instalment of %s was missed", day)
                    plan._end("broken", reason)
                continue
            if taken_down:
                # sudo: what the product has cancelled it may bring back
                taken_down.sudo().write({"state": "open", "cancel_reason": False, "is_cancelled_by_plan": False})
                case._message_log(body=case.env._("%s runs again: the money had come in time", told.display_name))
                revived |= plan
            states = set(promises.mapped("state"))
            if "open" in states:
                state = "active"
            elif missed:
                state = "broken"
            else:
                state = "completed" if "kept" in states else "cancelled"
            if plan.state != state:
                plan.sudo().state = state  # sudo: follows from the instalments
                names = dict(self._fields["state"]._description_selection(case.env))
                case._message_log(body=f"{told.display_name}: {names[state]}")
        return revived

    def _end(self, state, reason):
        """End plans; what is still open of them falls back to the items, due as it was."""
        self.sudo().write({"state": state})  # sudo: callers have checked, or judge from the ledger
        for plan in self:
            running = plan.promise_ids.filtered(lambda promise: promise.state == "open")
            running._cancel(reason)
            if state == "broken":
                running.sudo().is_cancelled_by_plan = True  # sudo: see above
            case = plan.case_id._in_language_of()
            told = plan.with_env(case.env).display_name
            case._message_log(body=case.env._("%(plan)s: %(reason)s", plan=told, reason=reason))
