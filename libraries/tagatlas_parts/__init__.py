"""Long data about images in sealed Parquet files: parts, each of a range of images.

A part is written whole, named by the SHA-256 of its bytes, and never changed: what changes is
which parts count, which somebody else keeps a list of. Of the images that a part has rows of,
some may be left out by whoever reads it; they go when the part is written again.

Parts may come from anybody: nothing is read of one that is a link, of another size or content
than its list says, or that unpacks to far more than its size; and what is read is checked.
"""

from tagatlas_parts.ascending import Ascending
from tagatlas_parts.files import PartFolder
from tagatlas_parts.kinds import KINDS, RAWS, TAGS, VECTORS, Kind
from tagatlas_parts.ranges import Range, ranges
from tagatlas_parts.sealing import ANSWERS, IMAGES, UNSEALED, Sealing, insert_rows
from tagatlas_parts.sections import PartFile, Section, cut, merged, next_group, without
from tagatlas_parts.tables import Tables
from tagatlas_parts.tag_rows import tag_rows

__all__ = [
    "ANSWERS",
    "IMAGES",
    "KINDS",
    "RAWS",
    "TAGS",
    "UNSEALED",
    "VECTORS",
    "Ascending",
    "Kind",
    "PartFile",
    "PartFolder",
    "Range",
    "Sealing",
    "Section",
    "Tables",
    "cut",
    "insert_rows",
    "merged",
    "next_group",
    "ranges",
    "tag_rows",
    "without",
]
