"""Tagging, fetching, comparing and searching in shards, by processes here or on nodes of a cluster.

A shard's results are one Parquet file, written whole by one put: that it is there says that the
shard is done. The driver only hands out shards; it takes each file over, and removes it once its
results are stored. What a driver that was killed left behind is taken over by the next one.
Searching is in :mod:`tagatlas_shards.searching`, which is slow to load.
"""

from tagatlas_shards.choosing import check_where, pool_on
from tagatlas_shards.comparing import CompareJob, CompareOn
from tagatlas_shards.fetching import FetchJob, fetch_in_shards, kept_outcomes
from tagatlas_shards.notes import Notes
from tagatlas_shards.outcomes import Fetched, hash_of
from tagatlas_shards.place import Place
from tagatlas_shards.shard import Fault
from tagatlas_shards.tagging import TagJob, kept_answers, tag_in_shards

__all__ = [
    "CompareJob",
    "CompareOn",
    "Fault",
    "FetchJob",
    "Fetched",
    "Notes",
    "Place",
    "TagJob",
    "check_where",
    "fetch_in_shards",
    "hash_of",
    "kept_answers",
    "kept_outcomes",
    "pool_on",
    "tag_in_shards",
]
