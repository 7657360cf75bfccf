"""Refresh, the cases: find, open, total, complete. Habits: see `refresh_lines`."""

from odoo.tools import SQL

from .case_totals import aging_bucket, case_totals
from .open_lines import source
from .scope import Scope, in_scope


def open_cases(scope: Scope) -> SQL:
    """Return a SELECT of the open cases: id, partner_id, branch_id."""
    return SQL(
        "SELECT id, partner_id, branch_id FROM collection_case record WHERE %s AND state <> 'completed'",
        in_scope(scope, "record"),
    )


def completed_cases_with_open_lines(scope: Scope) -> SQL:
    """Return a SELECT of the latest completed case of each key that knew a debt which is overdue again."""
    return SQL(
        """
        SELECT DISTINCT ON (record.partner_id, record.branch_id) record.id, record.partner_id, record.branch_id
          FROM collection_case record
          JOIN collection_item item ON item.case_id = record.id
          JOIN collection_line_now line ON line.source = %s
               AND line.takes_part AND line.partner_id = record.partner_id
               AND line.branch_id IS NOT DISTINCT FROM record.branch_id
         WHERE %s AND record.state = 'completed' AND line.residual > 0 AND line.due_date < %s
      ORDER BY record.partner_id, record.branch_id, record.id DESC
        """,
        source("item"),
        in_scope(scope, "record"),
        scope.day,
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
          JOIN collection_line_now line ON line.source = %s AND line.residual > 0
         WHERE %s AND record.state = 'completed'
           AND NOT EXISTS (SELECT 1 FROM collection_case other
                            WHERE other.company_id = record.company_id AND other.partner_id = record.partner_id
                              AND other.branch_id IS NOT DISTINCT FROM record.branch_id
                              AND other.state <> 'completed')
        """,
        source("item"),
        in_scope(scope, "record"),
    )


def insert_cases(scope: Scope, rows: list[dict], uid: int) -> SQL:
    """Insert cases; a row that another session has just opened is left to it.

    :param rows: dicts with name, partner_id, branch_id, user_id, department_id, payment_contact_id
    """
    column = {name: [row[name] for row in rows] for name in rows[0]}
    return SQL(
        """
        INSERT INTO collection_case (name, partner_id, branch_id, user_id, department_id, payment_contact_id,
                    company_id, currency_id, state, cycle, cycle_date, priority, open_date, date_refreshed,
                    is_overdue, aging_bucket, item_count, amount_open, amount_overdue, amount_promised, amount_disputed,
                    create_uid, write_uid, create_date, write_date)
             SELECT new.*, %(company_id)s, %(currency_id)s, 'not_started', 1, %(day)s, '0', %(day)s, %(day)s, false,
                    'not_due', 0, 0, 0, 0, 0, %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
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


def update_totals(scope: Scope) -> SQL:
    """Write the totals of the open cases, as of the day.

    A case that stays open with nothing overdue any more ends its cycle; one that completes ends it
    when it is reopened.
    """
    case_ids = SQL(
        "ARRAY(SELECT id FROM collection_case record WHERE %s AND state <> 'completed')", in_scope(scope, "record")
    )
    return SQL(
        """
        -- once for all cases: a plan for few of them would compute it anew for each
        WITH total AS MATERIALIZED (%(totals)s)
        UPDATE collection_case record
           SET amount_open = new.amount_open, amount_overdue = new.amount_overdue,
               oldest_due_date = new.oldest_due_date, item_count = new.item_count,
               aging_bucket = new.aging_bucket, date_refreshed = %(day)s,
               cycle = record.cycle + %(ends)s::int,
               cycle_date = CASE WHEN %(ends)s THEN %(day)s ELSE record.cycle_date END,
               is_overdue = new.amount_overdue > 0
          FROM (SELECT opened.id, COALESCE(total.amount_open, 0) AS amount_open,
                       COALESCE(total.amount_overdue, 0) AS amount_overdue, total.oldest_due_date,
                       COALESCE(total.item_count, 0) AS item_count, %(bucket)s AS aging_bucket
                  FROM unnest(%(case_ids)s) AS opened(id)
             LEFT JOIN total ON total.case_id = opened.id) new
         WHERE new.id = record.id AND %(scope)s
           AND (record.amount_open, record.amount_overdue, record.oldest_due_date, record.item_count,
                record.aging_bucket, record.date_refreshed, COALESCE(record.is_overdue, false))
               IS DISTINCT FROM
               (new.amount_open, new.amount_overdue, new.oldest_due_date, new.item_count,
                new.aging_bucket, %(day)s, new.amount_overdue > 0)
     RETURNING record.id
        """,
        day=scope.day,
        ends=SQL("(COALESCE(record.is_overdue, false) AND new.amount_overdue = 0 AND new.item_count > 0)"),
        scope=in_scope(scope, "record"),
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
        in_scope(scope, "record"),
    )
