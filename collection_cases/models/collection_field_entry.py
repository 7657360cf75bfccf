from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine.field import digest


class CollectionFieldEntry(models.Model):
    """An entry made on a collector's phone: known by the identifier the phone gave it, done exactly once.

    A phone that heard no answer sends the entry again; the second answer is the first one's.
    """

    _name = "collection.field.entry"
    _description = "Entry from the field"
    _order = "id desc"
    _rec_name = "uuid"

    uuid = fields.Char("Identifier", required=True, readonly=True)
    kind = fields.Selection(
        [("payment", "Payment"), ("visit", "Visit"), ("promise", "Promise")], required=True, readonly=True
    )
    user_id = fields.Many2one("res.users", "By", required=True, readonly=True, index=True, ondelete="restrict")
    case_id = fields.Many2one("collection.case", readonly=True, ondelete="set null", index="btree_not_null")
    digest = fields.Char(required=True, readonly=True)
    answer = fields.Json(readonly=True)

    _uuid_uniq = models.Constraint("UNIQUE(uuid)", "This entry is here already.")

    def _claim(self, uuid, kind, entry):
        """Claim an entry: exactly one of several transactions that bring it gets it.

        Another transaction that is bringing the same entry makes this one wait. When that one commits,
        this one fails with a serialization error; Odoo repeats the request, which finds the answer.

        :param uuid: the phone's identifier
        :param entry: dict, all that the phone says
        :returns: (record, True) when it is new, (record, False) when it was done before
        :raises UserError: the identifier was used for something else
        """
        found = self.env.execute_query(
            SQL(
                """
                INSERT INTO collection_field_entry (uuid, kind, user_id, digest, create_uid, create_date,
                                                    write_uid, write_date)
                     VALUES (%s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC', %s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (uuid) DO NOTHING RETURNING id
                """,
                uuid,
                kind,
                self.env.uid,
                digest(entry),
                self.env.uid,
                self.env.uid,
            )
        )
        # sudo: nobody reads entries but the product; whose it is is compared below
        entries = self.sudo()
        if found:
            return entries.browse(found[0][0]), True
        record = entries.search([("uuid", "=", uuid)])
        if record.user_id.id != self.env.uid or record.digest != digest(entry):
            raise UserError(
                self.env._("This entry was sent before with other contents. Discard it and enter it again.")
            )
        return record, False
