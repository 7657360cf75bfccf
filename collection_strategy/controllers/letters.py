from odoo import http
from odoo.http import content_disposition, request
from odoo.tools.pdf import merge_pdf


class CollectionLetters(http.Controller):
    """The print queue: many letters in one PDF."""

    @http.route("/collections/letters", type="http", auth="user", methods=["GET"], readonly=True)
    def letters(self, ids=""):
        """Return letters in one PDF; only those the user may read.

        :param ids: ids of notices, with commas
        """
        wanted = [int(part) for part in ids.split(",") if part.isdigit()][:2000]
        notices = request.env["collection.notice"].search([("id", "in", wanted), ("attachment_id", "!=", False)])
        if not notices:
            return request.not_found()
        return self._merged(notices, "letters.pdf")

    @http.route("/collections/balances", type="http", auth="user", methods=["GET"], readonly=True)
    def balances(self, ids=""):
        """Return balance confirmations in one PDF; only those the user may read.

        :param ids: ids of confirmations, with commas
        """
        wanted = [int(part) for part in ids.split(",") if part.isdigit()][:2000]
        records = request.env["collection.balance"].search([("id", "in", wanted), ("attachment_id", "!=", False)])
        return self._merged(records, "balances.pdf") if records else request.not_found()

    def _merged(self, records, name):
        # sudo: the records were found with the user's own rights; their letters belong to them
        content = merge_pdf([record.sudo().attachment_id.raw for record in records.sorted("id")])
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(name)),
        ]
        return request.make_response(content, headers)
