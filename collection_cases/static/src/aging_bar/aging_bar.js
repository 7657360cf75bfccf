import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const LABELS = {
    not_due: _t("Not due"),
    b1_30: _t("1–30 days"),
    b31_60: _t("31–60 days"),
    b61_90: _t("61–90 days"),
    b91: _t("Over 90 days"),
};

/** A bar of the open amounts by how late they are, darker the later. */
export class CollectionAgingBar extends Component {
    static template = "collection_cases.AgingBar";
    static props = { ...standardFieldProps };

    get parts() {
        const amounts = this.props.record.data[this.props.name] || [];
        const total = amounts.reduce((sum, [, amount]) => sum + amount, 0);
        const currencyId = this.props.record.data.currency_id?.id;
        return amounts
            .filter(([, amount]) => amount > 0)
            .map(([code, amount]) => ({
                code,
                width: (100 * amount) / total,
                title: `${LABELS[code]}: ${formatMonetary(amount, { currencyId })}`,
            }));
    }

    get description() {
        return this.parts.map((part) => part.title).join(", ");
    }
}

registry.category("fields").add("collection_aging_bar", {
    component: CollectionAgingBar,
    displayName: _t("Ageing bar"),
    supportedTypes: ["json"],
});
