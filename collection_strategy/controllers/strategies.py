from odoo import http
from odoo.http import content_disposition, request


class CollectionStrategies(http.Controller):
    """A strategy as a file."""

    @http.route(
        "/collections/strategy/<int:strategy_id>.json", type="http", auth="user", methods=["GET"], readonly=True
    )
    def strategy(self, strategy_id):
        """Return a version as JSON; only one the user may read."""
        strategy = request.env["collection.strategy"].search([("id", "=", strategy_id)])
        if not strategy:
            return request.not_found()
        content = request.env["collection.strategy.json"]._export(strategy)
        name = f"{strategy.family}-v{strategy.version}.json"
        headers = [("Content-Type", "application/json"), ("Content-Disposition", content_disposition(name))]
        return request.make_response(content, headers)
