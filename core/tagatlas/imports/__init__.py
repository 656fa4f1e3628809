"""Tags from elsewhere: files of other programs read, and their images found in a collection."""

from tagatlas.imports.foreign import ForeignTags
from tagatlas.imports.matching import Known, Matched, Matching, match_images
from tagatlas.imports.options import ImportOptions
from tagatlas.imports.reading import read_foreign_tags

__all__ = [
    "ForeignTags",
    "ImportOptions",
    "Known",
    "Matched",
    "Matching",
    "match_images",
    "read_foreign_tags",
]
