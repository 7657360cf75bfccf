from . import test_deliver
from . import test_run
from . import test_strategy
