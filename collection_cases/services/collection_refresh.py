from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..queries import refresh_cases, refresh_items, refresh_lines
from ..queries.case_totals import FLUSH as TOTALS_FLUSH
from ..queries.open_lines import FLUSH as LINES_FLUSH
from ..queries.scope import Scope

COUNTS = (
    "customers",
    "cases_opened",
    "cases_reopened",
    "cases_completed",
    "items_added",
    "items_settled",
    "items_released",
    "promises_kept",
    "promises_broken",
    "escalated",
)
"""What `run` counts."""

BATCH = 2000
"""Customers per batch: what a crash or a stop can lose, and what has to fit into memory."""

PLANNED_ANEW = 5_000
"""Rows from which PostgreSQL is told at once how large a table has become: a plan made for an empty
table would take minutes where seconds do."""

MANY = 20_000
"""Customers from which the button hands the work to the scheduler instead of letting a person wait."""


class CollectionRefresh(models.AbstractModel):
    """The first verb: bring items and cases in line with the ledger.

    One code path, whoever calls: the scheduler each night, the button, the API, and the ledger itself
    when something is matched or unmatched. All work is set-based SQL over a batch of customers of one
    company; running it again changes nothing.
    """

    _name = "collection.refresh"
    _description = "Refresh of collection cases"

    # === ENTRY POINTS === #

    @api.model
    def run(self, date=None):
        """Refresh all customers of the companies chosen in the company switcher.

        :param date: the day that overdue refers to, today by default (`YYYY-MM-DD` over the API)
        :returns: dict of counts: customers, cases_opened, cases_reopened, cases_completed,
            items_added, items_settled, items_released, promises_kept, promises_broken, escalated
        :raises AccessError: the caller is no collection manager
        """
        self._check_manager()
        given = fields.Date.to_date(date)
        counts = Counter()
        # sudo: the caller's right is checked above; only what follows from the ledger is written
        service = self.sudo()
        for company in self.env.companies:
            service._lock(company)
            day = given or self._today(company)
            for partner_ids in service._batches(company):
                counts += service._refresh(company, day, partner_ids)
            counts["escalated"] += service.env["collection.case"]._escalate_stale(company, day)
            service.env["collection.case"]._prioritise(company, day)
        return {name: counts[name] for name in COUNTS}

    @api.model
    def action_run(self):
        """Refresh from the button: at once, or in the background when there is much to do."""
        self._check_manager()
        customers = sum(len(self.sudo()._customers(company)) for company in self.env.companies)
        if customers > MANY:
            cron = self.env.ref("collection_cases.ir_cron_refresh").sudo()  # sudo: right checked above
            cron._trigger()
            text = self.env._("%s customers: the refresh starts in the background within a minute.", f"{customers:,}")
        else:
            counts = self.run()
            text = self.env._(
                "%(customers)s customers looked at: %(opened)s cases opened, %(completed)s completed,"
                " %(added)s items added, %(settled)s settled.",
                customers=counts["customers"],
                opened=counts["cases_opened"] + counts["cases_reopened"],
                completed=counts["cases_completed"],
                added=counts["items_added"],
                settled=counts["items_settled"],
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Refresh"),
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _today(self, company):
        """Return the day at a company: the same for its night job and for whoever books on it.

        :param company: `res.company`; its own time zone counts, else its working hours'
        """
        # sudo: the time zone of a company is no secret
        zone = company.sudo().partner_id.tz or company.sudo().resource_calendar_id.tz or "UTC"
        return fields.Date.context_today(self.with_context(tz=zone))

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group("collection_cases.group_collection_manager")):
            raise AccessError(
                self.env._("Only a collections manager can refresh all customers. Open a case to refresh that one.")
            )

    def _lock(self, company):
        """Let only one full refresh of a company run at a time.

        :raises UserError: another one is running
        """
        statement = SQL("SELECT pg_try_advisory_xact_lock(hashtext('collection.refresh'), %s)", company.id)
        if not self.env.execute_query(statement)[0][0]:
            raise UserError(
                self.env._("A refresh of %s is running already. Its result will be there in a moment.", company.name)
            )

    # === THE LEDGER CHANGED === #

    @api.model
    def _soon(self, customers):
        """Have customers refreshed once, before this transaction commits.

        :param customers: set of (company id, commercial partner id); ids may be False
        """
        waiting = self.env.cr.precommit.data.setdefault("collection.refresh", set())
        if not waiting:
            # sudo: an accountant who matches a payment need not have any right on cases
            self.env.cr.precommit.add(self.sudo()._refresh_waiting)
        waiting.update(pair for pair in customers if all(pair))

    def _refresh_waiting(self):
        waiting = self.env.cr.precommit.data.pop("collection.refresh", set())
        by_company = {}
        for company_id, partner_id in waiting:
            by_company.setdefault(company_id, set()).add(partner_id)
        for company_id, partner_ids in sorted(by_company.items()):
            company = self.env["res.company"].browse(company_id)
            concerned = self._customers(company, partner_ids)
            if concerned:
                self._refresh(company, self._today(company), concerned, booking=True)
                self.env.flush_all()

    # === THE WORK === #

    def _customers(self, company, among=None):
        """Return the ids of the customers that take part or have an open case, ascending.

        :param among: only these ids, or None for all
        """
        self._flush(
            {
                "res.partner": ["collection_participation", "commercial_partner_id"],
                "collection.case": ["company_id", "partner_id", "state"],
                "collection.item": ["company_id", "partner_id", "residual", "state"],
            }
        )
        rows = self.env.execute_query(refresh_lines.customers(company, None if among is None else list(among)))
        return [row[0] for row in rows]

    def _batches(self, company, after=0):
        """Return the customers of a company in batches of ids, ascending.

        :param after: leave out ids up to this one
        """
        ids = [id_ for id_ in self._customers(company) if id_ > after]
        return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]

    def _flush(self, needed):
        self.env["collection.case"]._flush_for(needed)

    def _refresh(self, company, day, partner_ids, *, booking=False, trial=False):
        """Refresh some customers of a company. Idempotent; commits nothing.

        :param day: the day that overdue refers to
        :param partner_ids: ids of commercial partners
        :param booking: inside somebody's booking: an entry that was set back to draft may come back
            with the next click, so its case is not completed yet
        :param trial: to see what another day would bring; the caller rolls it back. Nobody is told anything
        :returns: Counter, see `run`
        """
        counts = Counter(customers=len(partner_ids))
        if not partner_ids:
            return counts
        company = company.with_company(company)
        self._flush({**LINES_FLUSH, **TOTALS_FLUSH})
        self.env["collection.item"].flush_model()
        self.env["collection.case"].flush_model()
        scope = Scope(
            company, list(partner_ids), day, self._receivable_accounts(company).ids, company._collection_lead_days()
        )

        for statement in refresh_lines.gather(scope):
            self.env.cr.execute(statement)
        large = self.env.cr.rowcount > PLANNED_ANEW
        self.env.cr.execute(refresh_items.sync_figures(scope))
        if closed := self.env.execute_query(refresh_items.closed_figures(scope)):
            self.env.cr.execute(refresh_items.write_figures(closed))
        for statement in (refresh_items.settle(scope), refresh_items.settle_foreign(scope)):
            counts["items_settled"] += len(self.env.execute_query(statement))
        keys = self.env.execute_query(refresh_lines.debtors(scope, company.collection_tolerance))
        cases = self._cases_of(scope, keys, counts)
        self.env.cr.execute(refresh_lines.assign(scope, cases))
        if large:
            self._analyze("collection_line_now")
        if leaving := self.env.execute_query(refresh_items.leaving_items(scope)):
            for statement in refresh_items.release_items(leaving):
                self.env.cr.execute(statement)
            counts["items_released"] += len(leaving)
        self.env.cr.execute(refresh_lines.lock_lines())
        counts["items_added"] += len(self.env.execute_query(refresh_items.readmit_items(scope)))
        counts["items_added"] += len(self.env.execute_query(refresh_items.readmit_chosen(scope)))
        counts["items_added"] += len(self.env.execute_query(refresh_items.insert_items(scope)))
        if large and counts["items_added"] > PLANNED_ANEW:
            self._analyze("collection_case", "collection_item")
        self.env.execute_query(refresh_cases.update_totals(scope))
        self.env["collection.item"].invalidate_model()
        self.env["collection.case"].invalidate_model()
        if not trial:
            counts.update(self.env["collection.case"]._judge_promises(company, day, scope.partner_ids))
            counts["cases_completed"] += self._complete(scope, booking=booking)
        return counts

    @api.model
    def _receivable_accounts(self, company):
        """Return the accounts on which customers owe a company; archived ones too, they may have open entries."""
        # sudo: which accounts are receivables is no secret, but collectors may not read accounts
        accounts = self.env["account.account"].sudo().with_context(active_test=False)
        return accounts.search(
            [("account_type", "=", "asset_receivable"), ("company_ids", "parent_of", company.ids)], order="id"
        )

    def _analyze(self, *tables):
        for statement in refresh_lines.analyze(*tables):
            self.env.cr.execute(statement)

    def _complete(self, scope, *, booking):
        """Complete the cases in which nothing is left to collect."""
        rows = self.env.execute_query(refresh_cases.finished_cases(scope))
        if booking:
            rows = [row for row in rows if row[1] != "unposted"]
        for reason in sorted({row[1] for row in rows}):
            cases = self.env["collection.case"].browse(row[0] for row in rows if row[1] == reason)
            cases._update_state("completed", reason)
        return len(rows)
