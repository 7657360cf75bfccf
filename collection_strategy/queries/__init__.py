"""Questions to the database, as `odoo.tools.SQL`; nothing here executes anything."""
