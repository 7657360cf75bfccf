from . import letters
from . import strategies
