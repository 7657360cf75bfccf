from collections import defaultdict

from odoo import api, models

from ..engine.variant import CHALLENGER, HOLDOUT, variant
from ..queries import segments as segment_queries


class CollectionPolicy(models.AbstractModel):
    """Which segment a case belongs to, and which strategy it follows."""

    _name = "collection.policy"
    _description = "Assignment of segments and strategies"

    @api.model
    def _assign(self, company, case_ids=None):
        """Give running cases their segment, strategy and arm.

        The segment follows the facts each time. The strategy is kept while a step of it was taken in the
        present cycle: a case ends by the version it started with.

        :param company: `res.company`
        :param case_ids: only these cases; all of the company without
        :returns: number of cases that changed
        """
        company = company.with_company(company)
        self.env["collection.case"]._flush_for(segment_queries.FLUSH)
        rows = self.env.execute_query_dict(segment_queries.facts(company, case_ids))
        if not rows:
            return 0
        segments = self.env["collection.segment"].search([("company_id", "in", (False, company.id))])
        partners = {segment: self._partners(segment, company, rows) for segment in segments}
        changed = defaultdict(list)
        for row in rows:
            segment = next((one for one in segments if self._fits(one, row, partners[one])), segments.browse())
            strategy, arm = self._treatment(segment, row["partner_id"])
            if row["is_pinned"]:
                strategy, arm = row["strategy_id"], row["arm"]
            wanted = (segment.id or None, strategy or None, arm)
            if wanted != (row["segment_id"], row["strategy_id"], row["arm"]):
                changed[wanted].append(row["id"])
        for (segment_id, strategy_id, arm), ids in changed.items():
            self.env.cr.execute(segment_queries.write(ids, segment_id, strategy_id, arm))
        self.env["collection.case"].invalidate_model(["segment_id", "strategy_id", "arm"])
        return sum(map(len, changed.values()))

    def _partners(self, segment, company, rows):
        """Return the ids of the customers a segment's own condition is for; None when it has none."""
        domain = segment._customer_domain()
        if domain.is_true():
            return None
        ids = list({row["partner_id"] for row in rows})
        partners = self.env["res.partner"].with_company(company).with_context(active_test=False)
        return set(partners.search(domain & type(domain)("id", "in", ids)).ids)

    def _fits(self, segment, row, partners):
        """Tell whether a case meets the rules of a segment."""
        days, exposure, grade = row["days"], row["exposure"], row["grade"]
        return (
            (segment.kind == "any" or (segment.kind == "company") == row["is_company"])
            and days >= segment.aging_from
            and (not segment.aging_to or days <= segment.aging_to)
            and exposure >= segment.exposure_from
            and (not segment.exposure_to or exposure < segment.exposure_to)
            and (not segment.grade_from or (grade is not None and grade >= segment.grade_from))
            and (not segment.grade_to or (grade is not None and grade <= segment.grade_to))
            and (partners is None or row["partner_id"] in partners)
        )

    def _treatment(self, segment, partner_id):
        """Return (strategy id or None, arm) for a customer of a segment."""
        if not segment:
            return None, None
        arm = variant(str(segment.id), partner_id, segment.holdout_percent / 100, segment.challenger_percent / 100)
        if arm == CHALLENGER and segment.challenger_id:
            return segment.challenger_id.id, arm
        if arm == HOLDOUT:
            return segment.strategy_id.id or None, arm
        return segment.strategy_id.id or None, "main"
