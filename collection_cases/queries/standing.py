"""What is known about how customers pay: promises, disputes, payments."""

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .promises import IS_MONEY, SHARE_OF_MONEY
from .rates import factor


def standing(company, partner_ids, account_ids, today) -> SQL:
    """Return a SELECT with one row per customer: the facts of `engine/standing.py`.

    Paid is what was matched with money here, and what foreign ledgers took off their entries, at the rate of
    the document's day.

    :param company: `res.company`
    :param partner_ids: ids of commercial partners
    :param account_ids: ids of the receivable accounts
    :param today: payments of the twelve months before count
    """
    return SQL(
        """
        SELECT customer.id, owed.promised, owed.disputed, said.kept, said.judged,
               came.last_payment_date, came.paid, came.paid_days
          FROM res_partner customer
     LEFT JOIN LATERAL (
            SELECT SUM(record.amount_promised) AS promised, SUM(record.amount_disputed) AS disputed
              FROM collection_case record
             WHERE record.partner_id = customer.id AND record.company_id = %(company)s
               AND record.state <> 'completed') owed ON true
     LEFT JOIN LATERAL (
            SELECT COUNT(*) FILTER (WHERE promise.state = 'kept') AS kept, COUNT(*) AS judged
              FROM collection_promise promise
             WHERE promise.partner_id = customer.id AND promise.company_id = %(company)s
               AND promise.state IN ('kept', 'partly_kept', 'broken')) said ON true
     LEFT JOIN LATERAL (
            SELECT MAX(one.date) AS last_payment_date, SUM(one.amount) AS paid,
                   SUM(one.amount * GREATEST(0, one.date - one.due_date)) AS paid_days
              FROM (SELECT credit.date, COALESCE(debit.date_maturity, debit.date) AS due_date,
                           match.amount * %(share)s AS amount
                      FROM res_partner party
                      JOIN account_move_line debit ON debit.partner_id = party.id
                      JOIN account_partial_reconcile match ON match.debit_move_id = debit.id
                      JOIN account_move_line credit ON credit.id = match.credit_move_id
                      JOIN account_move move ON move.id = credit.move_id
                      JOIN account_journal journal ON journal.id = move.journal_id
                 LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
                     WHERE party.commercial_partner_id = customer.id AND debit.company_id = %(company)s
                       AND debit.account_id = ANY(%(accounts)s) AND %(money)s
                       AND credit.date > %(since)s
                 UNION ALL
                    -- what a file took back on the same day was no payment
                    SELECT movement.date, entry.due_date, SUM(movement.amount) * %(factor)s
                      FROM res_partner party
                      JOIN collection_feed_entry entry ON entry.partner_id = party.id
                      JOIN collection_feed_movement movement ON movement.entry_id = entry.id
                     WHERE party.commercial_partner_id = customer.id AND entry.company_id = %(company)s
                       AND movement.date > %(since)s
                  GROUP BY entry.id, movement.date
                    HAVING SUM(movement.amount) > 0) one) came ON true
         WHERE customer.id = ANY(%(partners)s)
        """,
        company=company.id,
        partners=list(partner_ids),
        accounts=list(account_ids),
        money=IS_MONEY,
        share=SHARE_OF_MONEY,
        since=today - relativedelta(years=1),
        factor=factor(company, SQL("entry.currency_id"), SQL("COALESCE(entry.date, entry.due_date)")),
    )
