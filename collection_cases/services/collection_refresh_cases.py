from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..queries import refresh_cases
from .collection_refresh import PLANNED_ANEW


class CollectionRefresh(models.AbstractModel):
    """The case of each debtor: the open one, one reopened, or a new one."""

    _inherit = "collection.refresh"

    def _cases_of(self, scope, keys, counts):
        """Return the open case of each debtor: the one there is, one reopened, or a new one.

        :param keys: list of (partner id, branch id or None)
        :returns: {key: case id}
        """
        cases = {
            (partner, branch): case for case, partner, branch in self.env.execute_query(refresh_cases.open_cases(scope))
        }
        missing = [key for key in keys if key not in cases]
        again = {}
        if missing:
            before = self.env.execute_query(refresh_cases.completed_cases_with_open_lines(scope))
            known = {(partner, branch): case for case, partner, branch in before}
            again = {key: known[key] for key in missing if key in known}
        chosen = {row[0] for row in self.env.execute_query(refresh_cases.unsettled_cases(scope))}
        if again or chosen:
            counts["cases_reopened"] += self._reopen({*again.values(), *chosen})
            cases.update(again)
        opened = self._open_cases(scope, [key for key in missing if key not in again])
        counts["cases_opened"] += len(opened)
        cases.update(opened)
        wanted = set(keys)
        return {key: case for key, case in cases.items() if key in wanted}

    def _reopen(self, case_ids):
        """Reopen completed cases, at most one for each customer (branch); return how many."""
        cases = self.env["collection.case"].browse(sorted(case_ids, reverse=True))
        latest = {}
        for case in cases:
            latest.setdefault((case.partner_id, case.branch_id), case)
        for case in latest.values():
            case._update_state("in_progress", "reopened")
            told = case._in_language_of()
            told._message_log(body=told.env._("Reopened: a document of this case is open again."))
        self.env.flush_all()  # the statements that follow read the states
        return len(latest)

    def _open_cases(self, scope, keys):
        """Insert cases in bulk and return {key: case id}."""
        if not keys:
            return {}
        numbers = self._numbers(scope.company, len(keys))
        partners = self.env["res.partner"].browse({id_ for key in keys for id_ in key if id_})
        by_id = {partner.id: partner for partner in partners}
        nobody = partners.browse()
        rows = [
            self._prepare_case_row(scope.company, by_id[partner_id], by_id.get(branch_id, nobody), number)
            for (partner_id, branch_id), number in zip(keys, numbers, strict=True)
        ]
        inserted = self.env.execute_query(refresh_cases.insert_cases(scope, rows, self.env.uid))
        if len(inserted) > PLANNED_ANEW // 10:
            # The check of each item's case would be planned for the empty table that it was.
            self._analyze("collection_case")
        self.env["collection.case"]._on_opened([row[0] for row in inserted])
        return {(partner_id, branch_id): case_id for case_id, partner_id, branch_id in inserted}

    def _prepare_case_row(self, company, partner, branch, number):
        manager, contact = self.env["collection.case"]._default_parties(company, partner, branch)
        return {
            "name": number,
            "partner_id": partner.id,
            "branch_id": branch.id or None,
            "user_id": manager.id or None,
            "department_id": (manager and manager._collection_department(company).id) or None,
            "payment_contact_id": contact.id or None,
        }

    def _numbers(self, company, count):
        """Take codes for new cases: one statement for all when the sequence allows gaps."""
        sequence = self.env["collection.case"]._code_sequence(company)
        if not sequence:
            raise UserError(
                self.env._("There is no sequence with the code “collection.case” for %s: add one.", company.name)
            )
        if sequence.implementation != "standard" or sequence.use_date_range:
            return [sequence._next() for _number in range(count)]
        numbers = []
        while len(numbers) < count:
            rows = self.env.execute_query(
                SQL(
                    "SELECT nextval(%s) FROM generate_series(1, %s)",
                    f"ir_sequence_{sequence.id:03d}",
                    count - len(numbers),
                )
            )
            proposed = [sequence.get_next_char(row[0]) for row in rows]
            # Somebody may have typed a code that the sequence had not reached yet.
            taken = self.env.execute_query(
                SQL("SELECT name FROM collection_case WHERE company_id = %s AND name = ANY(%s)", company.id, proposed)
            )
            numbers += [number for number in proposed if (number,) not in set(taken)]
        return numbers
