from odoo import api, fields, models

from ..queries import proof
from ..queries.case_totals import FLUSH as TOTALS_FLUSH
from ..queries.open_lines import FLUSH as LINES_FLUSH


class CollectionRefresh(models.AbstractModel):
    """The proof that amounts shown are the ledger's, for anybody who doubts (rule I5)."""

    _inherit = "collection.refresh"

    @api.model
    def check(self):
        """Prove that amounts shown equal the ledger's (rule I5), set-based, changing nothing.

        :returns: list of dicts: what (item or case), id, name, shown, ledger; empty when all is right
        :raises AccessError: the caller is no collection manager
        """
        self._check_manager()
        service = self.sudo()  # sudo: right checked above; the companies are the caller's own
        service._flush({**LINES_FLUSH, **TOTALS_FLUSH})
        self.env["collection.case"].flush_model()
        self.env["collection.item"].flush_model()
        companies = self.env.companies.ids
        found = self.env.execute_query_dict(proof.differences(companies))
        days = (
            self.env["collection.case"]
            .sudo()
            ._read_group([("company_id", "in", companies), ("state", "!=", "completed")], ["date_refreshed:day"])
        )
        for day in {fields.Date.to_date(day) for (day,) in days if day}:
            found += self.env.execute_query_dict(proof.overdue_differences(companies, day))
        return found

    @api.model
    def action_check(self):
        """Run the proof from the menu and say what came out."""
        found = self.check()
        if found:
            rows = "; ".join(f"{row['name']}: {row['shown']} ≠ {row['ledger']}" for row in found[:5])
            text = self.env._("%(count)s amounts differ from the ledger: %(rows)s", count=len(found), rows=rows)
        else:
            text = self.env._("Every amount in collections equals the ledger.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if found else "success",
                "title": self.env._("Check against the ledger"),
                "message": text,
                "sticky": bool(found),
            },
        }
