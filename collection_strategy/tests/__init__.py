from . import test_deliver
from . import test_run
