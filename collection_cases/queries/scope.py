"""What a refresh works on: one company and a batch of its customers."""

from dataclasses import dataclass
from datetime import date, timedelta

from odoo.tools import SQL


@dataclass(frozen=True)
class Scope:
    """What a refresh works on.

    :param company: `res.company`
    :param partner_ids: commercial partners
    :param day: the day that overdue refers to
    :param account_ids: the receivable accounts
    :param lead_days: documents enter a case so many days before they are due
    """

    company: object
    partner_ids: list
    day: date
    account_ids: list
    lead_days: int = 0

    @property
    def horizon(self) -> date:
        """Documents due before this day belong into a case."""
        return self.day + timedelta(days=self.lead_days)


def in_scope(scope: Scope, alias: str) -> SQL:
    """Return the condition that a row belongs to the company and the customers of a refresh.

    :param alias: the table's name in the query; it has company_id and partner_id
    """
    return SQL(
        "%s = %s AND %s = ANY(%s)",
        SQL.identifier(alias, "company_id"),
        scope.company.id,
        SQL.identifier(alias, "partner_id"),
        scope.partner_ids,
    )
