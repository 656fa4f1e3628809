"""Taggers: what turns images into tags. The tagger ``clip`` has a package of its own."""
