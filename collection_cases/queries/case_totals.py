"""The totals of many cases at once, credits netted: `engine/netting.py` in SQL."""

from odoo.tools import SQL

from ..engine.aging import BUCKETS

FLUSH = {
    "collection.item": ["case_id", "currency_id", "due_date", "residual", "residual_company", "state"],
    "collection.case": ["currency_id"],
}


def case_totals(case_ids, date) -> SQL:
    """Return a SELECT with one row per case that has open items.

    Columns: case_id, amount_open, amount_overdue (company's currency, credits netted per currency,
    oldest debts covered first), oldest_due_date (of what is overdue and not covered),
    item_count.

    :param case_ids: ids of cases, or an SQL array of them
    :param date: items due before this day are overdue
    """
    return SQL(
        """
        SELECT row.case_id,
               SUM(row.residual_company) AS amount_open,
               COALESCE(SUM(row.uncovered) FILTER (WHERE row.due_date < %(date)s), 0) AS amount_overdue,
               MIN(row.due_date) FILTER (WHERE row.due_date < %(date)s AND row.uncovered > 0) AS oldest_due_date,
               COUNT(*) AS item_count
          FROM (
            SELECT item.case_id, item.due_date, item.residual_company,
                   CASE WHEN item.residual > 0 THEN ROUND(
                       item.residual_company
                       * LEAST(item.residual, GREATEST(0,
                            SUM(GREATEST(item.residual, 0)) OVER oldest_first
                            + SUM(LEAST(item.residual, 0)) OVER whole))
                       / item.residual, currency.decimal_places)
                   END AS uncovered
              FROM collection_item item
              JOIN collection_case record ON record.id = item.case_id
              JOIN res_currency currency ON currency.id = record.currency_id
             WHERE item.state = 'open'
               AND item.case_id = ANY(%(case_ids)s)
            WINDOW whole AS (PARTITION BY item.case_id, item.currency_id),
                   oldest_first AS (PARTITION BY item.case_id, item.currency_id
                                    ORDER BY item.due_date, item.id)
          ) row
      GROUP BY row.case_id
        """,
        case_ids=case_ids if isinstance(case_ids, SQL) else list(case_ids),
        date=date,
    )


def aging_bucket(oldest_due_date, date) -> SQL:
    """Return the expression for the ageing bucket of an oldest due date; see `engine/aging.py`.

    :param oldest_due_date: SQL expression of a date, or NULL when nothing is overdue
    :param date: the day to count from
    """
    whens = SQL(" ").join(
        SQL("WHEN %s::date - %s <= %s THEN %s", date, oldest_due_date, last, code)
        for code, _first, last in BUCKETS
        if last is not None
    )
    return SQL("CASE WHEN %s IS NULL THEN %s %s ELSE %s END", oldest_due_date, BUCKETS[0][0], whens, BUCKETS[-1][0])
