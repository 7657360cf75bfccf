"""The host of this project: an Odoo 19, its Python, its PostgreSQL and its browser.

Standard library only, so that it runs on a bare Debian before anything is installed.
"""
