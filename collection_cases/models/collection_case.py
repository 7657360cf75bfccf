from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine import priority as priority_engine
from ..engine.aging import BUCKETS, bucket, days_overdue
from ..queries.case_totals import FLUSH as TOTALS_FLUSH
from ..queries.case_totals import case_totals

STATES = [
    ("not_started", "Not started"),
    ("in_progress", "In progress"),
    ("promise", "Promise"),
    ("completed", "Completed"),
]
OPEN_STATES = ("not_started", "in_progress", "promise")

CLOSE_REASONS = [
    ("paid", "Everything is settled"),
    ("covered", "Covered by credits, or not above the tolerance"),
    ("excluded", "What is left is excluded from follow-up"),
    ("not_due", "Nothing is overdue any more"),
    ("unposted", "The entries were set back to draft or cancelled"),
    ("not_participating", "The customer no longer takes part"),
    ("moved", "Moved to another case of the customer"),
    ("by_hand", "Completed by a person"),
]


TRANSITION = object()
"""Proof that a write comes from `_update_state`: an object cannot come in over RPC."""


class CollectionCase(models.Model):
    """One customer's (or branch's) overdue debt to one company, and everything done to collect it."""

    _name = "collection.case"
    _description = "Collection case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "priority_score desc, amount_overdue desc, id"
    _rec_names_search = ["name", "partner_id"]
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char("Code", required=True, copy=False, tracking=True, default=lambda self: self._propose_code())
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict", tracking=True, check_company=True
    )
    branch_id = fields.Many2one(
        "res.partner",
        "Branch",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', partner_id), ('id', '!=', partner_id)]",
        help="Set when the customer is collected per branch.",
    )
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id", store=True, precompute=True)
    user_id = fields.Many2one(
        "res.users",
        "Debt manager",
        compute="_compute_parties",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    department_id = fields.Many2one(
        "hr.department", compute="_compute_department_id", store=True, readonly=False, precompute=True, index=True
    )
    payment_contact_id = fields.Many2one(
        "res.partner",
        "Payments officer",
        compute="_compute_parties",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    payment_contact_phone = fields.Char(related="payment_contact_id.phone", string="Phone of the payments officer")
    payment_contact_email = fields.Char(related="payment_contact_id.email", string="E-mail of the payments officer")
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    state = fields.Selection(
        STATES, required=True, default="not_started", tracking=True, index=True, group_expand=True, copy=False
    )
    close_reason = fields.Selection(CLOSE_REASONS, readonly=True, copy=False)
    close_date = fields.Date(readonly=True, copy=False)
    cycle = fields.Integer(
        default=1,
        required=True,
        readonly=True,
        copy=False,
        help="Goes up when nothing is overdue any more or the case is reopened: the next delay starts afresh.",
    )
    is_overdue = fields.Boolean(
        readonly=True, copy=False, help="Something was overdue at the last refresh; `cycle` counts its falling back."
    )
    item_ids = fields.One2many("collection.item", "case_id", "Items", copy=False)
    item_count = fields.Integer("Open items", compute="_compute_totals", store=True)
    amount_open = fields.Monetary(
        "Open", compute="_compute_totals", store=True, help="Open items, credits taken off. Company's currency."
    )
    amount_overdue = fields.Monetary(
        "Overdue",
        compute="_compute_totals",
        store=True,
        tracking=False,
        help="What is overdue after credits have covered the oldest items of their currency.",
    )
    oldest_due_date = fields.Date("Overdue since", compute="_compute_totals", store=True)
    aging_bucket = fields.Selection(
        [
            ("not_due", "Not due"),
            ("b1_30", "1–30 days"),
            ("b31_60", "31–60 days"),
            ("b61_90", "61–90 days"),
            ("b91", "Over 90 days"),
        ],
        "Ageing",
        compute="_compute_totals",
        store=True,
        group_expand=True,
    )
    date_refreshed = fields.Date(
        "Figures of", default=fields.Date.context_today, readonly=True, copy=False, help="The day overdue refers to."
    )
    days_overdue = fields.Integer(compute="_compute_days_overdue", search="_search_days_overdue")
    aging_chart = fields.Json(compute="_compute_aging_chart")
    amount_excluded = fields.Monetary(
        compute="_compute_amount_excluded",
        help="Open documents of the customer that accounting has excluded from follow-up.",
    )
    priority_score = fields.Float(readonly=True, copy=False, digits=(5, 1), aggregator="avg")
    priority = fields.Selection(
        [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")], default="0", readonly=True, copy=False
    )
    priority_reason = fields.Char("Why this rank", compute="_compute_priority_reason")
    earlier_case_count = fields.Integer("Earlier cases", compute="_compute_earlier_case_count")
    done_activity_ids = fields.Many2many("mail.activity", compute="_compute_done_activity_ids", string="Work done")

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "This code belongs to another case already. Choose another one."
    )
    _one_open_uniq = models.UniqueIndex(
        "(company_id, partner_id, COALESCE(branch_id, 0)) WHERE state <> 'completed'",
        "This customer has an open case already. Open it and add the items there.",
    )
    _my_day_idx = models.Index("(user_id, priority_score) WHERE state <> 'completed'")

    # === COMPUTES === #

    @api.depends("name", "partner_id.display_name", "branch_id.display_name")
    def _compute_display_name(self):
        for case in self:
            party = case.branch_id or case.partner_id
            case.display_name = f"{case.name} · {party.display_name}" if party else case.name

    @api.depends("partner_id", "branch_id", "company_id")
    def _compute_parties(self):
        for case in self:
            manager, contact = case._default_parties()
            case.user_id = manager or case.user_id
            case.payment_contact_id = contact or case.payment_contact_id

    def _default_parties(self):
        """Return who works the case and whom to talk to: the branch's, else the customer's, else the company's.

        A debt manager who has left (archived) counts as none.
        """
        self.ensure_one()
        manager, contact = self.env["res.users"], self.env["res.partner"]
        for party in (self.branch_id, self.partner_id):
            own = party.with_company(self.company_id)
            manager = manager or own.debt_manager_id.filtered("active")
            contact = contact or own.payment_contact_id.filtered("active")
        return manager or self.company_id.sudo().collection_user_id.filtered("active"), contact

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        for case in self:
            case.department_id = case.user_id._collection_department(case.company_id) if case.user_id else False

    @api.depends(
        "date_refreshed", "item_ids.due_date", "item_ids.residual", "item_ids.residual_company", "item_ids.state"
    )
    def _compute_totals(self):
        self._flush_for(TOTALS_FLUSH)
        today = fields.Date.context_today(self)
        for date, cases in self.grouped(lambda case: case.date_refreshed or today).items():
            rows = {row[0]: row for row in self.env.execute_query(case_totals(cases.ids, date))}
            for case in cases:
                _id, open_, overdue, oldest, count = rows.get(case._origin.id) or (0, 0, 0, None, 0)
                case.amount_open = open_
                case.amount_overdue = overdue
                case.oldest_due_date = oldest
                case.item_count = count
                case.aging_bucket = bucket(days_overdue(oldest, date))

    def _flush_for(self, needed):
        """Write to the database what a query is going to read: {model: fields}."""
        for model, names in needed.items():
            self.env[model].flush_model(names)

    @api.depends("oldest_due_date")
    def _compute_days_overdue(self):
        today = fields.Date.context_today(self)
        for case in self:
            case.days_overdue = days_overdue(case.oldest_due_date, today)

    def _search_days_overdue(self, operator, value):
        if operator not in ("<", "<=", ">", ">=") or not isinstance(value, int):
            return NotImplemented
        limit = fields.Date.subtract(fields.Date.context_today(self), days=value)
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[operator]
        late = Domain("oldest_due_date", mirrored, limit)
        # Not overdue at all is zero days overdue.
        nothing = {"<": value > 0, "<=": value >= 0, ">": value < 0, ">=": value <= 0}[operator]
        return late | Domain("oldest_due_date", "=", False) if nothing else late

    @api.depends("item_ids.residual_company", "item_ids.due_date", "item_ids.state")
    def _compute_aging_chart(self):
        """Shares of the open debts per bucket, for the ageing bar: [[code, amount], …]."""
        today = fields.Date.context_today(self)
        for case in self:
            amounts = dict.fromkeys((code for code, _first, _last in BUCKETS), 0.0)
            for item in case.item_ids:
                if item.state == "open" and item.residual_company > 0:
                    amounts[bucket(days_overdue(item.due_date, today))] += item.residual_company
            case.aging_chart = [[code, amount] for code, amount in amounts.items()]

    @api.depends("partner_id", "company_id")
    def _compute_amount_excluded(self):
        totals = {}
        if self.ids:
            # sudo: only a sum of the customer's own documents is shown
            groups = self.env["account.move.line"].sudo()._read_group(
                self._excluded_domain(), ["company_id", "partner_id"], ["amount_residual:sum"]
            )
            for company, partner, amount in groups:
                key = (company, partner.commercial_partner_id)
                totals[key] = totals.get(key, 0) + amount
        for case in self:
            case.amount_excluded = totals.get((case.company_id, case.partner_id), 0)

    def _excluded_domain(self):
        return Domain(
            [
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("no_followup", "=", True),
                ("partner_id", "child_of", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )

    @api.depends("priority_score", "amount_overdue", "oldest_due_date", "activity_ids")
    def _compute_priority_reason(self):
        for case in self:
            reasons = []
            if case.days_overdue:
                reasons.append(self.env._("%s days overdue", case.days_overdue))
            if case.priority in ("2", "3"):
                reasons.append(self.env._("among the larger debts"))
            if case.state == "promise":
                reasons.append(self.env._("a promise is running"))
            if case.state != "completed" and not case.activity_ids:
                reasons.append(self.env._("no next step planned"))
            if not case.user_id:
                reasons.append(self.env._("no debt manager"))
            text = ", ".join(reasons)
            case.priority_reason = text[:1].upper() + text[1:]

    @api.depends("partner_id", "branch_id", "company_id")
    def _compute_earlier_case_count(self):
        for case in self:
            case.earlier_case_count = self.search_count(case._earlier_domain()) if case._origin else 0

    def _earlier_domain(self):
        self.ensure_one()
        return [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("id", "!=", self._origin.id),
        ]

    def _compute_done_activity_ids(self):
        # A done activity is archived; who may read the case may read what was done on it.
        done = self.env["mail.activity"].with_context(active_test=False).search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("active", "=", False)],
            order="date_done desc, id desc",
        )
        by_case = done.grouped("res_id")
        for case in self:
            case.done_activity_ids = by_case.get(case.id, done.browse())

    # === LIFE CYCLE === #

    @api.model
    def _propose_code(self):
        """Return the code the next case will get; the number is taken only when the case is saved."""
        sequence = self._code_sequence(self.env.company)
        return sequence.get_next_char(sequence.number_next_actual) if sequence else self.env._("New")

    @api.model
    def _code_sequence(self, company):
        # sudo: everybody who may open a case may number it
        return self.env["ir.sequence"].sudo().search(
            [("code", "=", "collection.case"), ("company_id", "in", (company.id, False))], order="company_id", limit=1
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            self._complete_customer(vals, company)
            sequence = self._code_sequence(company)
            if sequence and vals.get("name") in (None, False, "", self.with_company(company)._propose_code()):
                vals["name"] = sequence._next()
        cases = super().create(vals_list)
        for case in cases:
            if not case.user_id:
                case.user_id = self.env.user if not self.env.su else False
        return cases

    @api.model
    def _complete_customer(self, vals, company):
        """Put the case on the customer itself when one of its contacts or addresses was picked."""
        partner = self.env["res.partner"].browse(vals.get("partner_id"))
        customer = partner.commercial_partner_id
        if not customer:
            raise UserError(self.env._("Pick a customer for the case."))
        if customer != partner:
            vals["partner_id"] = customer.id
            per_branch = customer.with_company(company).collection_participation == "per_branch"
            if per_branch and (partner.is_company or partner.type != "contact"):
                vals.setdefault("branch_id", partner.id)
            elif partner.type == "contact" and not partner.is_company:
                vals.setdefault("payment_contact_id", partner.id)
        self._refuse_second_open_case(company.id, customer.id, vals.get("branch_id", False))

    def _check_no_twin(self):
        self.ensure_one()
        self._refuse_second_open_case(self.company_id.id, self.partner_id.id, self.branch_id.id)

    @api.model
    def _refuse_second_open_case(self, company_id, partner_id, branch_id):
        """Say which case is in the way, before the unique index would (rule I2)."""
        twin = self.sudo().search(  # sudo: the case may belong to another collector; only its code is told
            [
                ("company_id", "=", company_id),
                ("partner_id", "=", partner_id),
                ("branch_id", "=", branch_id),
                ("state", "!=", "completed"),
            ],
            limit=1,
        )
        if twin:
            raise UserError(
                self.env._(
                    "%(customer)s has the open case %(case)s already, worked by %(who)s. Add the items there.",
                    customer=(twin.branch_id or twin.partner_id).display_name,
                    case=twin.name,
                    who=twin.user_id.name or self.env._("nobody yet"),
                )
            )

    def write(self, vals):
        if self.env.context.get("collection_transition") is not TRANSITION:
            # Whoever writes from outside (form, import, API): the one transition method decides.
            vals = {name: value for name, value in vals.items() if name not in ("close_reason", "close_date", "cycle")}
            state = vals.pop("state", None)
            if state:
                self._update_state(state, "by_hand")
        return super().write(vals) if vals else True

    def _update_state(self, state, reason):
        """Move cases to a state; the only place that changes it (rule I10).

        :param state: one of STATES
        :param reason: for `completed` a code of CLOSE_REASONS, else any word for the log
        :raises UserError: completing a case that still has something to collect
        """
        today = fields.Date.context_today(self)
        for case in self.filtered(lambda case: case.state != state):
            vals = {"state": state}
            if state == "completed":
                left = case.item_ids.filtered(lambda item: item.state == "open" and item.residual > 0)
                if left and reason == "by_hand":
                    raise UserError(
                        self.env._(
                            "%(case)s still has %(count)s open items (%(names)s). Register their payment, write them"
                            " off, or exclude them from follow-up in accounting: the case then completes by itself.",
                            case=case.name,
                            count=len(left),
                            names=", ".join(left[:3].mapped("name")) + ("…" if len(left) > 3 else ""),
                        )
                    )
                vals.update(close_reason=reason, close_date=today)
            elif case.state == "completed":
                case._check_no_twin()
                vals.update(close_reason=False, close_date=False, cycle=case.cycle + 1)
            case.with_context(collection_transition=TRANSITION).write(vals)
            if state == "completed":
                case._cancel_planned_work()
                case._on_completed()

    def _follow_work(self, state, what):
        """Move the case because work was done; never fail the work itself.

        :param state: where the done activity's type leads
        :param what: the name of the work, for the note
        """
        for case in self:
            if case.state == "completed":
                continue
            try:
                case._update_state(state, "by_hand")
            except UserError as refusal:
                case._message_log(body=self.env._("%(work)s is done. %(why)s", work=what, why=refusal.args[0]))

    def _cancel_planned_work(self):
        """Cancel what is still planned: nobody may call a customer who has paid."""
        # sudo: planned work of colleagues goes too
        self.sudo().activity_ids.filtered("activity_type_id.collection_participates").unlink()

    def _on_completed(self):
        """Hook: the case was completed. Called by `_update_state`; override to add. Returns nothing."""

    @api.model
    def _on_opened(self, case_ids):
        """Hook: the refresh opened cases, in bulk. Override to add to many at once. Returns nothing."""

    def _items_changed(self):
        """Have cases whose items were changed by hand looked at before the transaction commits."""
        self.env["collection.refresh"]._soon({(case.company_id.id, case.partner_id.id) for case in self})

    @api.ondelete(at_uninstall=False)
    def _unlink_without_history(self):
        for case in self:
            if case.state != "not_started" or case.item_ids or case.done_activity_ids:
                raise UserError(
                    self.env._(
                        "%s has a history and cannot be deleted: what was done about a debt must stay provable."
                        " It completes by itself when nothing is left to collect.",
                        case.name,
                    )
                )

    @api.model
    def _hand_over_from_archived(self, users):
        """Give the open cases of users who left to the company's default debt manager, or to nobody."""
        cases = self.search([("user_id", "in", users.ids), ("state", "!=", "completed")])
        for (company, gone), theirs in cases.grouped(lambda case: (case.company_id, case.user_id)).items():
            heir = company.collection_user_id.filtered("active") - users
            theirs.write({"user_id": heir.id})
            theirs._message_log_batch(
                {
                    case.id: self.env._(
                        "%(gone)s was archived; the debt manager is now %(heir)s.",
                        gone=gone.name,
                        heir=heir.name or self.env._("nobody: choose one"),
                    )
                    for case in theirs
                }
            )

    # === ITEMS AND PAYMENT === #

    def _attach_lines(self, lines):
        """Attach open receivable entries that a person chose.

        :param lines: `account.move.line`
        :returns: the items
        :raises UserError: an entry is settled, not this customer's, or in an open case already
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "completed":
            raise UserError(self.env._("%s is completed. Open a new case for the customer.", self.name))
        lines = lines.sudo()  # sudo: what may be attached is checked line by line below
        lines.invalidate_recordset()
        taken = {item.move_line_id: item for item in self._items_of(lines) if item.state == "open"}
        problems = [problem for line in lines if (problem := self._why_not_attach(line, taken.get(line)))]
        if problems:
            raise UserError("\n".join(problems))
        before = self._items_of(lines).filtered(lambda item: item.case_id == self)
        before.sudo().write({"state": "open", "settled_date": False, "release_reason": False, "is_chosen": True})
        created = self.env["collection.item"].create(
            [
                {"case_id": self.id, "origin": "ledger", "move_line_id": line.id, "is_chosen": True}
                for line in lines - before.move_line_id
            ]
        )
        self._items_changed()
        return before | created

    def _items_of(self, lines):
        # sudo: an entry may be in a case the user cannot see; only that case's code is told
        return self.env["collection.item"].sudo().search([("move_line_id", "in", lines.ids)])

    def _why_not_attach(self, line, item):
        """Return why an entry cannot be attached, as a sentence; False when it can.

        :param item: the open item the entry has already, or None
        """
        if item:
            return self.env._("%(document)s is in the open case %(case)s.", document=line.move_id.name, case=item.case_id.name)
        if line.company_id != self.company_id or line.partner_id.commercial_partner_id != self.partner_id:
            return self.env._("%s belongs to another customer or company.", line.move_id.name)
        if line.parent_state != "posted" or line.account_type != "asset_receivable":
            return self.env._("%s is not a posted receivable.", line.move_id.name or line.name or line.id)
        if line.reconciled or line.currency_id.is_zero(line.amount_residual_currency):
            return self.env._("%s was settled in the meantime. Reload the list.", line.move_id.name)
        if line.no_followup:
            return self.env._("%s is excluded from follow-up in accounting. Include it there first.", line.move_id.name)
        return False

    def action_plan_next_step(self):
        """Open Odoo's dialog to plan an activity on this case."""
        self.ensure_one()
        call = self.env.ref("collection_cases.mail_activity_type_call", raise_if_not_found=False)
        return {
            "name": self.env._("Plan next step"),
            "type": "ir.actions.act_window",
            "res_model": "mail.activity.schedule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "active_model": self._name,
                "active_id": self.id,
                "active_ids": self.ids,
                "default_activity_type_id": call.id if call else False,
            },
        }

    def action_add_open_items(self):
        """List the customer's open documents, to attach some."""
        self.ensure_one()
        return {
            "name": self.env._("Add open items"),
            "type": "ir.actions.act_window",
            "res_model": "collection.add.items",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_id": self.id},
        }

    def action_register_payment(self):
        """Open Odoo's payment wizard on exactly the open debts of this case."""
        self.ensure_one()
        lines = self._payable_items().move_line_id
        if not lines:
            raise UserError(
                self.env._("There is nothing to pay in %s: it has no open item with a posted document.", self.name)
            )
        return lines.action_register_payment()

    def _payable_items(self):
        return self.item_ids.filtered(lambda item: item.state == "open" and item.move_line_id and item.residual > 0)

    def action_refresh(self):
        """Bring this case in line with the ledger now."""
        self.check_access("read")
        for company, cases in self.grouped("company_id").items():
            # sudo: the refresh writes only what follows from the ledger
            self.env["collection.refresh"].sudo()._refresh(
                company, fields.Date.context_today(self), cases.partner_id.ids
            )
        return True

    def action_open_excluded(self):
        """List the documents that accounting has excluded from follow-up."""
        self.ensure_one()
        return {
            "name": self.env._("Excluded from follow-up"),
            "type": "ir.actions.act_window",
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": list(self._excluded_domain()),
        }

    def action_open_earlier(self):
        """List the customer's other cases."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("collection_cases.collection_case_action")
        return {**action, "domain": self._earlier_domain(), "context": {}}

    def action_open_case(self):
        """Open the case's own page (from a card)."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "views": [(False, "form")]}

    @api.model
    @api.readonly
    def get_my_day_counts(self):
        """Return the counts over My day, for the calling user: list of {filter, label, count, urgent}.

        `filter` is the name of the filter of the search view that lists what was counted.
        """
        mine = Domain("user_id", "=", self.env.uid) & Domain("state", "!=", "completed")
        counted = [
            ("activities_today", self.env._("Today"), Domain("my_activity_date_deadline", "=", "today"), False),
            ("activities_overdue", self.env._("Late"), Domain("my_activity_date_deadline", "<", "today"), True),
            ("promises", self.env._("Promises"), Domain("state", "=", "promise"), False),
            ("no_next_step", self.env._("No next step"), Domain("activity_ids", "=", False), True),
        ]
        return [
            {"filter": name, "label": label, "count": self.search_count(mine & domain), "urgent": urgent}
            for name, label, domain, urgent in counted
        ]

    def _get_resolution_url(self):
        """Return the address where the debtor sees and settles the debt.

        Called when something is written to the debtor. Odoo's own portal here; an addon with a page of
        its own overrides it. Returns an absolute URL.
        """
        self.ensure_one()
        return f"{self.get_base_url()}/my/invoices"

    # === PRIORITY === #

    @api.model
    def _prioritise(self, company):
        """Give every open case of a company its priority again; writes only what changed."""
        self._flush_for({"collection.case": ["amount_overdue", "oldest_due_date", "priority_score", "state"]})
        today = fields.Date.context_today(self)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT record.id, record.amount_overdue, record.oldest_due_date, record.priority_score,
                       EXISTS (SELECT 1 FROM mail_activity activity
                                WHERE activity.res_model = 'collection.case'
                                  AND activity.res_id = record.id AND activity.active)
                  FROM collection_case record
                 WHERE record.company_id = %s AND record.state <> 'completed'
                """,
                company.id,
            )
        )
        amounts = sorted(float(row[1] or 0) for row in rows)
        ids, scores, stars = [], [], []
        for id_, amount, oldest, score, planned in rows:
            share = priority_engine.rank(float(amount or 0), amounts)
            found = priority_engine.prioritise(share, days_overdue(oldest, today), planned)
            if found.score != float(score or 0):
                ids.append(id_)
                scores.append(found.score)
                stars.append(str(found.stars))
        if ids:
            self.env.execute_query(
                SQL(
                    """
                    UPDATE collection_case record SET priority_score = new.score, priority = new.stars
                      FROM unnest(%s::int[], %s::numeric[], %s::varchar[]) AS new(id, score, stars)
                     WHERE record.id = new.id RETURNING record.id
                    """,
                    ids,
                    scores,
                    stars,
                )
            )
            self.invalidate_model(["priority", "priority_score"])
