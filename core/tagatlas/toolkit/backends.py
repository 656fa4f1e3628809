"""The backends that have tagged a collection, their tags and the maps of them."""

from tagatlas.steps.backends import (
    Backend,
    BackendResults,
    StoredMap,
    backend_embeddings,
    backend_maps,
    backend_results,
    latest_kept,
    map_backend,
    used_backends,
)

__all__ = [
    "Backend",
    "BackendResults",
    "StoredMap",
    "backend_embeddings",
    "backend_maps",
    "backend_results",
    "latest_kept",
    "map_backend",
    "used_backends",
]
