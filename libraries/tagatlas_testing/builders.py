"""The suite of graph builders."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import networkx as nx
import polars as pl
import polars.selectors as cs
import pytest

from tagatlas.contracts import GraphBuilder, GraphBuilderSpec, NetworkDescription, loaded
from tagatlas.contracts.network import READABLE
from tagatlas.errors import EmptyMap
from tagatlas.network import Network
from tagatlas.network.network import IMAGE, TAG
from tagatlas_guards import guarded
from tagatlas_testing.samples import ODD_LABELS, sample_tables, with_columns
from tagatlas_testing.specs import SpecContract, check_texts, is_one_line

Tables = tuple[pl.DataFrame, pl.DataFrame]


def _with_scores(scores: Sequence[float]) -> Tables:
    images, tags = sample_tables()
    column = [scores[row % len(scores)] for row in range(tags.height)]
    return images, tags.with_columns(score=pl.Series(column, dtype=pl.Float64))


HARD_TABLES = {
    "one image": sample_tables(1),
    "one tag": (sample_tables(1)[0], sample_tables(1)[1].head(1)),
    "every tag on every image": sample_tables(6, ("cat", "dog", "tree")),
    "scores of 0 among others": _with_scores((1.0, 0.5, 0.0)),
    "scores of 0 alone": _with_scores((0.0,)),
}
"""Edge cases for a builder's weights, shares and logarithms; treat as read-only."""


