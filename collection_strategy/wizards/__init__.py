from . import collection_log_contact_fair
