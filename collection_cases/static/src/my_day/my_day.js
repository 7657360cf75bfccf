import { onWillStart, useState } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";

/** The collector's first screen: a line of counts over the cases, each a filter of them. */
export class MyDayController extends KanbanController {
    static template = "collection_cases.MyDay";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.day = useState({ counts: [] });
        onWillStart(() => this.loadCounts());
        useBus(this.model.bus, "update", () => this.loadCounts());
        useHotkey("l", () => this.logContact());
    }

    /** L: log a contact on the card that has the focus, or the first one. */
    async logContact() {
        const records = this.model.root.records;
        const cards = [...document.querySelectorAll(".o_collection_my_day .o_kanban_record:not(.o_kanban_ghost)")];
        const index = Math.max(
            0,
            cards.findIndex((card) => card.contains(document.activeElement)),
        );
        if (records[index]) {
            const action = await this.orm.call("collection.case", "action_log_contact", [[records[index].resId]]);
            this.actionService.doAction(action, { onClose: () => this.model.load() });
        }
    }

    async loadCounts() {
        this.day.counts = await this.orm.silent.call("collection.case", "get_my_day_counts", []);
    }

    get activeFilters() {
        return new Set(
            this.env.searchModel
                .getSearchItems((item) => item.type === "filter" && item.isActive)
                .map((item) => item.name),
        );
    }

    toggle(filter) {
        const searchModel = this.env.searchModel;
        const names = this.day.counts.map((count) => count.filter);
        for (const item of searchModel.getSearchItems((found) => names.includes(found.name))) {
            // One count at a time: two of them together would rarely match a case.
            if (item.name === filter || item.isActive) {
                searchModel.toggleSearchItem(item.id);
            }
        }
    }
}

registry.category("views").add("collection_my_day", {
    ...kanbanView,
    Controller: MyDayController,
});