class GraphBuilderContract(SpecContract):
    """Rules of a :class:`~tagatlas.GraphBuilder`. Override ``spec``.

    The columns that the builder ``reads`` are derived from the tags by
    :func:`tagatlas.testing.with_columns`, which documents the names of the records' columns.
    """

    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your builder's spec")

    @pytest.fixture
    def builder(self, spec: GraphBuilderSpec, options: object) -> GraphBuilder:
        """The builder under test."""
        return guarded(loaded(spec.factory)(options), spec.name)

    @pytest.fixture
    def tables(self) -> Tables:
        """Images and tags that give at least one edge; see :func:`sample_tables`."""
        return sample_tables()

    def test_factory_makes_a_builder(self, builder: GraphBuilder) -> None:
        """The factory, called with the options, makes a ``GraphBuilder``."""
        assert isinstance(builder, GraphBuilder)

    def test_reads_what_there_is(self, builder: GraphBuilder) -> None:
        """``reads`` names nothing but ``embedding``, ``records`` and ``thumbnail``."""
        assert builder.reads <= READABLE

    def test_describes_itself(
        self, spec: GraphBuilderSpec, options: object, builder: GraphBuilder
    ) -> None:
        """``describe`` gives one-line texts, whole sentences and citations, always the same."""
        described = builder.describe()
        assert isinstance(described, NetworkDescription)
        check_texts([described.placed_by, described.text], described.citations)
        assert is_one_line(described.node)
        assert is_one_line(described.tie_weight)
        assert not described.text or described.text.endswith(".")
        assert described.lowest_score is None or 0.0 <= described.lowest_score <= 1.0
        assert loaded(spec.factory)(options).describe() == described

    def test_what_is_said_of_tags_is_so(self, builder: GraphBuilder, tables: Tables) -> None:
        """Tags below the ``lowest_score``, and ``stop_tags``, do not affect the network.

        Without these, there is nothing to check.
        """
        described = builder.describe()
        if described.lowest_score is None:
            return
        images, tags = tables
        low = tags.with_columns(score=pl.lit(described.lowest_score / 2))
        low = low.with_columns(tag="low " + pl.col("tag"))
        stopped = [
            tags.with_columns(tag=pl.lit(tag)).unique("image") for tag in described.stop_tags
        ]
        more = pl.concat([tags, *([low] if described.lowest_score > 0 else []), *stopped])
        ordered = more.sort("image", "score", "tag", descending=[False, True, False])
        assert edges_by_ends(build(builder, images, ordered)) == pytest.approx(
            edges_by_ends(build(builder, images, tags)), rel=1e-5
        )

    def test_what_is_linked_by_likeness_are_images(
        self, builder: GraphBuilder, tables: Tables
    ) -> None:
        """If described as ``by_likeness``, all links are between images."""
        network = build(builder, *tables)
        images = network.is_kind(IMAGE)
        between = images[network.sources] & images[network.targets]
        assert between.any() or not builder.describe().by_likeness

    def test_result_is_a_network(self, builder: GraphBuilder, tables: Tables) -> None:
        """The result is a ``Network``, or a valid ``networkx.Graph``; with edges."""
        built = builder.build(*given(builder, tables))
        assert isinstance(built, Network | nx.Graph)
        assert as_network(built).edge_count > 0

    def test_nodes(self, builder: GraphBuilder, tables: Tables) -> None:
        """Node ids are unique; a node is an image or a tag; an image's id is its own."""
        nodes = build(builder, *tables).nodes
        assert nodes["id"].is_unique().all()
        assert set(nodes["kind"]) <= {IMAGE, TAG}
        images, tags = tables
        assert set(nodes.filter(pl.col("kind") == IMAGE)["id"]) <= set(images["id"])
        assert set(nodes.filter(pl.col("kind") == TAG)["label"]) <= set(tags["tag"])

    def test_edges(self, builder: GraphBuilder, tables: Tables) -> None:
        """Weights are above 0, no edge is a loop, and no two edges join the same two nodes.

        In a directed network, two nodes may each have an edge to the other.
        """
        network = build(builder, *tables)
        assert (network.weights > 0).all()
        ends = list(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
        assert all(source != target for source, target in ends)
        assert len(set(ends)) == len(ends)
        assert network.directed or len({frozenset(pair) for pair in ends}) == len(ends)

    def test_images_without_an_edge_are_left_out(
        self, builder: GraphBuilder, tables: Tables
    ) -> None:
        """An image without tags or other data that the builder reads is not a node."""
        images, tags = tables
        lonely = images["id"][0]
        network = build(builder, images, tags.filter(pl.col("image") != lonely))
        degrees = network.out_degrees() + network.in_degrees()
        assert lonely not in set(network.nodes["id"])
        assert (degrees[network.is_kind(IMAGE)] > 0).all()

    def test_is_deterministic(
        self, spec: GraphBuilderSpec, options: object, builder: GraphBuilder, tables: Tables
    ) -> None:
        """The same tables give the same network to the bit, nodes and edges in the same order."""
        first = build(builder, *tables)
        for again in (builder, loaded(spec.factory)(options)):
            network = build(again, *tables)
            assert network.nodes.equals(first.nodes)
            assert network.sources.tobytes() == first.sources.tobytes()
            assert network.targets.tobytes() == first.targets.tobytes()
            assert network.weights.tobytes() == first.weights.tobytes()
            assert network.directed is first.directed

    def test_order_of_tags_does_not_matter(self, builder: GraphBuilder, tables: Tables) -> None:
        """The network does not depend on the order of the tags, except for rounding."""
        images, tags = tables
        network = build(builder, images, tags)
        for shuffled in (tags.reverse(), tags.sample(fraction=1.0, shuffle=True, seed=1)):
            other = build(builder, images, shuffled)
            assert set(other.nodes.rows()) == set(network.nodes.rows())
            assert edges_by_ends(other) == pytest.approx(edges_by_ends(network), rel=1e-5)

    @pytest.mark.parametrize("label", ODD_LABELS, ids=ascii)
    def test_odd_labels_survive(self, builder: GraphBuilder, tables: Tables, label: str) -> None:
        """If tags are nodes, every label is unchanged.

        Labels from records may be trimmed.
        """
        images, tags = tables
        known = tags["tag"][0]
        odd = tags.with_columns(pl.col("tag").replace(known, label))
        before, after = (_tag_labels(builder, images, table) for table in (tags, odd))
        kept = label.strip() if "records" in builder.reads else label
        assert after == {kept if name == known else name for name in before} - {""}

    def test_a_label_may_equal_an_images_id(self, builder: GraphBuilder, tables: Tables) -> None:
        """A tag whose label equals an image's id is a separate node."""
        images, tags = tables
        image = images["id"][0]
        odd = tags.with_columns(pl.col("tag").replace(tags["tag"][0], image))
        network = build(builder, images, odd)
        assert network.nodes["id"].is_unique().all()
        assert network.node_count == build(builder, images, tags).node_count

    def test_no_tags_are_an_empty_map(self, builder: GraphBuilder, tables: Tables) -> None:
        """Without tags, or without images, ``EmptyMap`` is raised, with a one-line message."""
        images, tags = tables
        for few in (images, images.clear()):
            with pytest.raises(EmptyMap) as caught:
                build(builder, few, tags.clear())
            assert is_one_line(str(caught.value))

    @pytest.mark.parametrize("tables", HARD_TABLES.values(), ids=HARD_TABLES.keys())
    def test_hard_tables(self, builder: GraphBuilder, tables: Tables) -> None:
        """Tables with little to link give a network with edges, or raise ``EmptyMap``."""
        with contextlib.suppress(EmptyMap):
            assert build(builder, *tables).edge_count > 0

    def test_ties_lead_from_images_to_nodes(self, builder: GraphBuilder, tables: Tables) -> None:
        """If no image is in the network, images are tied to its nodes, each pair once."""
        images, tags = given(builder, tables)
        network = build(builder, *tables)
        has_images = network.is_kind(IMAGE).any()
        ties = None if has_images else builder.ties(network, images, tags)
        if ties is not None:
            assert not ties.select("image", "node").is_duplicated().any()
            assert (ties["weight"] > 0).any()
            assert set(ties["image"]) & set(images["id"])
            assert set(ties["node"]) & set(network.nodes["id"])

    def test_tables_are_left_alone(self, builder: GraphBuilder, tables: Tables) -> None:
        """Building changes neither table."""
        images, tags = with_columns(*tables, builder.reads), tables[1]
        originals = (images, tags)
        copies = [table.clone() for table in originals]
        builder.build(images, tags.lazy())
        for table, copy in zip(originals, copies, strict=True):
            assert table.schema == copy.schema
            # Thumbnails are objects, which Polars does not compare.
            assert table.select(cs.exclude(pl.Object)).equals(copy.select(cs.exclude(pl.Object)))


def given(builder: GraphBuilder, tables: Tables) -> tuple[pl.DataFrame, pl.LazyFrame]:
    """The tables as the pipeline passes them to a builder: with the columns it reads, and lazy."""
    images, tags = tables
    return with_columns(images, tags, builder.reads), tags.lazy()


def build(builder: GraphBuilder, images: pl.DataFrame, tags: pl.DataFrame) -> Network:
    """The network of :func:`sample_tables`, or of given tables."""
    return as_network(builder.build(*given(builder, (images, tags))))


def as_network(built: Network | nx.Graph) -> Network:
    """A builder's result as the pipeline converts it."""
    return built if isinstance(built, Network) else Network.from_networkx(built)


def edges_by_ends(network: Network) -> dict[tuple[str, str], float]:
    """Weights by the ids of an edge's ends; where undirected, the lower id comes first."""
    ids = network.nodes["id"].to_list()
    edges: dict[tuple[str, str], float] = {}
    for source, target, weight in zip(
        network.sources.tolist(), network.targets.tolist(), network.weights.tolist(), strict=True
    ):
        ends = (ids[source], ids[target])
        low, high = ends if network.directed else sorted(ends)
        edges[low, high] = weight
    return edges


def _tag_labels(builder: GraphBuilder, images: pl.DataFrame, tags: pl.DataFrame) -> set[str]:
    nodes = build(builder, images, tags).nodes
    return set(nodes.filter(pl.col("kind") == TAG)["label"])
