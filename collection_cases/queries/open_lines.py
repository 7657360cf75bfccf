"""The open receivable entries, of the ledger and of foreign ones, each with who it is chased at."""

from odoo.tools import SQL

FLUSH = {
    "account.move": ["name", "partner_id", "state"],
    "account.move.line": [
        "account_id",
        "amount_currency",
        "amount_residual",
        "amount_residual_currency",
        "company_id",
        "currency_id",
        "date",
        "date_maturity",
        "move_name",
        "no_followup",
        "parent_state",
        "partner_id",
        "reconciled",
    ],
    "collection.feed.entry": ["company_id", "partner_id", "residual"],
    "res.partner": ["collection_participation", "commercial_partner_id", "is_company", "type"],
}
"""What has to be in the database before these queries are right: model -> fields."""


def source(alias: str) -> SQL:
    """Return the expression for what an item stands for: the journal item's id, or minus the foreign entry's.

    NULL for an expected amount. The unique indexes of `collection.item` are on this expression.

    :param alias: the name of `collection_item` in the query
    """
    return SQL("COALESCE(%s, -%s)", SQL.identifier(alias, "move_line_id"), SQL.identifier(alias, "feed_entry_id"))


def participation(company, alias: str) -> SQL:
    """Return the expression for how a customer takes part at a company: no, yes, per_branch or NULL.

    :param company: the `res.company`
    :param alias: the name of `res_partner` in the query
    """
    partner_model = company.env["res.partner"].with_company(company)
    return partner_model._fields["collection_participation"].to_sql(partner_model, alias)


def open_lines(company, partner_ids, account_ids) -> SQL:
    """Return a SELECT of the open receivable entries of some customers of a company.

    Columns: source (see `source`), move_line_id, feed_entry_id (one of them is NULL), partner_id (the
    commercial one), branch_id, takes_part, currency_id, name, date, due_date, amount, residual (both in
    the entry's currency), residual_company.

    An entry belongs to a branch when its customer is managed per branch and the document is addressed
    to one of its addresses. A contact person is no branch, and the delivery address does not count:
    Odoo fills it in by itself, so it says nothing about who owes.

    :param company: the `res.company`, one record
    :param partner_ids: ids of commercial partners
    :param account_ids: ids of the receivable accounts. Given as values, because PostgreSQL then takes the
        index of open entries; with a subselect it reads the customers' whole history
    """
    return SQL(
        """
        SELECT line.id AS source, line.id AS move_line_id, NULL::int AS feed_entry_id,
               customer.id AS partner_id,
               CASE WHEN customer.mode = 'per_branch' THEN branch.id END AS branch_id,
               COALESCE(customer.mode IN ('yes', 'per_branch'), false) AS takes_part,
               line.currency_id,
               line.move_name AS name,
               line.date,
               COALESCE(line.date_maturity, line.date) AS due_date,
               line.amount_currency AS amount,
               line.amount_residual_currency AS residual,
               line.amount_residual AS residual_company
          FROM (%(customers)s) customer
          JOIN res_partner party ON party.commercial_partner_id = customer.id
          JOIN account_move_line line ON line.partner_id = party.id
     LEFT JOIN account_move move ON move.id = CASE WHEN customer.mode = 'per_branch' THEN line.move_id END
     LEFT JOIN res_partner branch
            ON customer.mode = 'per_branch'
           AND branch.id = COALESCE(NULLIF(move.partner_id, customer.id), NULLIF(party.id, customer.id))
           AND (branch.is_company OR branch.type <> 'contact')
         WHERE line.account_id = ANY(%(account_ids)s)
           AND line.company_id = %(company_id)s
           AND line.parent_state = 'posted'
           AND line.reconciled IS NOT TRUE
           AND line.amount_residual_currency <> 0
           AND line.no_followup IS NOT TRUE
     UNION ALL
        SELECT -entry.id, NULL, entry.id, customer.id,
               CASE WHEN customer.mode = 'per_branch' AND party.id <> customer.id
                     AND (party.is_company OR party.type <> 'contact') THEN party.id END,
               COALESCE(customer.mode IN ('yes', 'per_branch'), false),
               entry.currency_id, entry.name, entry.date, entry.due_date, entry.amount, entry.residual,
               entry.residual_company
          FROM (%(customers)s) customer
          JOIN res_partner party ON party.commercial_partner_id = customer.id
          JOIN collection_feed_entry entry ON entry.partner_id = party.id
         WHERE entry.company_id = %(company_id)s AND entry.residual <> 0
        """,
        customers=SQL(
            "SELECT record.id, %s AS mode FROM res_partner record WHERE record.id = ANY(%s)",
            participation(company, "record"),
            list(partner_ids),
        ),
        company_id=company.id,
        account_ids=list(account_ids),
    )
