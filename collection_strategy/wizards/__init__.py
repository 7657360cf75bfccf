from . import collection_log_contact_fair
from . import collection_charge_waive
