"""The policy's judgements: pure Python, no Odoo, no clock, no database."""
