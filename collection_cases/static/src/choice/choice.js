import { useEffect, useRef, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { radioField, RadioField } from "@web/views/fields/radio/radio_field";

/** Radio buttons that look like buttons: one click or the arrow keys. `autofocus`: has the focus at first. */
export class ChoiceField extends RadioField {
    static template = xml`<div class="o_collection_choice" t-ref="choice"><t t-call="web.RadioField"/></div>`;
    static props = { ...RadioField.props, autofocus: { type: Boolean, optional: true } };

    setup() {
        super.setup();
        const choice = useRef("choice");
        useEffect(
            () => {
                if (this.props.autofocus) {
                    // after the dialog has given the focus to its first element
                    const timer = browser.setTimeout(() => choice.el?.querySelector("input")?.focus(), 50);
                    return () => browser.clearTimeout(timer);
                }
            },
            () => [],
        );
    }
}

registry.category("fields").add("collection_choice", {
    ...radioField,
    component: ChoiceField,
    extractProps: (info, dynamicInfo) => ({
        ...radioField.extractProps(info, dynamicInfo),
        orientation: "horizontal",
        autofocus: Boolean(info.options.autofocus),
    }),
});
