"""What a user accepts of an atlas, kept outside of the atlas: in the user's data folder.

An atlas may come from somebody else, and so decides nothing about where keys and pictures go,
which files are read, or what is paid. It has a random id, :mod:`tagatlas_trust.ids`. The mark of
that id in the user's data folder says that the user trusts it, and which of its settings and
folders the user has accepted, :mod:`tagatlas_trust.marks`.
"""

from tagatlas_trust.ids import ID_FILE, new_id, read_id, write_id
from tagatlas_trust.marks import (
    DATA_VARIABLE,
    TRUST_VARIABLE,
    Asked,
    Trust,
    is_named,
    mark_of,
    outermost,
)

__all__ = [
    "DATA_VARIABLE",
    "ID_FILE",
    "TRUST_VARIABLE",
    "Asked",
    "Trust",
    "is_named",
    "mark_of",
    "new_id",
    "outermost",
    "read_id",
    "write_id",
]
