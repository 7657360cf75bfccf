"""What segments look at, a row per running case."""

from odoo.tools import SQL

FLUSH = {
    "collection.action": ["case_id", "cycle", "is_final", "state", "step_id"],
    "collection.case": [
        *("amount_open", "arm", "company_id", "cycle", "date_refreshed", "oldest_due_date"),
        *("partner_id", "segment_id", "state", "strategy_id"),
    ],
    "collection.rating": ["company_id", "grade", "partner_id"],
    "res.partner": ["is_company"],
}
"""What has to be in the database before these queries are right: model -> fields."""


def facts(company, case_ids=None) -> SQL:
    """Return a SELECT with one row per running case.

    Columns: id, partner_id, is_company, days (overdue), exposure (open, company's currency), grade,
    segment_id, strategy_id, arm, is_pinned (a step of its strategy was taken in this cycle).

    :param case_ids: only these, or None for all of the company
    """
    return SQL(
        """
        SELECT record.id, record.partner_id, customer.is_company,
               COALESCE(record.date_refreshed - record.oldest_due_date, 0) AS days,
               COALESCE(record.amount_open, 0)::float AS exposure, rating.grade,
               record.segment_id, record.strategy_id, record.arm,
               record.strategy_id IS NOT NULL AND EXISTS (
                   SELECT 1 FROM collection_action action
                     JOIN collection_strategy_step step ON step.id = action.step_id
                    WHERE action.case_id = record.id AND action.cycle = record.cycle
                      AND EXISTS (SELECT 1 FROM collection_strategy_step own
                                   WHERE own.strategy_id = record.strategy_id
                                     AND COALESCE(own.root_id, own.id) = COALESCE(step.root_id, step.id))
                      AND (action.state <> 'skipped' OR action.is_final)) AS is_pinned
          FROM collection_case record
          JOIN res_partner customer ON customer.id = record.partner_id
     LEFT JOIN collection_rating rating
            ON rating.partner_id = record.partner_id AND rating.company_id = record.company_id
         WHERE record.company_id = %s AND record.state <> 'completed' AND %s
        """,
        company.id,
        SQL("record.id = ANY(%s)", list(case_ids)) if case_ids is not None else SQL("true"),
    )


def write(ids, segment_id, strategy_id, arm) -> SQL:
    """Write a treatment on cases."""
    return SQL(
        "UPDATE collection_case SET segment_id = %s, strategy_id = %s, arm = %s WHERE id = ANY(%s)",
        segment_id,
        strategy_id,
        arm,
        list(ids),
    )
