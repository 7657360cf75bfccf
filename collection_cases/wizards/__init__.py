from . import base_partner_merge
from . import collection_add_items
from . import collection_feed_read
from . import collection_hand_over
from . import collection_log_contact
from . import collection_participation
from . import collection_plan_agree
