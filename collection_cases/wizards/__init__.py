from . import base_partner_merge
from . import collection_add_items
from . import collection_hand_over
from . import collection_instrument_bounce
from . import collection_log_contact
from . import collection_participation
from . import collection_plan_agree
from . import collection_receipt_cancel
