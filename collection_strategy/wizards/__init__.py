from . import collection_strategy_import
from . import collection_segment_propose
from . import collection_why
