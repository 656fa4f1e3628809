"""Graph builder plugin ``columns``: networks of the values in the input's own columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from tagatlas import GraphBuilderSpec, hookimpl
from tagatlas.toolkit import Backbone

if TYPE_CHECKING:
    from collections.abc import Iterable

Separator = Literal["none", ",", ";", "-", "space", "|"]
"""Separator of the values of a cell; blanks around a value are removed."""

Link = Literal["images", "co-occurrence", "columns", "citation"]


@dataclass(frozen=True)
class ColumnsOptions:
    """Options that select nodes and links, and set the weight of a link.

    They apply in this order: separators, lower case, stop values, the minimum number of records;
    then, to the links, the minimum weight and the backbone.
    """

    node_column: Annotated[
        str | None, Meta(description="Kept column whose values become nodes, such as hashtags.")
    ] = None
    separator: Annotated[
        Separator, Meta(description="What stands between several values in one of its cells.")
    ] = "none"
    second_column: Annotated[
        str | None,
        Meta(description="Kept column of the values to link to, or to share; see --link."),
    ] = None
    second_separator: Annotated[
        Separator, Meta(description="What stands between several values of the second column.")
    ] = "none"
    link: Annotated[
        Link | None,
        Meta(
            description="What is linked: images with their values; values that occur together"
            " (co-occurrence: on a record, or with the same value of the second column); values of"
            " both columns; or values with those they name in the second column (citation). By"
            " default columns, and images where there is no second column."
        ),
    ] = None
    weight: Annotated[
        Literal["records", "frequency", "none"],
        Meta(
            description="Weight of a link: the number of records that make it, their frequencies"
            " added up, or none: 1."
        ),
    ] = "records"
    minimum_records: Annotated[
        int, Meta(ge=1, le=10**9, description="Leave out values that fewer records have.")
    ] = 1
    minimum_weight: Annotated[
        int, Meta(ge=1, le=10**9, description="Leave out links of less weight.")
    ] = 1
    stop_values: Annotated[
        tuple[str, ...], Meta(description="Values to leave out, exactly as they are written.")
    ] = ()
    lower_case: Annotated[
        bool,
        Meta(description="Take values that differ in case alone for one, as Table 2 Net does."),
    ] = False
    backbone: Backbone = None

    @property
    def linked(self) -> Link:
        """The kind of links, with the default resolved."""
        return self.link or ("images" if self.second_column is None else "columns")


@hookimpl
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce ``columns``."""
    return [
        GraphBuilderSpec(
            name="columns",
            summary="Values of the input's columns, such as hashtags, users, domains.",
            options=ColumnsOptions,
            factory="tagatlas_builders.columns.builder:ColumnsBuilder",
        )
    ]
