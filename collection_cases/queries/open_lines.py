"""The open receivable entries of the ledger, each with the customer (and branch) it is chased at."""

from odoo.tools import SQL

FLUSH = {
    "account.move": ["move_type", "name", "partner_id"],
    "account.move.line": [
        "account_id",
        "amount_currency",
        "amount_residual",
        "amount_residual_currency",
        "company_id",
        "currency_id",
        "date",
        "date_maturity",
        "no_followup",
        "parent_state",
        "partner_id",
        "reconciled",
    ],
    "res.partner": ["collection_participation", "commercial_partner_id", "is_company", "type"],
}
"""What has to be in the database before these queries are right: model -> fields."""


def open_lines(company, partner_ids, *, participants_only=True) -> SQL:
    """Return a SELECT of the open receivable entries of some customers of a company.

    Columns: move_line_id, partner_id (the commercial one), branch_id, currency_id, name, date,
    due_date, amount, residual (both in the entry's currency), residual_company.

    An entry belongs to a branch when its customer is managed per branch and the document is addressed
    to one of its addresses. A contact person is no branch, and the delivery address does not count:
    Odoo fills it in by itself, so it says nothing about who owes.

    :param company: the `res.company`, one record
    :param partner_ids: ids of commercial partners
    :param participants_only: leave out customers that do not take part in collections
    """
    partner_model = company.env["res.partner"].with_company(company)
    participation = partner_model._fields["collection_participation"].to_sql(partner_model, "customer")
    return SQL(
        """
        SELECT line.id AS move_line_id,
               customer.id AS partner_id,
               CASE WHEN %(participation)s = 'per_branch' THEN branch.id END AS branch_id,
               line.currency_id,
               move.name,
               line.date,
               COALESCE(line.date_maturity, line.date) AS due_date,
               line.amount_currency AS amount,
               line.amount_residual_currency AS residual,
               line.amount_residual AS residual_company
          FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
          JOIN account_move move ON move.id = line.move_id
          JOIN res_partner party ON party.id = line.partner_id
          JOIN res_partner customer ON customer.id = party.commercial_partner_id
     LEFT JOIN res_partner branch
            ON branch.id = COALESCE(NULLIF(move.partner_id, customer.id), NULLIF(party.id, customer.id))
           AND (branch.is_company OR branch.type <> 'contact')
         WHERE account.account_type = 'asset_receivable'
           AND line.company_id = %(company_id)s
           AND line.parent_state = 'posted'
           AND line.reconciled IS NOT TRUE
           AND line.amount_residual_currency <> 0
           AND line.no_followup IS NOT TRUE
           AND line.partner_id IN (SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%(partner_ids)s))
           AND (%(all_customers)s OR %(participation)s IN ('yes', 'per_branch'))
        """,
        participation=participation,
        company_id=company.id,
        partner_ids=list(partner_ids),
        all_customers=not participants_only,
    )


def debtors(company, partner_ids, date, tolerance) -> SQL:
    """Return a SELECT of who is overdue beyond the tolerance once credits are netted.

    Columns: partner_id, branch_id. Currencies are netted each on its own; only the comparison with
    the tolerance is in the company's currency.

    :param date: entries due before this day are overdue
    :param tolerance: in the company's currency; a net debt up to it is not chased
    """
    return SQL(
        """
        SELECT partner_id, branch_id
          FROM (SELECT partner_id, branch_id, currency_id,
                       SUM(residual) FILTER (WHERE residual > 0 AND due_date < %(date)s) AS overdue,
                       SUM(residual_company) FILTER (WHERE residual > 0 AND due_date < %(date)s) AS overdue_company,
                       COALESCE(SUM(residual) FILTER (WHERE residual < 0), 0) AS credit
                  FROM (%(lines)s) line
              GROUP BY partner_id, branch_id, currency_id) net
         WHERE overdue + credit > 0
      GROUP BY partner_id, branch_id
        HAVING SUM(overdue_company * (overdue + credit) / overdue) > %(tolerance)s
        """,
        lines=open_lines(company, partner_ids),
        date=date,
        tolerance=tolerance,
    )
