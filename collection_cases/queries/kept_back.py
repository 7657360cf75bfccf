"""Of whom anything may be kept back: a cheap first question before asking item by item."""

from odoo.tools import SQL

FLUSH = {
    "collection.dispute": ["company_id", "partner_id", "state"],
    "collection.hold": ["company_id", "ended_date", "partner_id"],
    "collection.instrument": ["company_id", "partner_id", "payment_id", "state"],
    "collection.promise": ["company_id", "partner_id", "state"],
    "collection.receipt": ["company_id", "partner_id", "payment_id", "state"],
}
"""What has to be in the database before this query is right: model -> fields."""


def customers(company) -> SQL:
    """Return a SELECT of the customers with a hold, dispute, promise, cheque or receipt that may keep items back.

    :param company: `res.company`
    """
    return SQL(
        """
        SELECT partner_id FROM collection_hold WHERE company_id = %(company)s AND ended_date IS NULL
         UNION SELECT partner_id FROM collection_dispute
                WHERE company_id = %(company)s AND state IN ('open', 'accepted')
         UNION SELECT partner_id FROM collection_promise WHERE company_id = %(company)s AND state = 'open'
         UNION SELECT partner_id FROM collection_instrument
                WHERE company_id = %(company)s
                  AND (state IN ('received', 'deposited') OR (state = 'cleared' AND payment_id IS NULL))
         UNION SELECT partner_id FROM collection_receipt
                WHERE company_id = %(company)s AND state <> 'cancelled' AND payment_id IS NULL
        """,
        company=company.id,
    )
