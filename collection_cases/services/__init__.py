from . import collection_refresh
