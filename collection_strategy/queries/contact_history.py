"""The contacts there were with debtors: what fair-contact rules count."""

from odoo.tools import SQL

FLUSH = {
    "collection.action": ["channel_id", "company_id", "date", "outcome_id", "partner_id", "state", "task_id"],
    "collection.channel": ["contact_kind", "handler"],
    "collection.outcome": ["is_contact"],
    "res.company": ["parent_path"],
}


def contacts(partner_ids, since, until) -> SQL:
    """Return a SELECT of the contacts with customers, in all their cases.

    A message of which nobody knows whether it arrived counts, and one that is on its way. That work was planned
    for a person does not: the call counts when it is made.

    Columns: partner_id, id of the company at the root (branches are one creditor, other companies another),
    action id, when, kind, whether it was a conversation, whether it is on its way.

    :param since: naive UTC; what was before does not count any more
    :param until: naive UTC; what came later does not count yet
    """
    return SQL(
        """
        SELECT action.partner_id, split_part(company.parent_path, '/', 1)::int, action.id,
               CASE WHEN action.state = 'sending' THEN %(until)s ELSE action.date END,
               channel.contact_kind,
               COALESCE(outcome.is_contact, FALSE) AND channel.contact_kind IN ('call', 'visit'),
               action.state = 'sending'
          FROM collection_action action
          JOIN collection_channel channel ON channel.id = action.channel_id
          JOIN res_company company ON company.id = action.company_id
     LEFT JOIN collection_outcome outcome ON outcome.id = action.outcome_id
         WHERE action.partner_id = ANY(%(partners)s)
           AND action.state IN ('done', 'sending', 'uncertain')
           AND channel.contact_kind <> 'nothing'
           AND NOT (action.task_id IS NOT NULL AND COALESCE(channel.handler, '') = 'activity')
           AND (action.state = 'sending' OR action.date BETWEEN %(since)s AND %(until)s)
        """,
        partners=list(partner_ids),
        since=since,
        until=until,
    )
