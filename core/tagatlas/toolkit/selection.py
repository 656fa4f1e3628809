"""Tags selected and weighted."""

from tagatlas_mapping.network.selection import (
    describe_selection,
    select_tags,
    tag_matrix,
    with_idf,
)

__all__ = ["describe_selection", "select_tags", "tag_matrix", "with_idf"]
