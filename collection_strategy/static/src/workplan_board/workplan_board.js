import { onWillStart, useState, useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanHeader } from "@web/views/kanban/kanban_header";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

/** The head of a person's column: how much they have of what is a fair share, and when they are away. */
export class WorkplanHeader extends KanbanHeader {
    static template = "collection_strategy.WorkplanHeader";

    setup() {
        super.setup();
        this.board = useState(this.env.workplanBoard);
    }

    get person() {
        return this.board.people[this.group.value];
    }

    get barClass() {
        return this.person.is_over ? "bg-danger" : this.person.percent > 110 ? "bg-warning" : "bg-success";
    }
}

export class WorkplanRenderer extends KanbanRenderer {
    static components = { ...KanbanRenderer.components, KanbanHeader: WorkplanHeader };

    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    async sortRecordDrop(dataRecordId) {
        await super.sortRecordDrop(...arguments);
        const record = this.props.list.groups
            ?.flatMap((group) => group.list.records)
            .find((found) => found.id === dataRecordId);
        await this.env.workplanBoard.load();
        if (record?.data.missing) {
            this.notification.add(
                _t("%(person)s lacks: %(skills)s.", {
                    person: record.data.user_id.display_name,
                    skills: record.data.missing,
                }),
                { type: "warning" },
            );
        }
    }
}

/** A column for each person; moving a case updates the loads at once, and warns of a skill that is lacking. */
export class WorkplanController extends KanbanController {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.board = useState({ people: {}, load: () => this.loadBoard() });
        useSubEnv({ workplanBoard: this.board });
        onWillStart(() => this.loadBoard());
        useBus(this.model.bus, "update", () => this.loadBoard());
    }

    async loadBoard() {
        const planId = this.props.context.default_plan_id;
        if (planId) {
            this.board.people = await this.orm.silent.call("collection.workplan", "get_board", [planId]);
        }
    }
}

registry.category("views").add("collection_workplan_board", {
    ...kanbanView,
    Controller: WorkplanController,
    Renderer: WorkplanRenderer,
});
