from . import controllers
from . import models
from . import channels
from . import services
from . import wizards
