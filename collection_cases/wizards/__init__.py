from . import collection_add_items
from . import collection_participation
