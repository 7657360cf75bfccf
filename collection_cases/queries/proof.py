"""The proof that amounts shown are the ledger's (rule I5)."""

from datetime import date

from odoo.tools import SQL

from .case_totals import case_totals


def differences(company_ids: list[int]) -> SQL:
    """Return a SELECT of every amount shown that is not the ledger's: what, id, name, shown, ledger."""
    return SQL(
        """
        -- an open item with other figures than its entry
        SELECT 'item' AS what, item.id, item.name, item.residual AS shown, line.amount_residual_currency AS ledger
          FROM collection_item item
          JOIN account_move_line line ON line.id = item.move_line_id
         WHERE item.state = 'open' AND item.company_id = ANY(%(companies)s)
           AND (item.residual <> line.amount_residual_currency OR item.residual_company <> line.amount_residual
                OR line.parent_state <> 'posted')
     UNION ALL
        -- settled, but the entry is open
        SELECT 'settled item', item.id, item.name, 0, line.amount_residual_currency
          FROM collection_item item
          JOIN account_move_line line ON line.id = item.move_line_id AND line.parent_state = 'posted'
         WHERE item.state = 'settled' AND item.company_id = ANY(%(companies)s) AND line.amount_residual_currency <> 0
           AND NOT EXISTS (SELECT 1 FROM collection_item other
                            WHERE other.move_line_id = item.move_line_id AND other.id > item.id)
     UNION ALL
        SELECT 'item', item.id, item.name, item.residual, entry.residual
          FROM collection_item item
          JOIN collection_feed_entry entry ON entry.id = item.feed_entry_id
         WHERE item.state = 'open' AND item.company_id = ANY(%(companies)s)
           AND (item.residual <> entry.residual OR item.residual_company <> entry.residual_company)
     UNION ALL
        SELECT 'settled item', item.id, item.name, 0, entry.residual
          FROM collection_item item
          JOIN collection_feed_entry entry ON entry.id = item.feed_entry_id
         WHERE item.state = 'settled' AND item.company_id = ANY(%(companies)s) AND entry.residual <> 0
           AND NOT EXISTS (SELECT 1 FROM collection_item other
                            WHERE other.feed_entry_id = item.feed_entry_id AND other.id > item.id)
     UNION ALL
        -- open in a case that is completed
        SELECT 'item of a completed case', item.id, item.name, item.residual, 0
          FROM collection_item item JOIN collection_case record ON record.id = item.case_id
         WHERE item.state = 'open' AND record.state = 'completed' AND item.company_id = ANY(%(companies)s)
     UNION ALL
        -- a case whose total is not that of its entries
        SELECT 'case', record.id, record.name, record.amount_open, COALESCE(total.amount, 0)
          FROM collection_case record
     LEFT JOIN (SELECT item.case_id, SUM(CASE item.origin WHEN 'ledger' THEN line.amount_residual
                                                          WHEN 'feed' THEN entry.residual_company
                                                          ELSE item.residual_company END) AS amount
                  FROM collection_item item
             LEFT JOIN account_move_line line ON line.id = item.move_line_id
             LEFT JOIN collection_feed_entry entry ON entry.id = item.feed_entry_id
                 WHERE item.state = 'open' AND item.company_id = ANY(%(companies)s)
              GROUP BY item.case_id) total ON total.case_id = record.id
         WHERE record.company_id = ANY(%(companies)s) AND record.state <> 'completed'
           AND record.amount_open <> COALESCE(total.amount, 0)
        """,
        companies=company_ids,
    )


def overdue_differences(company_ids: list[int], day: date) -> SQL:
    """Return a SELECT of the cases refreshed on a day whose overdue amount is not that of their items."""
    case_ids = SQL(
        "ARRAY(SELECT id FROM collection_case"
        " WHERE company_id = ANY(%s) AND state <> 'completed' AND date_refreshed = %s)",
        company_ids,
        day,
    )
    return SQL(
        """
        SELECT 'overdue of case' AS what, record.id, record.name, record.amount_overdue AS shown,
               COALESCE(total.amount_overdue, 0) AS ledger
          FROM unnest(%(case_ids)s) AS checked(id)
          JOIN collection_case record ON record.id = checked.id
     LEFT JOIN (%(totals)s) total ON total.case_id = record.id
         WHERE record.amount_overdue <> COALESCE(total.amount_overdue, 0)
        """,
        case_ids=case_ids,
        totals=case_totals(case_ids, day),
    )
