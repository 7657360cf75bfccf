from . import test_engine_fair_contact
from . import test_engine_interest
from . import test_fair_contact
from . import test_charges
