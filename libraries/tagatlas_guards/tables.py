"""Checks of plugins' records, networks and positions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tagatlas.contracts import Page, Records
from tagatlas_guards.unfit import Unfit, instead, is_text, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from tagatlas.network import Network

_LARGEST = 1e12
"""Largest coordinate: beyond it, the distances of neighbours are lost to rounding."""


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
    notes: object = given.notes
    if not isinstance(notes, Iterable) or not all(
        isinstance(text, str) for text in (given.recognised, *notes)
    ):
        raise Unfit("gave Records whose recognised or notes are no texts")
    if isinstance(notes, str):
        raise Unfit("gave Records whose notes are a text, not a tuple of lines")
    if not all(map(is_text, (given.recognised, *given.notes))):
        raise Unfit("gave Records whose recognised or notes cannot be encoded")
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

    network = _checked_arrays(given if isinstance(given, Network) else _converted(given))
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
            f"gave image nodes that are no images of the table ({unknown.height:,}), such as"
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
    except (ValueError, TypeError, ArithmeticError) as error:
        if isinstance(error, UnicodeError):
            raise Unfit("gave a graph with a text that cannot be encoded") from error
        raise Unfit(f"gave a graph that makes no network ({error})") from error


def _checked_arrays(network: Network) -> Network:
    """The network with arrays of the types that :class:`Network` describes, and checked."""
    import numpy as np
    import polars as pl

    nodes: object = network.nodes
    if not isinstance(nodes, pl.DataFrame):
        raise Unfit(f"gave a Network with {shown(nodes)} as nodes, not a polars DataFrame")
    for column in ("id", "kind", "label"):
        if nodes.schema[column] != pl.String:
            raise Unfit(
                f"gave a Network whose column {column} is {nodes.schema[column]}, not String"
            )
        if nodes[column].null_count():
            raise Unfit(f"gave a Network with a node without {column}")
    if not isinstance(network.directed, bool):
        raise Unfit(f"gave a Network with {shown(network.directed)} as directed, not True or False")
    wanted = {"sources": "iu", "targets": "iu", "weights": "iuf"}
    for name, kinds in wanted.items():
        array: object = getattr(network, name)
        if not isinstance(array, np.ndarray):
            raise Unfit(f"gave a Network with {shown(array)} as {name}, not an array")
        if array.ndim != 1 or array.dtype.kind not in kinds:
            raise Unfit(
                f"gave a Network whose {name} are of shape {array.shape} and type {array.dtype}"
            )
    try:
        network = replace(
            network,
            sources=network.sources.astype(np.int32, copy=False),
            targets=network.targets.astype(np.int32, copy=False),
            weights=network.weights.astype(np.float32, copy=False),
        )
    except ValueError as error:
        raise Unfit(f"gave a Network that is none ({error})") from error
    ends = np.stack([network.sources, network.targets]).astype(np.int64)
    if not network.directed:
        ends.sort(axis=0)
    if len(np.unique(ends[0] * len(nodes) + ends[1])) < network.edge_count:
        raise Unfit("gave a network with parallel edges")
    return network


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
    if isinstance(given, np.ma.MaskedArray):
        raise Unfit(f"gave an array with masked numbers, not {right}")
    if not np.isfinite(given).all():
        raise Unfit(f"gave an array with NaN or infinite numbers, not {right}")
    if np.abs(given).max(initial=0) > _LARGEST:
        raise Unfit(f"gave an array with numbers beyond {_LARGEST:g}")
    return given
