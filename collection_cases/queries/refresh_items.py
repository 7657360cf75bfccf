"""Refresh, the items: take over figures, settle, let go, readmit, insert. Habits: see `refresh_lines`."""

from odoo.tools import SQL

from .open_lines import source
from .scope import Scope, in_scope


def sync_figures(scope: Scope) -> SQL:
    """Take over the figures of open entries that were booked past the ORM; normally nothing differs."""
    return SQL(
        """
        UPDATE collection_item item
           SET residual = line.residual, residual_company = line.residual_company,
               due_date = line.due_date, date = line.date, amount = line.amount, name = line.name
          FROM collection_line_now line
         WHERE line.source = %s AND item.state = 'open' AND %s
           AND (item.residual, item.residual_company, item.due_date, item.date, item.amount, item.name)
               IS DISTINCT FROM
               (line.residual, line.residual_company, line.due_date, line.date, line.amount, line.name)
        """,
        source("item"),
        in_scope(scope, "item"),
    )


def closed_figures(scope: Scope) -> SQL:
    """Return a SELECT of items whose entry is not open any more and that do not show so yet.

    Columns: id, residual, residual_company.
    """
    return SQL(
        """
        SELECT row.id, row.residual_now, row.residual_company_now
          FROM (SELECT item.id, item.residual, item.residual_company,
                       CASE WHEN entry.parent_state = 'posted' THEN entry.amount_residual_currency
                            ELSE COALESCE(foreign_entry.residual, 0) END AS residual_now,
                       CASE WHEN entry.parent_state = 'posted' THEN entry.amount_residual
                            ELSE COALESCE(foreign_entry.residual_company, 0) END AS residual_company_now
                  FROM collection_item item
             LEFT JOIN collection_line_now line ON line.source = %s
                    -- asked only for what is not among the open entries
             LEFT JOIN account_move_line entry
                    ON entry.id = CASE WHEN line.source IS NULL THEN item.move_line_id END
             LEFT JOIN collection_feed_entry foreign_entry
                    ON foreign_entry.id = CASE WHEN line.source IS NULL THEN item.feed_entry_id END
                 WHERE %s AND item.state = 'open' AND item.origin <> 'manual' AND line.source IS NULL) row
         WHERE (row.residual, row.residual_company) IS DISTINCT FROM (row.residual_now, row.residual_company_now)
        """,
        source("item"),
        in_scope(scope, "item"),
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
        in_scope(scope, "item"),
    )


def settle_foreign(scope: Scope) -> SQL:
    """Mark what a foreign ledger calls paid as settled, on the value date of its last movement."""
    return SQL(
        """
        UPDATE collection_item item
           SET state = 'settled', release_reason = NULL,
               settled_date = COALESCE(
                   (SELECT MAX(movement.date) FROM collection_feed_movement movement
                     WHERE movement.entry_id = entry.id AND movement.amount > 0), %s)
          FROM collection_feed_entry entry
         WHERE entry.id = item.feed_entry_id AND item.state = 'open' AND item.residual = 0 AND %s
     RETURNING item.id
        """,
        scope.day,
        in_scope(scope, "item"),
    )


def readmit_chosen(scope: Scope) -> SQL:
    """Open items again that a person had chosen, that were settled, and that are not any more."""
    return SQL(
        """
        UPDATE collection_item item
           SET state = 'open', settled_date = NULL, residual = line.residual,
               residual_company = line.residual_company, due_date = line.due_date
          FROM collection_line_now line, collection_case record
         WHERE %(source)s = line.source AND item.is_chosen AND item.state = 'settled'
           AND record.id = item.case_id AND record.state <> 'completed' AND %(scope)s
           AND NOT EXISTS (SELECT 1 FROM collection_item other
                            WHERE %(other)s = line.source AND other.state = 'open')
     RETURNING item.id
        """,
        source=source("item"),
        scope=in_scope(scope, "item"),
        other=source("other"),
    )


def readmit_items(scope: Scope) -> SQL:
    """Open items again that had left their case or were settled, and are due again."""
    return SQL(
        """
        UPDATE collection_item item
           SET state = 'open', settled_date = NULL, release_reason = NULL,
               residual = due.residual, residual_company = due.residual_company, due_date = due.due_date
          FROM collection_line_now due
         WHERE %(source)s = due.source AND item.case_id = due.case_id AND item.state <> 'open'
           AND %(scope)s
           AND NOT EXISTS (SELECT 1 FROM collection_item other
                            WHERE %(other)s = due.source AND other.state = 'open')
     RETURNING item.id
        """,
        source=source("item"),
        scope=in_scope(scope, "item"),
        other=source("other"),
    )


def insert_items(scope: Scope) -> SQL:
    """Insert the items that no open case has yet."""
    return SQL(
        """
        INSERT INTO collection_item (case_id, company_id, partner_id, origin, move_line_id, feed_entry_id, name,
                    date, due_date, currency_id, amount, residual, residual_company, state, is_chosen,
                    create_uid, write_uid, create_date, write_date)
             SELECT due.case_id, %(company_id)s, due.partner_id,
                    CASE WHEN due.move_line_id IS NULL THEN 'feed' ELSE 'ledger' END,
                    due.move_line_id, due.feed_entry_id, due.name, due.date, due.due_date,
                    due.currency_id, due.amount, due.residual, due.residual_company, 'open', false,
                    %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
               FROM collection_line_now due
              WHERE due.is_new
                AND (SELECT item.id FROM collection_item item
                      WHERE %(source)s = due.source AND item.state = 'open' LIMIT 1) IS NULL
        ON CONFLICT DO NOTHING
          RETURNING id
        """,
        source=source("item"),
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
                   CASE WHEN line.source IS NULL AND foreign_entry.id IS NULL
                             AND (ledger.id IS NULL OR ledger.parent_state <> 'posted') THEN 'unposted'
                        WHEN ledger.no_followup THEN 'excluded'
                        WHEN item.residual <> 0 AND (line.source IS NULL
                             OR line.partner_id <> item.partner_id) THEN 'moved'
                        WHEN item.is_chosen THEN NULL
                        WHEN line.case_id = item.case_id THEN NULL
                        WHEN line.source IS NULL THEN 'moved'
                        WHEN NOT line.takes_part THEN 'not_participating'
                        WHEN line.branch_id IS DISTINCT FROM record.branch_id THEN 'moved'
                        WHEN line.residual > 0 AND line.due_date >= %(day)s THEN 'not_due'
                        ELSE 'covered' END AS reason
              FROM collection_item item
              JOIN collection_case record ON record.id = item.case_id
         LEFT JOIN collection_line_now line ON line.source = %(source)s
                -- asked only for what is not among the open entries
         LEFT JOIN account_move_line ledger
                ON ledger.id = CASE WHEN line.source IS NULL THEN item.move_line_id END
         LEFT JOIN collection_feed_entry foreign_entry
                ON foreign_entry.id = CASE WHEN line.source IS NULL THEN item.feed_entry_id END
             WHERE item.state = 'open' AND item.origin <> 'manual' AND %(scope)s) gone
         WHERE gone.reason IS NOT NULL
        """,
        day=scope.horizon,
        source=source("item"),
        scope=in_scope(scope, "item"),
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
           AND line.source IN (SELECT %s FROM collection_item item WHERE item.id = ANY(%s))
        """,
        source("item"),
        ids,
    )
    return [release, free]
