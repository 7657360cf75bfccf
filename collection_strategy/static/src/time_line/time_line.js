import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The steps of a strategy on a line of days: what comes when, on which channel, how severe. */
export class CollectionTimeLine extends Component {
    static template = "collection_strategy.TimeLine";
    static props = { ...standardFieldProps };

    get steps() {
        const rows = this.props.record.data[this.props.name] || [];
        return rows.filter((row) => row.day !== null).sort((a, b) => a.day - b.day);
    }

    get others() {
        return (this.props.record.data[this.props.name] || []).filter((row) => row.day === null);
    }

    label(step) {
        return step.day > 0 ? `+${step.day}` : `${step.day}`;
    }
}

registry.category("fields").add("collection_time_line", {
    component: CollectionTimeLine,
    supportedTypes: ["json"],
});
