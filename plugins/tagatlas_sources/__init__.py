"""Sources: what reads an input into records."""

ATLAS_FILE = "catalog.sqlite"
"""What every atlas has: copies of pictures are in it, so it is no part of a source around it."""
