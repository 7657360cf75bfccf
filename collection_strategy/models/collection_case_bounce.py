from odoo import fields, models


class CollectionCase(models.Model):
    """What came back: the notice is marked, its fallback planned, the address to be mended (R17)."""

    _inherit = "collection.case"

    def _message_receive_bounce(self, email, partner):
        res = super()._message_receive_bounce(email, partner)
        for case in self:
            case._notice_came_back(email)
        return res

    def _notice_came_back(self, email):
        """Note that what was last sent to an address came back.

        :param email: normalised address
        """
        self.ensure_one()
        # sudo: called by the mail gateway for whatever came in
        notice = (
            self.env["collection.notice"]
            .sudo()
            .search(
                [("case_id", "=", self.id), ("address", "=ilike", email), ("bounced_date", "=", False)],
                order="id desc",
                limit=1,
            )
        )
        if notice and notice.action_id.state in ("done", "uncertain"):
            notice.bounced_date = fields.Datetime.now()
            notice.action_id._fail(self.env._("It came back: %s does not accept it.", email))
            self.env["collection.deliver"].sudo()._next_channel(notice.action_id, bad_address=True)
