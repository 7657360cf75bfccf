from . import collection_field
from . import collection_field_day
from . import collection_refresh
