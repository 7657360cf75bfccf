"""What a work plan looks at, a row per running case."""

from odoo.tools import SQL

FLUSH = {
    "collection.action": ["case_id", "date", "minutes", "state"],
    "collection.case": [
        *("amount_overdue", "company_id", "department_id", "partner_id", "payment_contact_id", "priority"),
        *("priority_score", "segment_id", "state", "strategy_id", "user_id"),
    ],
    "collection.dispute": ["case_id", "state"],
    "mail.activity": ["active", "date_deadline", "res_id", "res_model"],
    "res.partner": ["lang"],
}
"""What has to be in the database before this query is right: model -> fields."""

MONTHS = 3
"""How long back the work on a case says how much work it is."""


def cases(case_ids, day) -> SQL:
    """Return a SELECT with one row per running case.

    Columns: id, user_id, department_id, lang (of whom we talk to), segment_id, stars, rank, overdue, minutes (a
    month, lately; NULL when nothing was done), next_activity (day), is_busy (a promise runs or it is contested).
    """
    return SQL(
        """
        SELECT record.id, record.user_id, record.department_id, COALESCE(contact.lang, customer.lang) AS lang,
               record.segment_id, COALESCE(record.priority, '0')::int AS stars,
               COALESCE(record.priority_score, 0)::float AS rank, COALESCE(record.amount_overdue, 0)::float AS overdue,
               spent.minutes, planned.day AS next_activity,
               record.state = 'promise' OR EXISTS (
                   SELECT 1 FROM collection_dispute dispute
                    WHERE dispute.case_id = record.id AND dispute.state = 'open') AS is_busy
          FROM collection_case record
          JOIN res_partner customer ON customer.id = record.partner_id
     LEFT JOIN res_partner contact ON contact.id = record.payment_contact_id
     LEFT JOIN (SELECT case_id, SUM(minutes)::float / %(months)s AS minutes
                  FROM collection_action
                 WHERE case_id = ANY(%(ids)s) AND state = 'done' AND date >= %(day)s::date - 30 * %(months)s
              GROUP BY case_id) spent ON spent.case_id = record.id
     LEFT JOIN (SELECT res_id, MIN(date_deadline) AS day
                  FROM mail_activity
                 WHERE res_model = 'collection.case' AND res_id = ANY(%(ids)s) AND active
              GROUP BY res_id) planned ON planned.res_id = record.id
         WHERE record.id = ANY(%(ids)s)
      ORDER BY record.id
        """,
        ids=list(case_ids),
        day=day,
        months=MONTHS,
    )
