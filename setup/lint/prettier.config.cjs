// Formatting of scripts, styles and views, as Odoo's community does it.
module.exports = {
    plugins: [require.resolve("@prettier/plugin-xml")],
    printWidth: 120,
    tabWidth: 4,
    xmlWhitespaceSensitivity: "preserve",
    overrides: [{ files: "*.xml", options: { printWidth: 120 } }],
};
