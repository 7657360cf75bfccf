from . import base_partner_merge
from . import collection_add_items
from . import collection_feed_read
from . import collection_participation
