"""The statements of a refresh, in the order in which they run.

Each works on one company and a batch of customers (`Scope`), and changes only rows that differ, so
that a second run touches nothing.

Two habits keep the work of a batch independent of the size of the tables: an UPDATE never joins its
own table again (PostgreSQL would hash all of it), and “is there an item” is asked with LIMIT 1, which
stays an index look-up where NOT EXISTS becomes a join with the whole table.
"""

from dataclasses import dataclass
from datetime import date

from odoo.tools import SQL

from .case_totals import aging_bucket, case_totals
from .open_lines import open_lines, participation

COUNTS = (
    "customers",
    "cases_opened",
    "cases_reopened",
    "cases_completed",
    "items_added",
    "items_settled",
    "items_released",
)


@dataclass(frozen=True)
class Scope:
    """What a refresh works on.

    :param company: `res.company`
    :param partner_ids: commercial partners
    :param day: the day that overdue refers to
    :param account_ids: the receivable accounts
    """

    company: object
    partner_ids: list
    day: date
    account_ids: list


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


def _in_scope(scope: Scope, alias: str) -> SQL:
    return SQL(
        "%s = %s AND %s = ANY(%s)",
        SQL.identifier(alias, "company_id"),
        scope.company.id,
        SQL.identifier(alias, "partner_id"),
        scope.partner_ids,
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
                move_line_id int, partner_id int, branch_id int, takes_part bool, currency_id int, name varchar,
                date date, due_date date, amount numeric, residual numeric, residual_company numeric,
                case_id int, is_new bool
            ) ON COMMIT DELETE ROWS
            """
        ),
        SQL("CREATE INDEX IF NOT EXISTS collection_line_now_idx ON collection_line_now (move_line_id)"),
        SQL("DELETE FROM collection_line_now"),
        SQL(
            """
            INSERT INTO collection_line_now
            SELECT line.* FROM (%s) line
             WHERE line.due_date < %s OR line.residual < 0
                   -- not due, but chosen by a person, or postponed
                   OR (SELECT item.id FROM collection_item item
                        WHERE item.move_line_id = line.move_line_id LIMIT 1) IS NOT NULL
            """,
            open_lines(scope.company, scope.partner_ids, scope.account_ids),
            scope.day,
        ),
    ]


def analyze(*tables: str) -> list[SQL]:
    """Return the statements that tell the planner how large tables have become."""
    return [SQL("ANALYZE %s", SQL.identifier(table)) for table in tables]


def debtors(scope: Scope, tolerance: float) -> SQL:
    """Return a SELECT of who is overdue beyond the tolerance once credits are netted.

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
                         WHERE held.move_line_id = line.move_line_id AND held.state = 'open' AND held.is_chosen
                           AND (holder.partner_id <> line.partner_id
                                OR holder.branch_id IS DISTINCT FROM line.branch_id))
              GROUP BY partner_id, branch_id, currency_id) net
         WHERE overdue + credit > 0
      GROUP BY partner_id, branch_id
        HAVING SUM(overdue_company * (overdue + credit) / overdue) > %(tolerance)s
        """,
        date=scope.day,
        tolerance=tolerance,
    )


def sync_figures(scope: Scope) -> SQL:
    """Take over the figures of open entries that were booked past the ORM; normally nothing differs."""
    return SQL(
        """
        UPDATE collection_item item
           SET residual = line.residual, residual_company = line.residual_company,
               due_date = line.due_date, date = line.date, amount = line.amount, name = line.name
          FROM collection_line_now line
         WHERE line.move_line_id = item.move_line_id AND item.state = 'open' AND %s
           AND (item.residual, item.residual_company, item.due_date, item.date, item.amount, item.name)
               IS DISTINCT FROM
               (line.residual, line.residual_company, line.due_date, line.date, line.amount, line.name)
        """,
        _in_scope(scope, "item"),
    )


def closed_figures(scope: Scope) -> SQL:
    """Return a SELECT of items whose entry is not open any more and that do not show so yet.

    Columns: id, residual, residual_company.
    """
    return SQL(
        """
        SELECT row.id, row.residual_now, row.residual_company_now
          FROM (SELECT item.id, item.residual, item.residual_company,
                       CASE WHEN entry.parent_state = 'posted' THEN entry.amount_residual_currency ELSE 0 END
                           AS residual_now,
                       CASE WHEN entry.parent_state = 'posted' THEN entry.amount_residual ELSE 0 END
                           AS residual_company_now
                  FROM collection_item item
             LEFT JOIN collection_line_now line ON line.move_line_id = item.move_line_id
                    -- asked only for what is not among the open entries
             LEFT JOIN account_move_line entry
                    ON entry.id = CASE WHEN line.move_line_id IS NULL THEN item.move_line_id END
                 WHERE %s AND item.state = 'open' AND item.origin = 'ledger' AND line.move_line_id IS NULL) row
         WHERE (row.residual, row.residual_company) IS DISTINCT FROM (row.residual_now, row.residual_company_now)
        """,
        _in_scope(scope, "item"),
    )


def write_figures(rows: list[tuple]) -> SQL:
    """Write the figures that `closed_figures` found."""
    ids, residuals, company_residuals = zip(*rows, strict=True)
    return SQL(
        """
        UPDATE collection_item item SET residual = new.residual, residual_company = new.residual_company
          FROM unnest(%s::int[], %s::numeric[], %s::numeric[]) new(id, residual, residual_company)
         WHERE item.id = new.id
        """,
        list(ids),
        list(residuals),
        list(company_residuals),
    )


def settle(scope: Scope) -> SQL:
    """Mark what is matched in full as settled, on the value date of its last matching."""
    return SQL(
        """
        UPDATE collection_item item
           SET state = 'settled', release_reason = NULL,
               settled_date = COALESCE(
                   (SELECT MAX(match.max_date) FROM account_partial_reconcile match
                     WHERE match.debit_move_id = line.id OR match.credit_move_id = line.id), %s)
          FROM account_move_line line
         WHERE line.id = item.move_line_id AND line.parent_state = 'posted'
           AND item.state = 'open' AND item.residual = 0
           AND %s
     RETURNING item.id
        """,
        scope.day,
        _in_scope(scope, "item"),
    )


def open_cases(scope: Scope) -> SQL:
    """Return a SELECT of the open cases: id, partner_id, branch_id."""
    return SQL(
        "SELECT id, partner_id, branch_id FROM collection_case record WHERE %s AND state <> 'completed'",
        _in_scope(scope, "record"),
    )


def completed_cases_with_open_lines(scope: Scope) -> SQL:
    """Return a SELECT of the latest completed case of each key that knew a debt which is overdue again."""
    return SQL(
        """
        SELECT DISTINCT ON (record.partner_id, record.branch_id) record.id, record.partner_id, record.branch_id
          FROM collection_case record
          JOIN collection_item item ON item.case_id = record.id
          JOIN collection_line_now line ON line.move_line_id = item.move_line_id
               AND line.takes_part AND line.partner_id = record.partner_id
               AND line.branch_id IS NOT DISTINCT FROM record.branch_id
         WHERE %s AND record.state = 'completed' AND line.residual > 0 AND line.due_date < %s
      ORDER BY record.partner_id, record.branch_id, record.id DESC
        """,
        _in_scope(scope, "record"),
        scope.day,
    )


def insert_cases(scope: Scope, rows: list[dict], uid: int) -> SQL:
    """Insert cases; a row that another session has just opened is left to it.

    :param rows: dicts with name, partner_id, branch_id, user_id, department_id, payment_contact_id
    """
    column = {name: [row[name] for row in rows] for name in rows[0]}
    return SQL(
        """
        INSERT INTO collection_case (name, partner_id, branch_id, user_id, department_id, payment_contact_id,
                    company_id, currency_id, state, cycle, priority, date_refreshed, is_overdue, aging_bucket,
                    item_count, amount_open, amount_overdue, create_uid, write_uid, create_date, write_date)
             SELECT new.*, %(company_id)s, %(currency_id)s, 'not_started', 1, '0', %(day)s, false, 'not_due',
                    0, 0, 0, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
               FROM unnest(%(name)s::varchar[], %(partner_id)s::int[], %(branch_id)s::int[], %(user_id)s::int[],
                           %(department_id)s::int[], %(payment_contact_id)s::int[]) new
        ON CONFLICT (company_id, partner_id, COALESCE(branch_id, 0)) WHERE state <> 'completed' DO NOTHING
          RETURNING id, partner_id, branch_id
        """,
        company_id=scope.company.id,
        currency_id=scope.company.currency_id.id,
        day=scope.day,
        uid=uid,
        **column,
    )


def assign(scope: Scope, cases: dict) -> SQL:
    """Note on the laid-out entries in which case they belong, and whether they are in none yet.

    What belongs into the case of a debtor are overdue debts and all credits.

    :param cases: {(partner id, branch id or None): case id}
    """
    keys = list(cases)
    return SQL(
        """
        UPDATE collection_line_now line
           SET case_id = debtor.case_id,
               is_new = (SELECT item.id FROM collection_item item
                          WHERE item.move_line_id = line.move_line_id AND item.state = 'open' LIMIT 1) IS NULL
          FROM unnest(%(partner_ids)s::int[], %(branch_ids)s::int[], %(case_ids)s::int[])
               AS debtor(partner_id, branch_id, case_id)
         WHERE debtor.partner_id = line.partner_id
           AND COALESCE(debtor.branch_id, 0) = COALESCE(line.branch_id, 0)
           AND line.takes_part AND (line.residual < 0 OR line.due_date < %(day)s)
        """,
        partner_ids=[key[0] for key in keys],
        branch_ids=[key[1] for key in keys],
        case_ids=[cases[key] for key in keys],
        day=scope.day,
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


def unsettled_cases(scope: Scope) -> SQL:
    """Return a SELECT of the completed cases in which something a person chose is open again: id.

    Such an item comes back whether or not it is due and whether or not the customer takes part,
    unless the customer (branch) has an open case by now.
    """
    return SQL(
        """
        SELECT DISTINCT record.id FROM collection_case record
          JOIN collection_item item ON item.case_id = record.id AND item.is_chosen AND item.state = 'settled'
          JOIN collection_line_now line ON line.move_line_id = item.move_line_id AND line.residual > 0
         WHERE %s AND record.state = 'completed'
           AND NOT EXISTS (SELECT 1 FROM collection_case other
                            WHERE other.company_id = record.company_id AND other.partner_id = record.partner_id
                              AND other.branch_id IS NOT DISTINCT FROM record.branch_id
                              AND other.state <> 'completed')
        """,
        _in_scope(scope, "record"),
    )


def readmit_chosen(scope: Scope) -> SQL:
    """Open items again that a person had chosen, that were settled, and that are not any more."""
    return SQL(
        """
        UPDATE collection_item item
           SET state = 'open', settled_date = NULL, residual = line.residual,
               residual_company = line.residual_company, due_date = line.due_date
          FROM collection_line_now line, collection_case record
         WHERE item.move_line_id = line.move_line_id AND item.is_chosen AND item.state = 'settled'
           AND record.id = item.case_id AND record.state <> 'completed' AND %s
           AND NOT EXISTS (SELECT 1 FROM collection_item other
                            WHERE other.move_line_id = item.move_line_id AND other.state = 'open')
     RETURNING item.id
        """,
        _in_scope(scope, "item"),
    )


def readmit_items(scope: Scope) -> SQL:
    """Open items again that had left their case or were settled, and are due again."""
    return SQL(
        """
        UPDATE collection_item item
           SET state = 'open', settled_date = NULL, release_reason = NULL,
               residual = due.residual, residual_company = due.residual_company, due_date = due.due_date
          FROM collection_line_now due
         WHERE item.move_line_id = due.move_line_id AND item.case_id = due.case_id AND item.state <> 'open'
           AND %s
           AND NOT EXISTS (SELECT 1 FROM collection_item other
                            WHERE other.move_line_id = due.move_line_id AND other.state = 'open')
     RETURNING item.id
        """,
        _in_scope(scope, "item"),
    )


def insert_items(scope: Scope) -> SQL:
    """Insert the items that no open case has yet."""
    return SQL(
        """
        INSERT INTO collection_item (case_id, company_id, partner_id, origin, move_line_id, name, date, due_date,
                    currency_id, amount, residual, residual_company, state, is_chosen,
                    create_uid, write_uid, create_date, write_date)
             SELECT due.case_id, %(company_id)s, due.partner_id, 'ledger', due.move_line_id, due.name, due.date,
                    due.due_date, due.currency_id, due.amount, due.residual, due.residual_company, 'open', false,
                    %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
               FROM collection_line_now due
              WHERE due.is_new
                AND (SELECT item.id FROM collection_item item
                      WHERE item.move_line_id = due.move_line_id AND item.state = 'open' LIMIT 1) IS NULL
        ON CONFLICT DO NOTHING
          RETURNING id
        """,
        company_id=scope.company.id,
        uid=scope.company.env.uid,
    )


def leaving_items(scope: Scope) -> SQL:
    """Return a SELECT of the items that do not belong into their case any more: id, reason.

    What a person chose stays while it is open and not excluded.
    """
    return SQL(
        """
        SELECT * FROM (
            SELECT item.id,
                   CASE WHEN line.move_line_id IS NULL
                             AND (ledger.id IS NULL OR ledger.parent_state <> 'posted') THEN 'unposted'
                        WHEN ledger.no_followup THEN 'excluded'
                        WHEN item.residual <> 0 AND (line.move_line_id IS NULL
                             OR line.partner_id <> item.partner_id) THEN 'moved'
                        WHEN item.is_chosen THEN NULL
                        WHEN line.case_id = item.case_id THEN NULL
                        WHEN line.move_line_id IS NULL THEN 'moved'
                        WHEN NOT line.takes_part THEN 'not_participating'
                        WHEN line.branch_id IS DISTINCT FROM record.branch_id THEN 'moved'
                        WHEN line.residual > 0 AND line.due_date >= %(day)s THEN 'not_due'
                        ELSE 'covered' END AS reason
              FROM collection_item item
              JOIN collection_case record ON record.id = item.case_id
         LEFT JOIN collection_line_now line ON line.move_line_id = item.move_line_id
                -- asked only for what is not among the open entries
         LEFT JOIN account_move_line ledger
                ON ledger.id = CASE WHEN line.move_line_id IS NULL THEN item.move_line_id END
             WHERE item.state = 'open' AND item.origin = 'ledger' AND %(scope)s) gone
         WHERE gone.reason IS NOT NULL
        """,
        day=scope.day,
        scope=_in_scope(scope, "item"),
    )


def release_items(rows: list[tuple]) -> list[SQL]:
    """Return the statements that let items leave their case; another case may take the entries then.

    :param rows: list of (id, reason), as `leaving_items` finds them
    """
    ids = [row[0] for row in rows]
    release = SQL(
        """
        UPDATE collection_item item SET state = 'released', release_reason = gone.reason
          FROM unnest(%s::int[], %s::varchar[]) gone(id, reason)
         WHERE item.id = gone.id
        """,
        ids,
        [row[1] for row in rows],
    )
    free = SQL(
        """
        UPDATE collection_line_now line SET is_new = true
         WHERE line.case_id IS NOT NULL
           AND line.move_line_id IN (SELECT item.move_line_id FROM collection_item item WHERE item.id = ANY(%s))
        """,
        ids,
    )
    return [release, free]


def update_totals(scope: Scope) -> SQL:
    """Write the totals of the open cases, as of the day.

    A case that stays open with nothing overdue any more ends its cycle; one that completes ends it
    when it is reopened.
    """
    case_ids = SQL(
        "ARRAY(SELECT id FROM collection_case record WHERE %s AND state <> 'completed')", _in_scope(scope, "record")
    )
    return SQL(
        """
        UPDATE collection_case record
           SET amount_open = new.amount_open, amount_overdue = new.amount_overdue,
               oldest_due_date = new.oldest_due_date, item_count = new.item_count,
               aging_bucket = new.aging_bucket, date_refreshed = %(day)s,
               cycle = record.cycle
                       + (record.is_overdue AND new.amount_overdue = 0 AND new.item_count > 0)::int,
               is_overdue = new.amount_overdue > 0
          FROM (SELECT opened.id, COALESCE(total.amount_open, 0) AS amount_open,
                       COALESCE(total.amount_overdue, 0) AS amount_overdue, total.oldest_due_date,
                       COALESCE(total.item_count, 0) AS item_count, %(bucket)s AS aging_bucket
                  FROM unnest(%(case_ids)s) AS opened(id)
             LEFT JOIN (%(totals)s) total ON total.case_id = opened.id) new
         WHERE new.id = record.id AND %(scope)s
           AND (record.amount_open, record.amount_overdue, record.oldest_due_date, record.item_count,
                record.aging_bucket, record.date_refreshed, COALESCE(record.is_overdue, false))
               IS DISTINCT FROM
               (new.amount_open, new.amount_overdue, new.oldest_due_date, new.item_count,
                new.aging_bucket, %(day)s, new.amount_overdue > 0)
     RETURNING record.id
        """,
        day=scope.day,
        scope=_in_scope(scope, "record"),
        case_ids=case_ids,
        bucket=aging_bucket(SQL.identifier("total", "oldest_due_date"), scope.day),
        totals=case_totals(case_ids, scope.day),
    )


def finished_cases(scope: Scope) -> SQL:
    """Return a SELECT of the open cases with items but no open debt left: id, close reason.

    The reason is that of the items that left last: all paid, or why they left.
    """
    return SQL(
        """
        SELECT record.id,
               COALESCE((SELECT item.release_reason FROM collection_item item
                          WHERE item.case_id = record.id AND item.state = 'released' AND item.amount > 0
                       ORDER BY item.id DESC LIMIT 1), 'paid') AS reason
          FROM collection_case record
         WHERE %s AND record.state <> 'completed'
           AND EXISTS (SELECT 1 FROM collection_item item WHERE item.case_id = record.id)
           AND NOT EXISTS (SELECT 1 FROM collection_item item
                            WHERE item.case_id = record.id AND item.state = 'open' AND item.residual > 0)
        """,
        _in_scope(scope, "record"),
    )


def differences(company_ids: list[int]) -> SQL:
    """Return a SELECT of every amount shown that is not the ledger's: what, id, name, shown, ledger."""
    return SQL(
        """
        -- an open item with other figures than its entry
        SELECT 'item' AS what, item.id, item.name, item.residual AS shown, line.amount_residual_currency AS ledger
          FROM collection_item item
          JOIN account_move_line line ON line.id = item.move_line_id
         WHERE item.state = 'open' AND item.company_id = ANY(%(companies)s)
           AND (item.residual <> line.amount_residual_currency OR item.residual_company <> line.amount_residual
                OR line.parent_state <> 'posted')
     UNION ALL
        -- settled, but the entry is open
        SELECT 'settled item', item.id, item.name, 0, line.amount_residual_currency
          FROM collection_item item
          JOIN account_move_line line ON line.id = item.move_line_id AND line.parent_state = 'posted'
         WHERE item.state = 'settled' AND item.company_id = ANY(%(companies)s) AND line.amount_residual_currency <> 0
           AND NOT EXISTS (SELECT 1 FROM collection_item other
                            WHERE other.move_line_id = item.move_line_id AND other.id > item.id)
     UNION ALL
        -- open in a case that is completed
        SELECT 'item of a completed case', item.id, item.name, item.residual, 0
          FROM collection_item item JOIN collection_case record ON record.id = item.case_id
         WHERE item.state = 'open' AND record.state = 'completed' AND item.company_id = ANY(%(companies)s)
     UNION ALL
        -- a case whose total is not that of its entries
        SELECT 'case', record.id, record.name, record.amount_open, COALESCE(total.amount, 0)
          FROM collection_case record
     LEFT JOIN (SELECT item.case_id, SUM(CASE WHEN item.origin = 'ledger' THEN line.amount_residual
                                              ELSE item.residual_company END) AS amount
                  FROM collection_item item
             LEFT JOIN account_move_line line ON line.id = item.move_line_id
                 WHERE item.state = 'open' AND item.company_id = ANY(%(companies)s)
              GROUP BY item.case_id) total ON total.case_id = record.id
         WHERE record.company_id = ANY(%(companies)s) AND record.state <> 'completed'
           AND record.amount_open <> COALESCE(total.amount, 0)
        """,
        companies=company_ids,
    )


def overdue_differences(company_ids: list[int], day: date) -> SQL:
    """Return a SELECT of the cases refreshed on a day whose overdue amount is not that of their items."""
    case_ids = SQL(
        "ARRAY(SELECT id FROM collection_case"
        " WHERE company_id = ANY(%s) AND state <> 'completed' AND date_refreshed = %s)",
        company_ids,
        day,
    )
    return SQL(
        """
        SELECT 'overdue of case' AS what, record.id, record.name, record.amount_overdue AS shown,
               COALESCE(total.amount_overdue, 0) AS ledger
          FROM unnest(%(case_ids)s) AS checked(id)
          JOIN collection_case record ON record.id = checked.id
     LEFT JOIN (%(totals)s) total ON total.case_id = record.id
         WHERE record.amount_overdue <> COALESCE(total.amount_overdue, 0)
        """,
        case_ids=case_ids,
        totals=case_totals(case_ids, day),
    )
