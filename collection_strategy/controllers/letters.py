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
        # sudo: the notices were found with the user's own rights; their letters belong to them
        content = merge_pdf([notice.sudo().attachment_id.raw for notice in notices.sorted("id")])
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition("letters.pdf")),
        ]
        return request.make_response(content, headers)
