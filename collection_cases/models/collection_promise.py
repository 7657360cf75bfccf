from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import clean_context

PROMISE_STATES = [
    ("open", "Open"),
    ("kept", "Kept"),
    ("partly_kept", "Partly kept"),
    ("broken", "Broken"),
    ("cancelled", "Cancelled"),
]

MOST_YEARS = 10
"""Nobody promises for a later day; a year mistyped would be found by nobody."""

MADE = {"case_id", "item_ids", "amount", "date", "note", "currency_id", "contact_id"}
"""What a person says about a promise when it is made; the rest follows, and afterwards only the note changes."""


class CollectionPromise(models.Model):
    """A debtor's promise to pay an amount by a day; history that is added to, never rewritten.

    A changed promise is a new one that replaces the old. `plan_id` set: an instalment of a plan.
    """

    _name = "collection.promise"
    _description = "Promise to pay"
    _order = "date desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one("collection.case", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(related="case_id.partner_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    debt_manager_id = fields.Many2one(related="case_id.user_id", string="Debt manager")
    user_id = fields.Many2one("res.users", "Taken by", default=lambda self: self.env.user, readonly=True)
    contact_id = fields.Many2one("res.partner", "Promised by")
    action_id = fields.Many2one("collection.action", "Contact", readonly=True, ondelete="set null", index=True)
    item_ids = fields.Many2many("collection.item", string="For", domain="[('case_id', '=', case_id)]")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(required=True)
    date = fields.Date("Promised for", required=True, index=True)
    made_on = fields.Date("Made on", required=True, readonly=True, default=fields.Date.context_today)
    received = fields.Monetary(readonly=True, copy=False, help="What came in time for it, by value date.")
    missing = fields.Monetary(compute="_compute_missing")
    state = fields.Selection(
        PROMISE_STATES, required=True, default="open", readonly=True, copy=False, index=True, group_expand=True
    )
    decided_date = fields.Date("Since", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    tolerance_days = fields.Integer("Days of grace", readonly=True, help="The company's when it was made.")
    tolerance_percent = fields.Float("Percent short", readonly=True, help="The company's when it was made.")
    is_cancelled_by_plan = fields.Boolean(readonly=True, copy=False)
    plan_id = fields.Many2one("collection.plan", readonly=True, ondelete="cascade", index="btree_not_null")
    note = fields.Text()

    _running_idx = models.Index("(company_id, partner_id) WHERE state <> 'cancelled'")
    _amount_positive = models.Constraint("CHECK(amount > 0)", "A promise is about an amount above zero.")

    @api.depends("amount", "date", "case_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for promise in self:
            amount = promise.currency_id.format(promise.amount) if promise.currency_id else promise.amount
            promise.display_name = self.env._(
                "%(amount)s by %(date)s (%(case)s)",
                amount=amount,
                date=format_date(self.env, promise.date),
                case=promise.case_id.name,
            )

    @api.depends("amount", "received", "state")
    def _compute_missing(self):
        for promise in self:
            left = 0 if promise.state in ("kept", "cancelled") else promise.amount - promise.received
            promise.missing = max(0, left)

    # === MAKING === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            case_id = self.env.context.get("default_case_id")
            vals_list = [
                {"case_id": case_id, **{name: value for name, value in vals.items() if name in MADE}}
                | {"user_id": self.env.uid}
                for vals in vals_list
            ]
        for vals in vals_list:
            self._complete(vals)
        # Defaults in the caller's context would be a way around what vals may not say.
        plain = self.with_context(clean_context(self.env.context))  # pylint: disable=context-overridden
        promises = super(CollectionPromise, plain).create(vals_list)
        for promise in promises:
            promise._check_made()
        promises.case_id._on_promised()
        return promises

    @api.model
    def _complete(self, vals):
        """Fill in what a promise does not say: all overdue items of its case, their currency, today."""
        case = self.env["collection.case"].browse(vals.get("case_id")).exists()
        if not case:
            raise UserError(self.env._("Say which case the promise is about."))
        if not vals.get("date"):
            raise UserError(self.env._("Say by which day the debtor promised to pay."))
        company = case.company_id.sudo()  # sudo: what still counts as kept is no secret
        vals.setdefault("tolerance_days", company.collection_promise_tolerance_days)
        vals.setdefault("tolerance_percent", company.collection_promise_tolerance)
        vals["made_on"] = vals.get("made_on") or case._today()
        if not vals.get("item_ids"):
            meant = case._overdue_items(vals["made_on"]) or case._owed_items()
            chosen = meant.filtered(lambda item: item.currency_id == meant[:1].currency_id)
            vals["item_ids"] = [fields.Command.set(chosen.ids)]
        if not vals.get("currency_id"):
            items = self.new({"item_ids": vals["item_ids"]}).item_ids._origin
            vals["currency_id"] = items[:1].currency_id.id or case.currency_id.id

    def _check_made(self):
        """Refuse a promise that cannot be meant.

        :raises UserError: with what to do instead
        """
        self.ensure_one()
        case, currency = self.case_id, self.currency_id
        if case.state == "completed":
            raise UserError(self.env._("%s is completed: nothing is left to promise.", case.name))
        if self.date < self.made_on:
            raise UserError(
                self.env._("A promise is for a day to come: %s has passed.", format_date(self.env, self.date))
            )
        limit = case.company_id.collection_promise_days
        if self.date > fields.Date.add(self.made_on, years=MOST_YEARS):
            day = format_date(self.env, self.date)
            raise UserError(self.env._("%(date)s is more than %(years)s years away.", date=day, years=MOST_YEARS))
        if limit and not self.plan_id and (self.date - self.made_on).days > limit:
            raise UserError(
                self.env._(
                    "%(date)s is more than %(days)s days away: agree an earlier day.",
                    date=format_date(self.env, self.date),
                    days=limit,
                )
            )
        items = self.item_ids
        if items.case_id - case:
            raise UserError(self.env._("A promise is about items of its own case."))
        if not items.filtered(lambda item: item.state == "open" and item.residual > 0):
            raise UserError(self.env._("Choose the open items the promise is for."))
        if items.currency_id != currency:
            raise UserError(self.env._("A promise is in one currency: make one for each currency."))
        if self.plan_id:
            return
        others = self.search([("item_ids", "in", items.ids), ("state", "=", "open"), ("id", "!=", self.id)])
        promised = sum(others.mapped("missing"))
        left = sum(item.residual for item in items if item.state == "open" and item.residual > 0) - promised
        if currency.compare_amounts(self.amount, left) > 0:
            if promised:
                raise UserError(
                    self.env._(
                        "Of these items only %(left)s is not promised yet. Lower the amount, or cancel the promise"
                        " of %(other)s first.",
                        left=currency.format(max(0, left)),
                        other=others[:1].display_name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(amount)s is more than is open on these items (%(left)s). Lower the amount or choose more items.",
                    amount=currency.format(self.amount),
                    left=currency.format(left),
                )
            )

    def write(self, vals):
        if not self.env.su:
            rest = set(vals) - {"note"}
            if rest:
                raise UserError(
                    self.env._("What was promised stays as it was said. Cancel the promise, or make another one.")
                )
        return super().write(vals)

    def action_cancel(self):
        """Cancel promises that were recorded by mistake or withdrawn; they stay in the history."""
        self.check_access("write")
        for promise in self:
            if promise.plan_id:
                raise UserError(self.env._("This is an instalment: cancel its plan, and agree another one."))
            if promise.state != "open":
                raise UserError(self.env._("Only an open promise can be cancelled; this one is judged already."))
        self._cancel(self.env._("Cancelled by %s", self.env.user.name))

    def _cancel(self, reason):
        # sudo: callers have checked the right; a person may cancel, but not set the fields at will
        self.sudo().write({"state": "cancelled", "cancel_reason": reason})
        for promise in self:
            case = promise.case_id._in_language_of()
            told = promise.with_env(case.env).display_name
            case._message_log(body=case.env._("Promise of %(promise)s: %(reason)s", promise=told, reason=reason))
        self.case_id._after_promises()

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A promise is history and cannot be deleted. Cancel it instead."))

    def _block_detail(self):
        """Return what a reason of this kind adds to its sentence."""
        if self.plan_id:
            last = max(self.plan_id.promise_ids.mapped("date"))
            return self.env._("in instalments until %s", format_date(self.env, last))
        return self.contact_id.name
