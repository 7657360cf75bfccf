from odoo import api, fields, models
from odoo.fields import Domain

from ..engine.aging import BUCKETS, bucket, days_overdue
from ..queries.case_totals import FLUSH as TOTALS_FLUSH
from ..queries.case_totals import case_totals


class CollectionCase(models.Model):
    """One customer's (or branch's) overdue debt to one company, and everything done to collect it."""

    _name = "collection.case"
    _description = "Collection case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _rec_names_search = ["name", "partner_id"]
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char("Code", required=True, copy=False, tracking=True, default=lambda self: self._propose_code())
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="restrict", tracking=True, check_company=True
    )
    branch_id = fields.Many2one(
        "res.partner",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', partner_id), ('id', '!=', partner_id)]",
        help="Set when the customer is collected per branch.",
    )
    branch_name = fields.Char(related="branch_id.name", string="Name of the branch")
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
        check_company=True,
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    payment_contact_name = fields.Char(related="payment_contact_id.name", string="Name of the payments officer")
    payment_contact_phone = fields.Char(related="payment_contact_id.phone", string="Phone of the payments officer")
    payment_contact_email = fields.Char(related="payment_contact_id.email", string="E-mail of the payments officer")
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
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
    days_overdue = fields.Integer("Days overdue", compute="_compute_days_overdue", search="_search_days_overdue")
    aging_chart = fields.Json(compute="_compute_aging_chart")
    amount_excluded = fields.Monetary(
        compute="_compute_amount_excluded",
        help="Open documents of the customer that accounting has excluded from follow-up.",
    )
    earlier_case_count = fields.Integer("Earlier cases", compute="_compute_earlier_case_count")
    done_activity_ids = fields.Many2many(
        "mail.activity", compute="_compute_done_activity_ids", string="Work done", context={"active_test": False}
    )

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "This code belongs to another case already. Choose another one."
    )

    # === COMPUTES === #

    @api.depends("name", "partner_id.display_name", "branch_id.display_name")
    def _compute_display_name(self):
        for case in self:
            party = case.branch_id or case.partner_id
            case.display_name = f"{case.name} · {party.display_name}" if party else case.name

    @api.depends("partner_id", "branch_id", "company_id")
    def _compute_parties(self):
        for case in self:
            manager, contact = self._default_parties(case.company_id, case.partner_id, case.branch_id)
            case.user_id = manager or case.user_id
            case.payment_contact_id = contact or case.payment_contact_id

    @api.model
    def _default_parties(self, company, partner, branch):
        """Return who works a case and whom to talk to: the branch's, else the customer's, else the company's.

        A debt manager who has left (archived) counts as none.

        :param branch: `res.partner`, may be empty
        :returns: (`res.users`, `res.partner`), each may be empty
        """
        manager, contact = self.env["res.users"], self.env["res.partner"]
        for party in (branch, partner):
            own = party.with_company(company)
            manager = manager or own.debt_manager_id.filtered("active")
            contact = contact or own.payment_contact_id.filtered("active")
        # sudo: the company's default is no secret, but reading companies' settings is a right
        return manager or company.sudo().collection_user_id.filtered("active"), contact

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        for case in self:
            case.department_id = case.user_id._collection_department(case.company_id) if case.user_id else False

    @api.depends(
        "date_refreshed", "item_ids.due_date", "item_ids.residual", "item_ids.residual_company", "item_ids.state"
    )
    def _compute_totals(self):
        self._flush_for(TOTALS_FLUSH)
        for date, cases in self.grouped(lambda case: case.date_refreshed or case._today()).items():
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

    @api.depends("oldest_due_date", "company_id")
    def _compute_days_overdue(self):
        # The company's day: who works abroad sees what the night job saw.
        for company, cases in self.grouped("company_id").items():
            today = self.env["collection.refresh"]._today(company)
            for case in cases:
                case.days_overdue = days_overdue(case.oldest_due_date, today)

    def _search_days_overdue(self, operator, value):
        if operator not in ("<", "<=", ">", ">=") or not isinstance(value, int):
            return NotImplemented
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[operator]
        # sudo: each company's day is no secret
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        late = Domain.OR(
            Domain("company_id", "in", same.ids)
            & Domain("oldest_due_date", mirrored, fields.Date.subtract(today, days=value))
            for today, same in companies.grouped(self.env["collection.refresh"]._today).items()
        )
        # Not overdue at all is zero days overdue.
        nothing = {"<": value > 0, "<=": value >= 0, ">": value < 0, ">=": value <= 0}[operator]
        return late | Domain("oldest_due_date", "=", False) if nothing else late

    @api.depends("item_ids.residual_company", "item_ids.due_date", "item_ids.state")
    def _compute_aging_chart(self):
        """Shares of the open debts per bucket, for the ageing bar: [[code, amount], …]."""
        for case in self:
            today = case._today()
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
            groups = (
                self.env["account.move.line"]
                .sudo()
                ._read_group(self._excluded_domain(), ["company_id", "partner_id"], ["amount_residual:sum"])
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
        done = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [("res_model", "=", self._name), ("res_id", "in", self.ids), ("active", "=", False)],
                order="date_done desc, id desc",
            )
        )
        by_case = done.grouped("res_id")
        for case in self:
            case.done_activity_ids = by_case.get(case.id, done.browse())
