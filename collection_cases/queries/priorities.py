"""What the ranking of a company's open cases reads and writes."""

from odoo.tools import SQL

FLUSH = {
    "collection.case": [
        *("amount_disputed", "amount_overdue", "amount_promised", "oldest_due_date"),
        *("priority_parts", "priority_score", "state"),
    ],
    "collection.instrument": ["case_id", "state"],
    "collection.promise": ["case_id", "state"],
    "collection.hold": ["case_id", "date_from", "date_until", "ended_date", "item_id", "partner_id"],
}


def facts(company, day) -> SQL:
    """Return a SELECT of the open cases.

    Columns: id, what can be collected now (overdue less promised and contested), oldest_due_date,
    priority_parts, has next step, broken promises and bounced cheques, is held.
    """
    return SQL(
        """
        SELECT record.id,
               GREATEST(0, record.amount_overdue - COALESCE(record.amount_promised, 0)
                                                 - COALESCE(record.amount_disputed, 0)),
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
