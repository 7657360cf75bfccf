from . import test_engine_fair_contact
from . import test_engine_interest
