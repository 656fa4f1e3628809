"""The images and records of a collection, and adding them to an atlas."""

from tagatlas.steps.collection import collect, collection_images, collection_records

__all__ = ["collect", "collection_images", "collection_records"]
