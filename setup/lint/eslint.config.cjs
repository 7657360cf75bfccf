// Rules for the scripts of the addons; the modules come from the environment of ./setup/test.
const globals = require("globals");

module.exports = [
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly" },
        },
        rules: {
            "eqeqeq": "error",
            "no-const-assign": "error",
            "no-dupe-class-members": "error",
            "no-dupe-keys": "error",
            "no-redeclare": "error",
            "no-undef": "error",
            "no-unreachable": "error",
            "no-unused-vars": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
];
