"""What the judging of promises reads: the promises, the money that came, what is left."""

from odoo.tools import SQL

FLUSH = {
    "collection.promise": ["amount", "case_id", "date", "decided_date", "item_ids", "made_on", "received", "state"],
    "collection.item": ["amount", "move_line_id", "origin", "residual", "settled_date", "state"],
}

JUDGED_AGAIN = 60
"""Days after which a promise is not judged again: money can be booked late, or come back."""


def to_judge(company, partner_ids, day) -> SQL:
    """Return a SELECT of the promises that are open, or were decided lately.

    Columns: id, case_id, partner_id, currency_id, decimal places, amount, date, made_on, state, received,
    decided_date, item ids.
    """
    return SQL(
        """
        SELECT promise.id, promise.case_id, promise.partner_id, promise.currency_id, currency.decimal_places,
               promise.amount, promise.date, promise.made_on, promise.state, promise.received, promise.decided_date,
               ARRAY(SELECT rel.collection_item_id FROM collection_item_collection_promise_rel rel
                      WHERE rel.collection_promise_id = promise.id)
          FROM collection_promise promise
          JOIN res_currency currency ON currency.id = promise.currency_id
         WHERE promise.company_id = %s AND promise.partner_id = ANY(%s) AND promise.state <> 'cancelled'
           AND (promise.state = 'open' OR promise.date > %s::date - %s
                -- what was paid by instalments counts for the earliest: judge a running plan whole
                OR promise.plan_id IN (SELECT id FROM collection_plan WHERE state = 'active'))
      ORDER BY promise.id
        """,
        company.id,
        list(partner_ids),
        day,
        JUDGED_AGAIN,
    )


def matched_receipts(item_ids) -> SQL:
    """Return a SELECT of the money matched with items: item id, currency_id, value date, amount.

    Credit notes are no payments; exchange differences neither (their amount in currency is zero).
    An expected amount that was said to have come in counts on that day; of a foreign entry, what its
    ledger took off.
    """
    return SQL(
        """
        SELECT item.id, item.currency_id, credit.date, match.debit_amount_currency
          FROM collection_item item
          JOIN account_partial_reconcile match ON match.debit_move_id = item.move_line_id
          JOIN account_move_line credit ON credit.id = match.credit_move_id
          JOIN account_move move ON move.id = credit.move_id
         WHERE item.id = ANY(%(items)s) AND move.move_type <> 'out_refund' AND match.debit_amount_currency > 0
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
    )


def waiting_receipts(company, partner_ids, account_ids) -> SQL:
    """Return a SELECT of payments that are matched with nothing yet: partner_id, currency_id, date, amount."""
    return SQL(
        """
        SELECT party.commercial_partner_id, line.currency_id, line.date, -line.amount_residual_currency
          FROM res_partner party
          JOIN account_move_line line ON line.partner_id = party.id
          JOIN account_move move ON move.id = line.move_id
         WHERE party.commercial_partner_id = ANY(%s) AND line.company_id = %s AND line.account_id = ANY(%s)
           AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
           AND line.amount_residual_currency < 0 AND move.move_type <> 'out_refund'
        """,
        list(partner_ids),
        company.id,
        list(account_ids),
    )


def left(item_ids) -> SQL:
    """Return a SELECT of what is still open on items, whatever case they are in now: id, amount."""
    return SQL(
        """
        SELECT item.id,
               CASE WHEN item.origin = 'manual' THEN item.residual
                    WHEN item.origin = 'feed' THEN COALESCE(entry.residual, 0)
                    WHEN line.parent_state = 'posted' THEN line.amount_residual_currency ELSE 0 END
          FROM collection_item item
     LEFT JOIN account_move_line line ON line.id = item.move_line_id
     LEFT JOIN collection_feed_entry entry ON entry.id = item.feed_entry_id
         WHERE item.id = ANY(%s)
        """,
        list(item_ids),
    )
