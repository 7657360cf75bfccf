from . import test_engine_fair_contact
