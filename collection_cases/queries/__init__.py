"""SELECTs over the ledger and the cases, as `odoo.tools.SQL`; they execute nothing."""
