"""The facts of many cases at once: a row per case, not per item."""

from odoo.tools import SQL

from odoo.addons.collection_cases.queries.case_totals import case_totals

FLUSH = {
    "collection.action": ["case_id", "cycle", "date", "due_date", "is_final", "outcome_id", "state", "step_id"],
    "collection.case": [
        *("amount_overdue", "arm", "company_id", "cycle", "cycle_date", "date_refreshed", "oldest_due_date"),
        *("partner_id", "segment_id", "state", "strategy_id"),
    ],
    "collection.dispute": ["case_id", "closed_date", "date", "state"],
    "collection.instrument": ["bounced_date", "case_id"],
    "collection.item": ["case_id", "due_date", "residual", "residual_company", "settled_date", "state"],
    "collection.notice": ["action_id", "amount", "bounced_date", "case_id"],
    "collection.notice.line": ["amount_company", "item_id", "notice_id"],
    "collection.outcome": ["is_contact"],
    "collection.strategy.step": ["root_id", "strategy_id"],
    "collection.promise": ["case_id", "decided_date", "made_on", "state"],
}
"""What has to be in the database before these queries are right: model -> fields."""

RECENT_DAYS = 30
"""An event that is older starts nothing any more: nobody wants to hear now of what happened in spring."""


def cases(case_ids, day) -> SQL:
    """Return a SELECT with one row per open case.

    Columns: id, partner_id, strategy_id, arm, cycle, amount_overdue, due_date (of the oldest debt that
    credits do not cover; of the next one when nothing is overdue).

    :param case_ids: ids of cases
    :param day: the day that overdue refers to
    """
    return SQL(
        """
        SELECT record.id, record.partner_id, record.strategy_id, record.arm, record.cycle,
               CASE WHEN record.date_refreshed = %(day)s THEN record.amount_overdue
                    ELSE COALESCE(total.amount_overdue, 0) END AS amount_overdue,
               COALESCE(
                   CASE WHEN record.date_refreshed = %(day)s THEN record.oldest_due_date
                        ELSE total.oldest_due_date END,
                   (SELECT MIN(item.due_date) FROM collection_item item
                     WHERE item.case_id = record.id AND item.state = 'open' AND item.residual > 0
                       AND item.due_date >= %(day)s)) AS due_date
          FROM collection_case record
     LEFT JOIN (%(totals)s) total ON total.case_id = record.id
         WHERE record.id = ANY(%(ids)s) AND record.state <> 'completed'
        """,
        day=day,
        ids=list(case_ids),
        totals=case_totals(
            SQL(
                "ARRAY(SELECT id FROM collection_case WHERE id = ANY(%s) AND date_refreshed IS DISTINCT FROM %s)",
                list(case_ids),
                day,
            ),
            day,
        ),
    )


def falling_due(company, account_ids, first, day, lead_days) -> SQL:
    """Return a SELECT of the customers of whom something falls due between two days: id.

    :param account_ids: ids of the receivable accounts
    :param first, day: overdue on `day` and not yet on `first`
    :param lead_days: documents enter a case so many days before they are due
    """
    return SQL(
        """
        SELECT party.commercial_partner_id
          FROM account_move_line line JOIN res_partner party ON party.id = line.partner_id
         WHERE line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
           AND line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
           AND line.amount_residual_currency > 0 AND line.no_followup IS NOT TRUE
           AND COALESCE(line.date_maturity, line.date) >= %(first)s
           AND COALESCE(line.date_maturity, line.date) < %(day)s::date + %(lead)s
         UNION
        SELECT party.commercial_partner_id
          FROM collection_feed_entry entry JOIN res_partner party ON party.id = entry.partner_id
         WHERE entry.company_id = %(company)s AND entry.residual > 0
           AND entry.due_date >= %(first)s AND entry.due_date < %(day)s::date + %(lead)s
        """,
        accounts=list(account_ids),
        company=company.id,
        first=first,
        day=day,
        lead=lead_days,
    )


