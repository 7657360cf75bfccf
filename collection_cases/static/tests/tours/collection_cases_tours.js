import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("collection_cases_road", {
    steps: () => [
        {
            content: "My day says why the case is here",
            trigger: ".o_collection_my_day .o_kanban_record:contains(Alpha):contains(30 days overdue)",
        },
        {
            content: "the counts filter",
            trigger: ".o_collection_day_counts button[data-filter=activities_today]:contains(1)",
            run: "click",
        },
        {
            trigger: ".o_collection_day_counts button[data-filter=activities_today].btn-primary",
        },
        {
            content: "open the case",
            trigger: ".o_kanban_record:contains(Alpha) a[type=open], .o_kanban_record:contains(Alpha)",
            run: "click",
        },
        {
            content: "the call is done",
            trigger: ".o-mail-Activity-markDone",
            run: "click",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone textarea",
            run: "edit They promised to pay this week",
        },
        {
            trigger: ".o-mail-ActivityMarkAsDone button[aria-label='Done']",
            run: "click",
        },
        {
            content: "the case follows the work",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(In progress)",
        },
        {
            content: "attach what is not due yet",
            trigger: "button[name=action_add_open_items]",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row .o_boolean_toggle input",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=amount_open]:contains(330)",
        },
        {
            content: "a promise, by hand",
            trigger: ".o_statusbar_status button:contains(Promise)",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Promise)",
        },
        {
            content: "pay exactly the items",
            trigger: "button[name=action_register_payment]",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_create_payments]",
            run: "click",
        },
        {
            content: "the case completes by itself",
            trigger: "body:not(:has(.modal)) .o_statusbar_status button.o_arrow_button_current:contains(Completed)",
        },
    ],
});

registry.category("web_tour.tours").add("collection_cases_phone", {
    steps: () => [
        {
            trigger: ".o_collection_my_day .o_kanban_record:contains(Alpha)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=amount_overdue]:contains(250)",
        },
    ],
});
