from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import clean_context

STATES = [
    ("not_started", "Not started"),
    ("in_progress", "In progress"),
    ("promise", "Promise"),
    ("completed", "Completed"),
]

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

DERIVED = {
    *("currency_id", "open_date", "close_reason", "close_date", "cycle", "cycle_date", "is_overdue", "date_refreshed"),
    *("amount_open", "amount_overdue", "oldest_due_date", "item_count", "aging_bucket"),
    *("priority", "priority_parts", "priority_score"),
    *("amount_promised", "next_promise_date", "amount_disputed", "escalated_date"),
}
"""What follows from the ledger and the work; writing it from outside has no effect."""

TRANSITION = object()
"""Proof that a write comes from `_update_state`: an object cannot come in over RPC."""


class CollectionCase(models.Model):
    """The life of a case: opening, its states, completing, handing over. One method moves the state."""

    _inherit = "collection.case"

    state = fields.Selection(
        STATES, required=True, default="not_started", tracking=True, index=True, group_expand=True, copy=False
    )
    close_reason = fields.Selection(CLOSE_REASONS, readonly=True, copy=False)
    open_date = fields.Date("Opened on", readonly=True, copy=False, default=fields.Date.context_today)
    close_date = fields.Date(readonly=True, copy=False)
    cycle = fields.Integer(
        default=1,
        required=True,
        readonly=True,
        copy=False,
        help="Goes up when nothing is overdue any more or the case is reopened: the next delay starts afresh.",
    )
    cycle_date = fields.Date("Cycle since", readonly=True, copy=False, default=fields.Date.context_today)
    is_overdue = fields.Boolean(
        readonly=True, copy=False, help="Something was overdue at the last refresh; `cycle` counts its falling back."
    )

    _one_open_uniq = models.UniqueIndex(
        "(company_id, partner_id, COALESCE(branch_id, 0)) WHERE state <> 'completed'",
        "This customer has an open case already. Open it and add the items there.",
    )

    @api.model
    def _propose_code(self):
        """Return the code the next case will get; the number is taken only when the case is saved."""
        sequence = self._code_sequence(self.env.company)
        return sequence.get_next_char(sequence.number_next_actual) if sequence else self.env._("New")

    @api.model
    def _is_proposed(self, name, sequence, company):
        """Tell whether a case's code is the sequence's proposal, perhaps an outdated one, and not typed."""
        if not name or name == sequence.get_next_char(sequence.number_next_actual):
            return True
        prefix = sequence._get_prefix_suffix()[0] or ""
        has_form = name.startswith(prefix) and name[len(prefix) :].isdigit()
        # sudo: the twin may be a colleague's
        return has_form and bool(
            self.sudo().search_count([("company_id", "=", company.id), ("name", "=", name)], limit=1)
        )

    @api.model
    def _code_sequence(self, company):
        # sudo: everybody who may open a case may number it
        return (
            self.env["ir.sequence"]
            .sudo()
            .search(
                [("code", "=", "collection.case"), ("company_id", "in", (company.id, False))],
                order="company_id",
                limit=1,
            )
        )

    @api.model
    def _derived_fields(self):
        """Return the names of the fields that nobody writes from outside; addons add theirs."""
        return DERIVED

    @api.model_create_multi
    def create(self, vals_list):
        derived = self._derived_fields()
        vals_list = [{name: value for name, value in vals.items() if name not in derived} for vals in vals_list]
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            self._complete_customer(vals, company)
            self._check_debt_manager(vals, company)
            sequence = self._code_sequence(company)
            if sequence and self._is_proposed(vals.get("name"), sequence, company):
                (vals["name"],) = self.env["collection.refresh"].sudo()._numbers(company, 1)  # sudo: numbers only
        # Defaults in the caller's context would be a way around what vals may not say.
        plain = self.with_context(clean_context(self.env.context))  # pylint: disable=context-overridden
        return super(CollectionCase, plain).create(vals_list)

    @api.model
    def _check_debt_manager(self, vals, company):
        """Give a case of nobody's customer to who opens it, and keep collectors off colleagues' customers.

        A case shows the customer's documents, so opening one would be a way around the record rules.
        """
        if self.env.su:
            return
        partners = self.env["res.partner"]
        manager, _contact = self._default_parties(
            company, partners.browse(vals["partner_id"]), partners.browse(vals.get("branch_id", False))
        )
        if not manager:
            vals.setdefault("user_id", self.env.uid)
        if self.env.user.has_group("collection_cases.group_collection_manager"):
            return
        colleagues = self.env.user.collection_department_ids
        if manager and manager != self.env.user and manager._collection_department(company) not in colleagues:
            raise UserError(
                self.env._("The debt manager of this customer is %s. Ask them, or a manager.", manager.name)
            )

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

    def _refuse_second_open_case(self, company_id, partner_id, branch_id):
        """Say which case is in the way, before the unique index would (rule I2)."""
        twin = self.sudo().search(  # sudo: the case may belong to another collector; only its code is told
            [
                ("company_id", "=", company_id),
                ("partner_id", "=", partner_id),
                ("branch_id", "=", branch_id),
                ("state", "!=", "completed"),
                ("id", "not in", self.ids),
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
            derived = self._derived_fields()
            vals = {name: value for name, value in vals.items() if name not in derived}
            state = vals.pop("state", None)
            self._check_customer_kept(vals)
            self._check_new_customer(vals)
            if state:
                self._update_state(state, "by_hand")
        return super().write(vals) if vals else True

    def _write_derived(self, vals):
        """Write fields that nobody writes from outside; see DERIVED."""
        return self.with_context(collection_transition=TRANSITION).write(vals)

    def _check_customer_kept(self, vals):
        """Refuse to move a case with items to another customer, branch or company."""
        for case in self:
            for name in ("partner_id", "branch_id", "company_id"):
                if name in vals and (vals[name] or False) != case[name].id and case.item_ids:
                    raise UserError(
                        self.env._("%s has items, so its customer stays. Open another case instead.", case.name)
                    )

    def _check_new_customer(self, vals):
        """Ask of a case that gets another customer what is asked of a new one; completes `vals`."""
        for case in self:
            wanted = {name: vals.get(name, case[name].id) for name in ("partner_id", "branch_id", "company_id")}
            if all(wanted[name] == case[name].id for name in wanted):
                continue
            company = self.env["res.company"].browse(wanted["company_id"])
            case._complete_customer(wanted, company)
            case._check_debt_manager(wanted, company)
            vals.update({name: wanted[name] for name in ("partner_id", "branch_id")})

    def _update_state(self, state, reason):
        """Move cases to a state; the only place that changes it (rule I10).

        :param state: one of STATES
        :param reason: for `completed` a code of CLOSE_REASONS, else any word for the log
        :raises UserError: completing a case that still has something to collect
        """
        moving = self.filtered(lambda case: case.state != state)
        if state == "completed":
            moving._complete(reason)
            return
        completed = moving.filtered(lambda case: case.state == "completed")
        (moving - completed)._write_derived({"state": state})
        for case in completed:
            case._check_no_twin()
            today = case._today()
            again = {"close_reason": False, "close_date": False, "open_date": today}
            case._write_derived({"state": state, **again, "cycle": case.cycle + 1, "cycle_date": today})

    def _complete(self, reason):
        """Complete cases, for `_update_state`.

        :param reason: a code of CLOSE_REASONS
        """
        for case in self:
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
            # sudo: items follow their case; a credit that is left must be free for the next one
            case.item_ids.sudo().filtered(lambda item: item.state == "open").write(
                {"state": "released", "release_reason": "completed"}
            )
            case._write_derived({"state": "completed", "close_reason": reason, "close_date": case._today()})
            case._end_settled_disputes()
            case._cancel_planned_work()
            case._on_completed()

    def _follow_work(self, state, what):
        """Move the case because work was done; never fail the work itself.

        :param state: where the done activity's type leads
        :param what: the name of the work, for the note
        """
        running = self.filtered(lambda case: case.state != "completed")
        # Completing is refused case by case; every other state all of them reach at once.
        for cases in running if state == "completed" else [running]:
            try:
                cases._update_state(state, "by_hand")
            except UserError as refusal:
                text = self.env._("%(work)s is done. %(why)s", work=what, why=refusal.args[0])
                cases._message_log_batch(dict.fromkeys(cases.ids, text))

    def _cancel_planned_work(self):
        """Cancel what is still planned: nobody may call a customer who has paid."""
        self.ensure_one()
        case = self._in_language_of()
        why = case.env._("The case is completed")
        # sudo: planned work of colleagues goes too
        planned = case.sudo().activity_ids.filtered("activity_type_id.collection_participates")
        if planned:
            names = ", ".join(
                f"{activity.activity_type_id.name} ({activity.user_id.name or '–'},"
                f" {format_date(case.env, activity.date_deadline)})"
                for activity in planned
            )
            case._message_log(body=case.env._("Cancelled, because the case is completed: %s.", names))
        planned.with_context(collection_cancel_reason=why).unlink()
        # sudo: what was promised about a case that is over is nobody's to wait for
        running = case.sudo().promise_ids.filtered(lambda promise: promise.state == "open")
        if running:
            running._cancel(why)
        case.sudo().plan_ids.filtered(lambda plan: plan.state == "active")._after_instalments()  # sudo: as above

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
            said = case.message_ids.filtered(
                lambda message: message.message_type not in ("notification", "auto_comment")
            )
            if case.state != "not_started" or case.item_ids or case.done_activity_ids or case.action_ids or said:
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
            told = theirs[:1]._in_language_of()
            note = told.env._(
                "%(gone)s was archived; the debt manager is now %(heir)s.",
                gone=gone.name,
                heir=heir.name or told.env._("nobody: choose one"),
            )
            theirs._message_log_batch(dict.fromkeys(theirs.ids, note))

    @api.model
    def _before_merge(self, src_partners, dst_partner):
        """Close the open cases of customers that are merged into another one which has its own.

        The history stays with the closed case; its open items enter the other one with the refresh of
        the customers that are returned, due once the references are moved.

        :returns: set of (company id, customer id) to refresh afterwards
        """
        partners = src_partners | dst_partner
        running = self.search(
            [("state", "!=", "completed"), "|", ("partner_id", "in", partners.ids), ("branch_id", "in", partners.ids)]
        )
        kept = {}
        for case in running.sorted(lambda case: dst_partner not in (case.partner_id, case.branch_id)):
            key = (
                case.company_id,
                dst_partner if case.partner_id in partners else case.partner_id,
                dst_partner if case.branch_id in partners else case.branch_id,
            )
            if key not in kept:
                kept[key] = case
                continue
            case.item_ids.filtered(lambda item: item.state == "open").write(
                {"state": "released", "release_reason": "moved"}
            )
            case._update_state("completed", "moved")
            case._message_log(
                body=self.env._("The customer was merged into %s; see its case.", dst_partner.display_name)
            )
        self.env.flush_all()
        customer = dst_partner.commercial_partner_id
        return {(case.company_id.id, customer.id) for case in running} | {
            (case.company_id.id, case.partner_id.id) for case in running if case.partner_id not in src_partners
        }
