"""What was open on a day, entry by entry."""

from odoo.tools import SQL

FLUSH = {
    "account.move.line": [
        *("account_id", "amount_currency", "company_id", "currency_id", "date", "date_maturity", "move_name"),
        *("parent_state", "partner_id"),
    ],
    "account.partial.reconcile": [
        *("credit_amount_currency", "credit_move_id", "debit_amount_currency", "debit_move_id", "max_date"),
    ],
    "res.partner": ["commercial_partner_id"],
}
"""What has to be in the database before this query is right: model -> fields."""


def open_on(company, partner_ids, account_ids, day) -> SQL:
    """Return a SELECT of the receivable entries of customers that were open at the end of a day.

    Columns: partner_id (commercial), name, date, due_date, currency_id, amount, residual (on that day, in
    the entry's currency: what was matched later was still open then).

    :param partner_ids: ids of commercial partners
    :param account_ids: ids of the receivable accounts
    """
    return SQL(
        """
        SELECT row.* FROM (
            SELECT party.commercial_partner_id AS partner_id, line.move_name AS name, line.date,
                   COALESCE(line.date_maturity, line.date) AS due_date, line.currency_id,
                   line.amount_currency AS amount,
                   line.amount_currency
                   - COALESCE((SELECT SUM(match.debit_amount_currency) FROM account_partial_reconcile match
                                WHERE match.debit_move_id = line.id AND match.max_date <= %(day)s), 0)
                   + COALESCE((SELECT SUM(match.credit_amount_currency) FROM account_partial_reconcile match
                                WHERE match.credit_move_id = line.id AND match.max_date <= %(day)s), 0) AS residual
              FROM account_move_line line JOIN res_partner party ON party.id = line.partner_id
             WHERE line.account_id = ANY(%(accounts)s) AND line.company_id = %(company)s
               AND line.parent_state = 'posted' AND line.date <= %(day)s
               AND party.commercial_partner_id = ANY(%(partners)s)) row
          JOIN res_currency currency ON currency.id = row.currency_id
         WHERE ROUND(row.residual::numeric, currency.decimal_places) <> 0
      ORDER BY row.partner_id, row.due_date, row.name
        """,
        accounts=list(account_ids),
        company=company.id,
        day=day,
        partners=list(partner_ids),
    )
