from . import collection_wording
from . import collection_policy
from . import collection_agenda
from . import collection_run
from . import collection_deliver
from . import collection_fair_contact
from . import collection_fair_contact_gate
from . import collection_charges
