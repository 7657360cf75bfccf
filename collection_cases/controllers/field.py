import json

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request
from odoo.tools.misc import file_open

from ..services.collection_field_day import LEAST_TYPED, MOST_FOUND

PAGE = "/collections/field"
SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class FieldController(http.Controller):
    """The field collector's page: parse, one call of `collection.field`, render."""

    @http.route(PAGE, type="http", auth="user", methods=["GET"], readonly=True)
    def page(self, collector=None, **_params):
        """Show the day's visits: one's own, or those of a collector one supervises.

        :param collector: id of a user, own day by default
        """
        desk = request.env["collection.field"]
        user = request.env.user
        if not user.has_group("collection_cases.group_collection_user"):
            return self._refusal_page(request.env._("This page is for collectors. Ask an administrator for the role."))
        colleagues = desk._collectors()
        shown = user.sudo()  # sudo: `_visits` reads the day of the user, or of a colleague checked here
        if collector and collector.isdigit() and int(collector) != user.id:
            shown = colleagues.filtered(lambda one: one.id == int(collector))
            if not shown:
                return self._refusal_page(request.env._("You see your own day, and those of people you supervise."))
        visits = [desk._visit_facts(activity, case) for activity, case in desk._visits(shown)]
        values = {
            "user": user,
            "shown": shown,
            "own": shown.id == user.id,
            "colleagues": colleagues,
            "visits": visits,
            "least_typed": LEAST_TYPED,
            "data": json.dumps({visit["key"]: visit for visit in visits}),
            "config": json.dumps(
                {
                    "store": f"collections_field_{request.db}_{user.id}",
                    "post": f"{PAGE}/entry",
                    "search": f"{PAGE}/search",
                    "receipt": f"{PAGE}/receipt/",
                    "worker": f"{PAGE}/worker.js",
                    "texts": self._texts(),
                }
            ),
            "today": request.env["collection.refresh"]._today(user.company_id),
            "token": request.csrf_token(),
        }
        return request.render("collection_cases.field_page", values, headers=dict(SAFE))

    @http.route(f"{PAGE}/search", type="http", auth="user", methods=["GET"], readonly=True)
    def search(self, q=None, **_params):
        """Find customers of one's own without a planned visit; answers JSON: the cards, and what they know."""
        desk = request.env["collection.field"]
        try:
            cases = desk._find(q)
        except AccessError as refusal:
            return self._json({"refused": refusal.args[0]}, 403)
        nothing_planned = request.env["mail.activity"]
        visits = [desk._visit_facts(nothing_planned, case) for case in cases[:MOST_FOUND]]
        values = {"visits": visits, "more": len(cases) > MOST_FOUND}
        cards = request.env["ir.qweb"]._render("collection_cases.field_found", values)
        return self._json({"cards": cards, "visits": {visit["key"]: visit for visit in visits}}, 200)

    @http.route(f"{PAGE}/entry", type="http", auth="user", methods=["POST"])
    def entry(self, entry=None, **_params):
        """Do what the phone reports; answers JSON: 200 done, 403 not yours, 422 refused with a sentence."""
        try:
            said = json.loads(entry or "")
        except ValueError:
            said = None
        try:
            with request.env.cr.savepoint():
                answer = request.env["collection.field"].enter(said)
        except AccessError as refusal:
            return self._json({"refused": refusal.args[0]}, 403)
        except UserError as refusal:
            return self._json({"refused": refusal.args[0]}, 422)
        return self._json(answer, 200)

    @http.route(f"{PAGE}/receipt/<int:receipt_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def receipt(self, receipt_id, **_params):
        """Show a receipt as PDF."""
        receipt = request.env["collection.receipt"].browse(receipt_id).exists()
        if not receipt or not receipt.has_access("read"):
            return self._refusal_page(request.env._("There is no receipt here that you may see."))
        name = f"{receipt.name.replace('/', '-')}.pdf"
        headers = {
            **SAFE,
            "Content-Type": "application/pdf",
            "Content-Disposition": content_disposition(name, "inline"),
        }
        return request.make_response(receipt._pdf(), list(headers.items()))

    @http.route(f"{PAGE}/worker.js", type="http", auth="public", methods=["GET"], readonly=True, save_session=False)
    def worker(self, **_params):
        """Give the service worker, allowed for this page only, which lets the page open without a network."""
        with file_open("collection_cases/static/field/worker.js", "rb") as file:
            body = file.read()
        headers = {
            "Content-Type": "text/javascript; charset=utf-8",
            "Service-Worker-Allowed": PAGE,
            "Cache-Control": "no-cache",
        }
        return request.make_response(body, list(headers.items()))

    def _json(self, answer, status):
        return request.make_json_response(answer, headers=dict(SAFE), status=status)

    def _refusal_page(self, sentence):
        return request.render("collection_cases.field_refusal", {"sentence": sentence}, headers=dict(SAFE), status=403)

    def _texts(self):
        """Return the sentences of the page's script, in the user's language."""
        return {
            "waiting": request.env._("Waiting to be sent: {count}"),
            "offline": request.env._("No connection. What you enter is kept here and sent by itself."),
            "sending": request.env._("Sending…"),
            "login": request.env._("You were logged out. Log in again: what you entered is kept and will be sent."),
            "refused": request.env._("Not taken: {why}"),
            "change": request.env._("Change"),
            "retry": request.env._("Try again"),
            "discard": request.env._("Discard"),
            "discardSure": request.env._("Discard this entry for good? It was not recorded on the server."),
            "receipt": request.env._("Receipt"),
            "kept": request.env._("Kept on this phone, waiting to be sent."),
            "above": request.env._("This is more than is open. Take it all the same?"),
            "amount": request.env._("Enter an amount above zero."),
            "number": request.env._("Enter the number of the cheque."),
            "date": request.env._("Enter the day."),
            "searchOffline": request.env._("Searching needs a connection. Try again when there is one."),
            "noStore": request.env._(
                "This browser keeps nothing: allow it to store data, or entries are lost without a network."
            ),
            "payment": request.env._("Payment"),
            "visit": request.env._("Visit"),
            "promise": request.env._("Promise"),
            "done": request.env._("Done today"),
        }
