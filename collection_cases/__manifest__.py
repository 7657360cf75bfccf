{
    "name": "Collections: cases",
    "summary": "Overdue receivables become collection cases that people work to the end",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "license": "LGPL-3",
    "author": "Collections for Odoo",
    "website": "https://example.org/collections-odoo",
    "depends": ["account", "calendar", "contacts", "hr", "mail"],
    "data": [
        # who may what
        "security/collection_groups.xml",
        "security/ir.model.access.csv",
        "security/collection_rules.xml",
        # what every company starts with
        "data/ir_sequence_data.xml",
        "data/hr_department_data.xml",
        "data/mail_activity_type_data.xml",
        "data/ir_cron_data.xml",
        # screens
        "wizards/collection_add_items_views.xml",
        "wizards/collection_participation_views.xml",
        "views/collection_item_views.xml",
        "views/collection_case_views.xml",
        "views/collection_my_day_views.xml",
        "views/mail_activity_type_views.xml",
        "views/hr_employee_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        "views/collection_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["collection_cases/static/src/**/*"],
        "web.assets_tests": ["collection_cases/static/tests/tours/**/*"],
    },
    "application": True,
}
