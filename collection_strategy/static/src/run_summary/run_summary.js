import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { _t } from "@web/core/l10n/translation";

/** What a run planned and what not, with the reasons; each count opens its list. */
export class CollectionRunSummary extends Component {
    static template = "collection_strategy.RunSummary";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get summary() {
        return this.props.record.data[this.props.name] || { planned: [], nothing: [], nothing_total: 0 };
    }

    number(value) {
        return value.toLocaleString();
    }

    open(domain, name) {
        this.action.doAction({
            type: "ir.actions.act_window",
            name: name || _t("Decisions"),
            res_model: "collection.decision",
            views: [[false, "list"]],
            domain: [["run_id", "=", this.props.record.resId], ...domain],
        });
    }

    openPlanned(row) {
        this.open(
            [
                ["channel_id", "=", row.channel],
                ["verdict", "!=", "nothing"],
            ],
            row.label,
        );
    }

    openNothing(row) {
        this.open(
            [
                ["code", "=", row.code],
                ["verdict", "=", "nothing"],
            ],
            row.label,
        );
    }
}

registry.category("fields").add("collection_run_summary", {
    component: CollectionRunSummary,
    supportedTypes: ["json"],
});
