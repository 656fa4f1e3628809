"""Tags selected and weighted."""

from tagatlas_mapping.network.selection import (
    SelectedTags,
    describe_selection,
    ranked_tags,
    select_tags,
    tag_matrix,
    with_idf,
)

__all__ = [
    "SelectedTags",
    "describe_selection",
    "ranked_tags",
    "select_tags",
    "tag_matrix",
    "with_idf",
]
