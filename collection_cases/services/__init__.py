from . import collection_feed_reading
from . import collection_refresh
