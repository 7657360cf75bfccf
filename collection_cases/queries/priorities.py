"""What the ranking of a company's open cases reads and writes."""

from odoo.tools import SQL

FLUSH = {
    "collection.case": [
        *("amount_disputed", "amount_overdue", "amount_promised", "oldest_due_date"),
        *("priority_parts", "priority_score", "state"),
    ],
    "collection.instrument": ["case_id", "state"],
    "collection.promise": ["case_id", "item_ids", "state"],
    "collection.dispute": ["case_id", "state"],
    "collection.dispute.line": ["dispute_id", "item_id"],
    "collection.item": ["due_date", "residual", "state"],
    "collection.hold": ["case_id", "date_from", "date_until", "ended_date", "item_id", "partner_id"],
}


def facts(company, day) -> SQL:
    """Return a SELECT of the open cases.

    Columns: id, overdue amount less promised and contested ones, oldest_due_date, priority_parts, has next step,
    broken promises and bounced cheques, is held.
    """
    return SQL(
        """
        SELECT record.id,
               record.amount_overdue - COALESCE(record.amount_promised, 0) - COALESCE(record.amount_disputed, 0),
               record.oldest_due_date, record.priority_parts,
               EXISTS (SELECT 1 FROM mail_activity activity
                        WHERE activity.res_model = 'collection.case'
                          AND activity.res_id = record.id AND activity.active),
               COALESCE(broken.count, 0),
               held.id IS NOT NULL
          FROM collection_case record
     LEFT JOIN (SELECT case_id, COUNT(*) AS count
                  FROM (SELECT case_id FROM collection_promise
                         WHERE company_id = %(company)s AND state IN ('broken', 'partly_kept')
                     UNION ALL
                        SELECT case_id FROM collection_instrument
                         WHERE company_id = %(company)s AND state = 'bounced') disappointed
              GROUP BY case_id) broken ON broken.case_id = record.id
     LEFT JOIN LATERAL (
            SELECT hold.id FROM collection_hold hold
             WHERE hold.company_id = %(company)s AND hold.partner_id = record.partner_id
               AND hold.ended_date IS NULL AND hold.item_id IS NULL
               AND (hold.case_id IS NULL OR hold.case_id = record.id)
               AND %(day)s BETWEEN hold.date_from AND hold.date_until LIMIT 1) held ON true
         WHERE record.company_id = %(company)s AND record.state <> 'completed'
        """,
        company=company.id,
        day=day,
    )


def contested_not_overdue(company, day) -> SQL:
    """Return a SELECT of what is contested in open cases and was not overdue: case id, dispute line id."""
    return SQL(
        """
        SELECT dispute.case_id, line.id
          FROM collection_dispute dispute
          JOIN collection_case record ON record.id = dispute.case_id
          JOIN collection_dispute_line line ON line.dispute_id = dispute.id
          JOIN collection_item item ON item.id = line.item_id
         WHERE dispute.company_id = %s AND dispute.state IN ('open', 'accepted') AND record.state <> 'completed'
           AND NOT (item.state = 'open' AND item.due_date < %s)
        """,
        company.id,
        day,
    )


def promised_not_overdue(company, day) -> SQL:
    """Return a SELECT of the open promises that are about more than overdue items.

    Columns: case id, promise id, what is open of the overdue items it is about, in its currency.
    """
    return SQL(
        """
        SELECT promise.case_id, promise.id,
               COALESCE(SUM(item.residual) FILTER (WHERE item.state = 'open' AND item.due_date < %(day)s), 0)
          FROM collection_promise promise
          JOIN collection_case record ON record.id = promise.case_id
          JOIN collection_item_collection_promise_rel rel ON rel.collection_promise_id = promise.id
          JOIN collection_item item ON item.id = rel.collection_item_id
         WHERE promise.company_id = %(company)s AND promise.state = 'open' AND record.state <> 'completed'
      GROUP BY promise.id
        HAVING bool_or(NOT (item.state = 'open' AND item.due_date < %(day)s))
        """,
        company=company.id,
        day=day,
    )


def write(rows: list[tuple]) -> SQL:
    """Write new ranks.

    :param rows: list of (case id, score, stars as text, parts as JSON text)
    """
    ids, scores, stars, parts = (list(column) for column in zip(*rows, strict=True))
    return SQL(
        """
        UPDATE collection_case record
           SET priority_score = new.score, priority = new.stars, priority_parts = new.parts::jsonb
          FROM unnest(%s::int[], %s::numeric[], %s::varchar[], %s::text[]) AS new(id, score, stars, parts)
         WHERE record.id = new.id RETURNING record.id
        """,
        ids,
        scores,
        stars,
        parts,
    )
