"""How all customers of a company have paid."""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from odoo.addons.collection_cases.queries.promises import IS_MONEY, SHARE_OF_MONEY

FLUSH = {
    "account.move.line": ["account_id", "company_id", "date", "date_maturity", "partner_id"],
    "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id"],
    "collection.promise": ["company_id", "partner_id", "state"],
    "res.partner": ["commercial_partner_id"],
}
"""What has to be in the database before these queries are right: model -> fields."""


def history(company, account_ids, day) -> SQL:
    """Return a SELECT with one row per customer who paid in the twelve months before a day.

    Columns: partner_id and the fields of `engine.rating.History`.

    :param company: `res.company`
    :param account_ids: ids of the receivable accounts
    """
    return SQL(
        """
        SELECT came.partner_id, came.paid, came.paid_days, came.paid_late, came.recent, came.recent_days,
               COALESCE(said.kept, 0) AS kept, COALESCE(said.judged, 0) AS judged
          FROM (SELECT row.partner_id, SUM(row.amount) AS paid, SUM(row.amount * row.late) AS paid_days,
                       COALESCE(SUM(row.amount) FILTER (WHERE row.late > 0), 0) AS paid_late,
                       COALESCE(SUM(row.amount) FILTER (WHERE row.date > %(recent)s), 0) AS recent,
                       COALESCE(SUM(row.amount * row.late) FILTER (WHERE row.date > %(recent)s), 0) AS recent_days
                  FROM (SELECT party.commercial_partner_id AS partner_id, credit.date,
                               match.amount * %(share)s AS amount,
                               GREATEST(0, credit.date - COALESCE(debit.date_maturity, debit.date)) AS late
                          FROM account_move_line credit
                          JOIN account_partial_reconcile match ON match.credit_move_id = credit.id
                          JOIN account_move_line debit ON debit.id = match.debit_move_id
                          JOIN res_partner party ON party.id = debit.partner_id
                          JOIN account_move move ON move.id = credit.move_id
                          JOIN account_journal journal ON journal.id = move.journal_id
                     LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
                         WHERE credit.company_id = %(company)s AND credit.account_id = ANY(%(accounts)s)
                           AND credit.date > %(since)s AND credit.date <= %(day)s AND %(money)s) row
              GROUP BY row.partner_id) came
     LEFT JOIN (SELECT promise.partner_id, COUNT(*) FILTER (WHERE promise.state = 'kept') AS kept, COUNT(*) AS judged
                  FROM collection_promise promise
                 WHERE promise.company_id = %(company)s AND promise.state IN ('kept', 'partly_kept', 'broken')
              GROUP BY promise.partner_id) said ON said.partner_id = came.partner_id
        """,
        company=company.id,
        accounts=list(account_ids),
        day=day,
        since=day - relativedelta(years=1),
        recent=day - relativedelta(days=90),
        money=IS_MONEY,
        share=SHARE_OF_MONEY,
    )


def upsert(company, rows) -> SQL:
    """Write the ratings that are new or differ; returns partner_id and the trend before (NULL for new ones).

    :param rows: list of (partner_id, `engine.rating.Rating`)
    """
    return SQL(
        """
        WITH before AS (SELECT partner_id, trend FROM collection_rating
                         WHERE company_id = %(company)s AND partner_id = ANY(%(partners)s))
        INSERT INTO collection_rating AS known (company_id, partner_id, grade, score, days_late, share_late, kept_rate,
                    has_promises, trend, drift, create_uid, write_uid, create_date, write_date)
             SELECT %(company)s, new.*, 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
               FROM unnest(%(partners)s::int[], %(grades)s::varchar[], %(scores)s::int[], %(days)s::float[],
                           %(shares)s::float[], %(kept)s::float[], %(judged)s::bool[], %(trends)s::varchar[],
                           %(drifts)s::float[]) new
        ON CONFLICT (company_id, partner_id) DO UPDATE
                SET grade = EXCLUDED.grade, score = EXCLUDED.score, days_late = EXCLUDED.days_late,
                    share_late = EXCLUDED.share_late, kept_rate = EXCLUDED.kept_rate,
                    has_promises = EXCLUDED.has_promises, trend = EXCLUDED.trend, drift = EXCLUDED.drift,
                    write_date = EXCLUDED.write_date
              WHERE (known.score, known.days_late, known.share_late, known.trend, known.kept_rate)
                    IS DISTINCT FROM
                    (EXCLUDED.score, EXCLUDED.days_late, EXCLUDED.share_late, EXCLUDED.trend, EXCLUDED.kept_rate)
          RETURNING partner_id, (SELECT trend FROM before WHERE before.partner_id = known.partner_id)
        """,
        company=company.id,
        partners=[row[0] for row in rows],
        grades=[row[1].grade for row in rows],
        scores=[row[1].score for row in rows],
        days=[row[1].days_late for row in rows],
        shares=[row[1].share_late for row in rows],
        kept=[row[1].kept_rate or 0.0 for row in rows],
        judged=[row[1].kept_rate is not None for row in rows],
        trends=[row[1].trend for row in rows],
        drifts=[row[1].drift for row in rows],
    )
