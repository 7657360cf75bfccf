from . import collection_log_contact_fair
from . import collection_log_contact_workplan
from . import collection_charge_waive
from . import collection_strategy_import
from . import collection_segment_propose
from . import collection_why
from . import collection_balance_make
