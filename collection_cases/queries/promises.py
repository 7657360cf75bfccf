"""What the judging of promises reads: the promises, the money that came, what is left."""

from odoo.tools import SQL

FLUSH = {
    "collection.promise": ["amount", "case_id", "date", "decided_date", "item_ids", "made_on", "received", "state"],
    "collection.item": ["amount", "move_line_id", "origin", "residual", "settled_date", "state"],
}

IS_MONEY = SQL(
    "(move.origin_payment_id IS NOT NULL OR move.statement_line_id IS NOT NULL"
    " OR journal.type IN ('bank', 'cash', 'credit'))"
)
"""Condition on `move` and `journal`: an entry by which money came."""

SHARE_OF_MONEY = SQL(
    "CASE WHEN payment.currency_id = credit.currency_id AND credit.amount_currency <> 0"
    " THEN LEAST(1, payment.amount / ABS(credit.amount_currency)) ELSE 1 END"
)
"""Of a payment with a write-off: the share of its receivable entry (`credit`) that is money."""

JUDGED_AGAIN = 60
"""Days after which a promise is not judged again: money can be booked late, or come back."""


def to_judge(company, partner_ids, day) -> SQL:
    """Return a SELECT of the promises of the customers of whom one is open or was decided lately.

    All of them, because money that counted for an old one does not count for a young one; those that
    were decided long ago are frozen.

    Columns: id, case_id, partner_id, currency_id, decimal places, amount, date, made_on, state, received,
    decided_date, item ids, tolerance in days, in percent, branch_id, known until (NULL: today), is frozen.
    """
    return SQL(
        """
        SELECT promise.id, promise.case_id, promise.partner_id, promise.currency_id, currency.decimal_places,
               promise.amount, promise.date, promise.made_on, promise.state, promise.received, promise.decided_date,
               ARRAY(SELECT rel.collection_item_id FROM collection_item_collection_promise_rel rel
                      WHERE rel.collection_promise_id = promise.id),
               promise.tolerance_days, promise.tolerance_percent, record.branch_id,
               -- a file comes now and then: what is not known cannot be called broken
               (SELECT MIN((SELECT MAX(run.date)::date FROM collection_feed_run run
                             WHERE run.feed_id = entry.feed_id AND run.state = 'done'))
                  FROM collection_item_collection_promise_rel rel
                  JOIN collection_item item ON item.id = rel.collection_item_id
                  JOIN collection_feed_entry entry ON entry.id = item.feed_entry_id
                 WHERE rel.collection_promise_id = promise.id),
               promise.state <> 'open' AND promise.date <= %(day)s::date - %(again)s
          FROM collection_promise promise
          JOIN collection_case record ON record.id = promise.case_id
          JOIN res_currency currency ON currency.id = promise.currency_id
         WHERE promise.company_id = %(company)s AND promise.state <> 'cancelled'
           AND promise.partner_id IN (
                SELECT young.partner_id FROM collection_promise young
                 WHERE young.company_id = %(company)s AND young.partner_id = ANY(%(partners)s)
                   AND young.state <> 'cancelled'
                   AND (young.state = 'open' OR young.date > %(day)s::date - %(again)s))
      ORDER BY promise.id
        """,
        company=company.id,
        partners=list(partner_ids),
        day=day,
        again=JUDGED_AGAIN,
    )


def matched_receipts(item_ids) -> SQL:
    """Return a SELECT of the money matched with items: item id, currency_id, value date, amount.

    Only money counts: payments, bank and cash entries. Credit notes, write-offs and exchange differences do
    not; of a payment that was booked with a write-off, the money's share.
    An expected amount that was said to have come in counts on that day; of a foreign entry, what its
    ledger took off.
    """
    return SQL(
        """
        SELECT item.id, item.currency_id, credit.date, match.debit_amount_currency * %(share)s
          FROM collection_item item
          JOIN account_partial_reconcile match ON match.debit_move_id = item.move_line_id
          JOIN account_move_line credit ON credit.id = match.credit_move_id
          JOIN account_move move ON move.id = credit.move_id
          JOIN account_journal journal ON journal.id = move.journal_id
     LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
         WHERE item.id = ANY(%(items)s) AND %(money)s AND match.debit_amount_currency > 0
     UNION ALL
        SELECT item.id, item.currency_id, item.settled_date, item.amount
          FROM collection_item item
         WHERE item.id = ANY(%(items)s) AND item.origin = 'manual' AND item.settled_date IS NOT NULL
     UNION ALL
        SELECT item.id, item.currency_id, movement.date, SUM(movement.amount)
          FROM collection_item item
          JOIN collection_feed_movement movement ON movement.entry_id = item.feed_entry_id
         WHERE item.id = ANY(%(items)s)
      GROUP BY item.id, item.currency_id, movement.date
        HAVING SUM(movement.amount) > 0
        """,
        items=list(item_ids),
        money=IS_MONEY,
        share=SHARE_OF_MONEY,
    )


def waiting_receipts(company, partner_ids, account_ids) -> SQL:
    """Return a SELECT of payments that are matched with nothing yet.

    Columns: partner_id, currency_id, date, amount, branch_id (when the payer is a branch with a case).
    """
    return SQL(
        """
        SELECT party.commercial_partner_id, credit.currency_id, credit.date,
               -credit.amount_residual_currency * %(share)s,
               (SELECT record.branch_id FROM collection_case record
                 WHERE record.company_id = %(company)s AND record.branch_id = party.id LIMIT 1)
          FROM res_partner party
          JOIN account_move_line credit ON credit.partner_id = party.id
          JOIN account_move move ON move.id = credit.move_id
          JOIN account_journal journal ON journal.id = move.journal_id
     LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
         WHERE party.commercial_partner_id = ANY(%(partners)s) AND credit.company_id = %(company)s
           AND credit.account_id = ANY(%(accounts)s)
           AND credit.parent_state = 'posted' AND credit.reconciled IS NOT TRUE
           AND credit.amount_residual_currency < 0 AND %(money)s
        """,
        partners=list(partner_ids),
        company=company.id,
        accounts=list(account_ids),
        money=IS_MONEY,
        share=SHARE_OF_MONEY,
    )


def left(item_ids) -> SQL:
    """Return a SELECT of what is still open on items, whatever case they are in now: id, amount.

    A document that is set back to draft is being corrected: all of it counts as open.
    """
    return SQL(
        """
        SELECT item.id,
               CASE WHEN item.origin = 'manual' THEN item.residual
                    WHEN item.origin = 'feed' THEN COALESCE(entry.residual, 0)
                    WHEN line.parent_state = 'posted' THEN line.amount_residual_currency
                    WHEN line.parent_state = 'draft' THEN item.amount ELSE 0 END
          FROM collection_item item
     LEFT JOIN account_move_line line ON line.id = item.move_line_id
     LEFT JOIN collection_feed_entry entry ON entry.id = item.feed_entry_id
         WHERE item.id = ANY(%s)
        """,
        list(item_ids),
    )
