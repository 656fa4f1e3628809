"""The images of a collection, its records, and how they come into an atlas."""

from tagatlas.steps.collection import collect, collection_images, collection_records

__all__ = ["collect", "collection_images", "collection_records"]
