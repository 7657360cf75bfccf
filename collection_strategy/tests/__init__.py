from . import test_charges
from . import test_deliver
from . import test_engine_fair_contact
from . import test_engine_interest
from . import test_fair_contact
from . import test_fair_contact_gate
from . import test_run
from . import test_strategy
