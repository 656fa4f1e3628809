"""Sources: read an input into records."""

ATLAS_FILE = "catalog.sqlite"
"""A file of every atlas: a source skips folders with it, which have only copies of pictures."""
