import { Activity } from "@mail/core/web/activity";
import { patch } from "@web/core/utils/patch";

/** Planned collection work in the chatter: its contact is logged from there, which marks it done. */
patch(Activity.prototype, {
    async onClickLogContact() {
        const thread = this.thread;
        const { orm, action } = this.env.services;
        const dialog = await orm.call("mail.activity", "action_log_collection_contact", [[this.props.activity.id]]);
        await action.doAction(dialog, {
            onClose: () => {
                this.props.onActivityChanged(thread);
                this.props.reloadParentView?.();
            },
        });
    },
});
