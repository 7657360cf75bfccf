import { onWillStart, useState } from "@odoo/owl";
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
