"""Judgements on cases and items: pure Python, no Odoo, no clock, no database."""
