{
    "name": "Collections: strategies and notices",
    "summary": "The right notice to the right debtor at the right time, once, and why (not)",
    "version": "19.0.1.0.0",
    "category": "Accounting/Collections",
    "license": "LGPL-3",
    "author": "Collections for Odoo",
    "website": "https://example.org/collections-odoo",
    "depends": ["collection_cases", "hr_skills", "phone_validation", "sms"],
    "external_dependencies": {"python": ["Jinja2", "reportlab"]},
    "data": [
        # who may what
        "security/ir.model.access.csv",
        "security/collection_strategy_rules.xml",
        # what every company starts with
        "data/collection_channel_data.xml",
        "data/collection_template_data.xml",
        "data/collection_strategy_data.xml",
        "data/ir_cron_data.xml",
        # screens
        "wizards/collection_strategy_wizard_views.xml",
        "views/collection_template_views.xml",
        "views/collection_strategy_views.xml",
        "views/collection_segment_views.xml",
        "views/collection_notice_views.xml",
        "views/collection_run_views.xml",
        "views/collection_case_views.xml",
        "views/res_partner_views.xml",
        "views/res_config_settings_views.xml",
        "views/collection_strategy_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["collection_strategy/static/src/**/*"],
        "web.assets_tests": ["collection_strategy/static/tests/tours/**/*"],
    },
}
