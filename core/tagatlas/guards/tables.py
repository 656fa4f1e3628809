"""Checks of plugins' records, networks and positions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tagatlas.contracts import Page, Records
from tagatlas.guards.unfit import Unfit, instead, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from tagatlas.network import Network


def check_records(given: object, *_: object) -> Records:
    """Records as :class:`tagatlas.Records` describes them."""
    import polars as pl

    if not isinstance(given, Records):
        raise instead(given, "Records")
    table: object = given.table
    if not isinstance(table, pl.DataFrame):
        raise Unfit(f"gave Records with {shown(table)} as table, not a polars DataFrame")
    wanted = {"location": pl.String, "frequency": pl.Int64}
    for column, kind in {**dict.fromkeys(table.columns, pl.String), **wanted}.items():
        if table.schema.get(column) != kind:
            there = table.schema.get(column, "none")
            raise Unfit(f"gave Records whose column {column} is {there}, not {kind}")
    if table.select((pl.col("frequency").fill_null(0) < 1).any()).item():
        raise Unfit("gave Records with a frequency below 1")
    if table.select((pl.col("location").fill_null("") == "").any()).item():
        raise Unfit("gave Records with an empty location")
    if not isinstance(given.local, bool):
        raise Unfit(f"gave Records with {shown(given.local)} as local, not True or False")
    if given.local:
        relative = table.filter(~pl.col("location").str.starts_with("/"))["location"]
        if not relative.is_empty():
            raise Unfit(f"gave Records with {relative[0][:80]!r}, not an absolute path")
    if not all(isinstance(text, str) for text in (given.recognised, *given.notes)):
        raise Unfit("gave Records whose recognised or notes are no texts")
    notes: object = given.notes
    if isinstance(notes, str):
        raise Unfit("gave Records whose notes are a text, not a tuple of lines")
    return given


def check_pages(given: Iterator[object], *_: object) -> Iterator[Page]:
    """Pages as :class:`tagatlas.Page` describes them; checked while they are iterated."""
    if not isinstance(given, Iterator):
        raise instead(given, "an iterator of Pages")
    return _checked_pages(given)


def _checked_pages(given: Iterator[object]) -> Iterator[Page]:
    for page in given:
        if not isinstance(page, Page):
            raise instead(page, "a Page")
        check_records(page.records)
        if not isinstance(page.token, str):
            raise Unfit(f"gave a Page with {shown(page.token)} as token, not a text")
        yield page


def check_network(given: object, images: pl.DataFrame, *_: object) -> Network:
    """A network with edges, whose images are of the table."""
    import polars as pl

    from tagatlas.network import IMAGE, TAG, Network

    network = given if isinstance(given, Network) else _converted(given)
    if not network.edge_count:
        raise Unfit("gave a network without an edge, and did not raise EmptyMap")
    nodes = network.nodes
    if not nodes["id"].is_unique().all():
        raise Unfit("gave a network in which two nodes have one id")
    odd = nodes.filter(~pl.col("kind").is_in([IMAGE, TAG]))
    if not odd.is_empty():
        raise Unfit(f"gave a node of the kind {odd['kind'][0]!r}, not {IMAGE!r} or {TAG!r}")
    unknown = nodes.filter(kind=IMAGE).filter(~pl.col("id").is_in(images["id"].implode()))
    if not unknown.is_empty():
        raise Unfit(
            f"gave {unknown.height:,} image nodes that are no images of the table, such as"
            f" {unknown['id'][0][:80]!r}: a node that is no image has the kind {TAG!r}"
        )
    return network


def _converted(given: object) -> Network:
    from tagatlas.network import Network

    if not hasattr(given, "is_multigraph"):
        raise instead(given, "a Network or a networkx graph")
    graph: nx.Graph = given
    try:
        return Network.from_networkx(graph)
    except (ValueError, TypeError) as error:
        raise Unfit(f"gave a graph that makes no network ({error})") from error


def check_ties(given: object, *_: object) -> pl.DataFrame:
    """Ties of images to nodes, each with a weight above 0."""
    import polars as pl

    if not isinstance(given, pl.DataFrame) or not {"image", "node", "weight"} <= {*given.columns}:
        raise instead(given, "a polars DataFrame with the columns image, node, weight")
    if given.schema["image"] != pl.String or given.schema["node"] != pl.String:
        raise Unfit("gave ties whose images or nodes are no texts")
    weight = given["weight"]
    if not weight.dtype.is_numeric() or weight.null_count() or not (weight > 0).all():
        raise Unfit("gave ties with a weight that is not above 0")
    if not weight.is_finite().all():
        raise Unfit("gave ties with a weight that is not finite")
    return given


def check_places(given: object, network: Network) -> NDArray[np.float64]:
    """A finite position for each node."""
    return _finite(given, (network.node_count, 2))


def check_vectors(given: object, texts: Sequence[str]) -> NDArray[np.float64]:
    """A finite vector for each text."""
    return _finite(given, (len(texts), None))


def _finite(given: object, shape: tuple[int, int | None]) -> NDArray[np.float64]:
    import numpy as np

    right = f"a finite array of shape ({shape[0]}, {'d' if shape[1] is None else shape[1]})"
    if not isinstance(given, np.ndarray):
        raise instead(given, right)
    fits = given.ndim == 2 and len(given) == shape[0] and shape[1] in (None, given.shape[1])
    if not fits or given.dtype.kind not in "iuf":
        raise Unfit(f"gave an array of shape {given.shape} and type {given.dtype}, not {right}")
    if not np.isfinite(given).all():
        raise Unfit(f"gave an array with NaN or infinite numbers, not {right}")
    return given
