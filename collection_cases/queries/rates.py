"""Rates of currencies, as Odoo looks them up."""

from odoo.tools import SQL


def factor(company, currency, day) -> SQL:
    """Return the expression of what one unit of a currency was worth in the company's on a day.

    The latest rate up to the day, else the earliest; the company's own before the shared ones.

    :param company: the `res.company`
    :param currency: SQL expression of a currency's id
    :param day: SQL expression of a date
    """

    def rate(of, direction):
        return SQL(
            """(SELECT rate.rate FROM res_currency_rate rate
                 WHERE rate.currency_id = %s AND (rate.company_id IS NULL OR rate.company_id = %s) %s
              ORDER BY rate.company_id, rate.name %s LIMIT 1)""",
            of,
            company.root_id.id,
            SQL("AND rate.name <= %s", day) if direction == "DESC" else SQL(),
            SQL("DESC") if direction == "DESC" else SQL("ASC"),
        )

    def on_day(of):
        return SQL("COALESCE(%s, %s, 1.0)", rate(of, "DESC"), rate(of, "ASC"))

    return SQL("(%s / %s)::numeric", on_day(SQL("%s", company.currency_id.id)), on_day(currency))
