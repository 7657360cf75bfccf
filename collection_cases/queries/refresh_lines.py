"""Refresh, the ledger's side: who is looked at, what is open, who owes.

Two habits keep the work of a batch independent of the size of the tables, here and in the files beside
this one: an UPDATE never joins its own table again (PostgreSQL would hash all of it), and “is there an
item” is asked with LIMIT 1, which stays an index look-up where NOT EXISTS becomes a join with the whole
table. Every statement changes only rows that differ, so a second run touches nothing.
"""

from odoo.tools import SQL

from .open_lines import open_lines, participation, source
from .scope import Scope


def customers(company, among) -> SQL:
    """Return a SELECT of the customers to refresh.

    Those that take part, those with an open case, and those with something settled that is open again.

    :param among: ids to choose from, or None for all
    """
    return SQL(
        """
        SELECT customer.id FROM res_partner customer
         WHERE ((customer.commercial_partner_id = customer.id AND %(participation)s IN ('yes', 'per_branch'))
                OR customer.id IN (SELECT partner_id FROM collection_case
                                    WHERE company_id = %(company_id)s AND state <> 'completed')
                OR customer.id IN (SELECT partner_id FROM collection_item
                                    WHERE company_id = %(company_id)s AND state = 'settled' AND residual <> 0))
           AND (%(all)s OR customer.id = ANY(%(among)s))
      ORDER BY customer.id
        """,
        participation=participation(company, "customer"),
        company_id=company.id,
        all=among is None,
        among=among or [],
    )


def gather(scope: Scope) -> list[SQL]:
    """Return the statements that lay out in `collection_line_now` what concerns cases.

    Overdue entries and credits of the customers, and whatever is or was in a case.

    The statements after them read these entries five times over; finding them is most of the work.
    The table belongs to the connection and is empty after each commit.
    """
    return [
        SQL(
            """
            CREATE TEMP TABLE IF NOT EXISTS collection_line_now (
                source int, move_line_id int, feed_entry_id int, partner_id int, branch_id int,
                takes_part bool, currency_id int, name varchar,
                date date, due_date date, amount numeric, residual numeric, residual_company numeric,
                case_id int, is_new bool
            ) ON COMMIT DELETE ROWS
            """
        ),
        SQL("CREATE INDEX IF NOT EXISTS collection_line_now_idx ON collection_line_now (source)"),
        SQL("DELETE FROM collection_line_now"),
        SQL(
            """
            INSERT INTO collection_line_now
            SELECT line.* FROM (%s) line
             WHERE line.due_date < %s OR line.residual < 0
                   -- not due, but chosen by a person, or postponed
                   OR (SELECT item.id FROM collection_item item
                        WHERE item.move_line_id = line.move_line_id LIMIT 1) IS NOT NULL
                   OR (SELECT item.id FROM collection_item item
                        WHERE item.feed_entry_id = line.feed_entry_id LIMIT 1) IS NOT NULL
            """,
            open_lines(scope.company, scope.partner_ids, scope.account_ids),
            scope.horizon,
        ),
    ]


def analyze(*tables: str) -> list[SQL]:
    """Return the statements that tell the planner how large tables have become."""
    return [SQL("ANALYZE %s", SQL.identifier(table)) for table in tables]


def debtors(scope: Scope, tolerance: float) -> SQL:
    """Return a SELECT of who is overdue (or soon will be) beyond the tolerance once credits are netted.

    Columns: partner_id, branch_id. Currencies are netted each on its own; only the comparison with
    the tolerance is in the company's currency. What a person put into another case of the customer
    is chased there.

    :param tolerance: in the company's currency; a net debt up to it is not chased
    """
    return SQL(
        """
        SELECT partner_id, branch_id
          FROM (SELECT partner_id, branch_id, currency_id,
                       SUM(residual) FILTER (WHERE residual > 0 AND due_date < %(date)s) AS overdue,
                       SUM(residual_company) FILTER (WHERE residual > 0 AND due_date < %(date)s) AS overdue_company,
                       COALESCE(SUM(residual) FILTER (WHERE residual < 0), 0) AS credit
                  FROM collection_line_now line
                 WHERE takes_part
                   AND NOT EXISTS (
                        SELECT 1 FROM collection_item held JOIN collection_case holder ON holder.id = held.case_id
                         WHERE %(held)s = line.source AND held.state = 'open' AND held.is_chosen
                           AND (holder.partner_id <> line.partner_id
                                OR holder.branch_id IS DISTINCT FROM line.branch_id))
              GROUP BY partner_id, branch_id, currency_id) net
         WHERE overdue + credit > 0
      GROUP BY partner_id, branch_id
        HAVING SUM(overdue_company * (overdue + credit) / overdue) > %(tolerance)s
        """,
        held=source("held"),
        date=scope.horizon,
        tolerance=tolerance,
    )


def assign(scope: Scope, cases: dict) -> SQL:
    """Note on the laid-out entries in which case they belong, and whether they are in none yet.

    What belongs into the case of a debtor are overdue (or soon due) debts and all credits.

    :param cases: {(partner id, branch id or None): case id}
    """
    keys = list(cases)
    return SQL(
        """
        UPDATE collection_line_now line
           SET case_id = debtor.case_id,
               is_new = (SELECT item.id FROM collection_item item
                          WHERE %(source)s = line.source AND item.state = 'open' LIMIT 1) IS NULL
          FROM unnest(%(partner_ids)s::int[], %(branch_ids)s::int[], %(case_ids)s::int[])
               AS debtor(partner_id, branch_id, case_id)
         WHERE debtor.partner_id = line.partner_id
           AND COALESCE(debtor.branch_id, 0) = COALESCE(line.branch_id, 0)
           AND line.takes_part AND (line.residual < 0 OR line.due_date < %(day)s)
        """,
        source=source("item"),
        partner_ids=[key[0] for key in keys],
        branch_ids=[key[1] for key in keys],
        case_ids=[cases[key] for key in keys],
        day=scope.horizon,
    )


def lock_lines() -> SQL:
    """Lock the entries that are about to enter a case against being matched at this moment.

    Without it, a payment that is matched between our snapshot and our commit would go unseen by us,
    and our new item by it. With it, one of the two is a conflict and is tried again.
    """
    return SQL(
        """
        SELECT line.id FROM account_move_line line
         WHERE line.id IN (SELECT due.move_line_id FROM collection_line_now due WHERE due.is_new)
      ORDER BY line.id FOR SHARE
        """
    )