def taken(case_ids) -> SQL:
    """Return a SELECT of the steps that were taken in each case's present cycle.

    Columns: case_id, step_id, day, asked, left (of what was asked, still open; company's currency).
    """
    return SQL(
        """
        WITH action AS MATERIALIZED (
            SELECT action.id, action.case_id, action.step_id, record.strategy_id,
                   COALESCE(action.due_date, action.date::date) AS day
              FROM unnest(%s) AS wanted(id)
              JOIN collection_case record ON record.id = wanted.id
              JOIN collection_action action ON action.case_id = record.id AND action.cycle = record.cycle
             WHERE action.step_id IS NOT NULL AND (action.state <> 'skipped' OR action.is_final))
        SELECT action.case_id, step.id, MIN(action.day), MAX(notice.amount) AS asked, MAX(notice.left) AS left
          FROM action
          JOIN collection_strategy_step former ON former.id = action.step_id
          -- the same step of the version the case follows now
          JOIN collection_strategy_step step ON step.strategy_id = action.strategy_id
               AND COALESCE(step.root_id, step.id) = COALESCE(former.root_id, former.id)
          -- LIMIT keeps these index look-ups: a plan made for an empty table would read all of it for each
     LEFT JOIN LATERAL (
            SELECT said.amount,
                   (SELECT COALESCE(SUM(LEAST(line.amount_company, GREATEST(item.residual_company, 0))), 0)
                      FROM collection_notice_line line JOIN collection_item item ON item.id = line.item_id
                     WHERE line.notice_id = said.id AND item.state = 'open' AND line.amount_company > 0) AS left
              FROM collection_notice said WHERE said.action_id = action.id LIMIT 1) notice ON true
      GROUP BY action.case_id, step.id
        """,
        list(case_ids),
    )


def events(case_ids, day) -> SQL:
    """Return a SELECT of what happened lately in each case's present cycle: case_id, name, day."""
    return SQL(
        """
        SELECT happened.case_id, happened.name, MAX(happened.day)
          FROM (SELECT case_id, 'promise_broken' AS name, decided_date AS day FROM collection_promise
                 WHERE case_id = ANY(%(ids)s) AND state IN ('broken', 'partly_kept')
             UNION ALL
                SELECT case_id, 'dispute_closed', closed_date FROM collection_dispute
                 WHERE case_id = ANY(%(ids)s) AND state <> 'open'
             UNION ALL
                SELECT case_id, 'payment_returned', bounced_date FROM collection_instrument
                 WHERE case_id = ANY(%(ids)s)
             UNION ALL
                SELECT case_id, 'message_bounced', bounced_date::date FROM collection_notice
                 WHERE case_id = ANY(%(ids)s)) happened
          JOIN collection_case record ON record.id = happened.case_id
         WHERE happened.day >= GREATEST(record.cycle_date, %(day)s::date - %(recent)s) AND happened.day <= %(day)s
      GROUP BY happened.case_id, happened.name
        """,
        ids=list(case_ids),
        day=day,
        recent=RECENT_DAYS,
    )


def reactions(case_ids, day) -> SQL:
    """Return a SELECT of the latest day each debtor reacted: case_id, day."""
    return SQL(
        """
        SELECT reaction.case_id, MAX(reaction.day)
          FROM (SELECT action.case_id, action.date::date AS day FROM collection_action action
                  JOIN collection_outcome outcome ON outcome.id = action.outcome_id AND outcome.is_contact
                 WHERE action.case_id = ANY(%(ids)s)
             UNION ALL SELECT case_id, made_on FROM collection_promise WHERE case_id = ANY(%(ids)s)
             UNION ALL SELECT case_id, date FROM collection_dispute WHERE case_id = ANY(%(ids)s)
             UNION ALL SELECT case_id, settled_date FROM collection_item
                        WHERE case_id = ANY(%(ids)s) AND settled_date IS NOT NULL) reaction
         WHERE reaction.day <= %(day)s
      GROUP BY reaction.case_id
        """,
        ids=list(case_ids),
        day=day,
    )
