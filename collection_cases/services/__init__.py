from . import collection_feed_reading
from . import collection_field
from . import collection_field_day
from . import collection_refresh
from . import collection_refresh_cases
from . import collection_refresh_night
from . import collection_refresh_proof
