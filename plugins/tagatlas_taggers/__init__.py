"""Taggers: they turn images into tags. The tagger ``clip`` has its own package."""
