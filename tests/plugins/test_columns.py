from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taggings import image_names, tables

from tagatlas.contracts import GraphBuilderSpec
from tagatlas.errors import EmptyMap, OptionError
from tagatlas.network import Network
from tagatlas.options import make_options
from tagatlas.testing import GraphBuilderContract
from tagatlas_builders.columns import ColumnsOptions, tagatlas_graph_builders
from tagatlas_builders.columns.builder import ColumnsBuilder

Record = tuple[str, int, dict[str, str | None]]
"""Image, frequency, columns."""

IMAGES = image_names(4)

cells = st.none() | st.lists(
    st.sampled_from(["a", "A", "b", " c ", "", "Ä", "a b", "|"]), max_size=4
).map("; ".join)
records = st.lists(
    st.tuples(
        st.sampled_from(IMAGES),
        st.integers(1, 9),
        st.fixed_dictionaries({"x": cells}, optional={"y": cells}),
    ),
    max_size=12,
).map(lambda some: [("i0", 1, {"x": None, "y": None}), *some])
all_options = st.builds(
    ColumnsOptions,
    node_column=st.just("x"),
    separator=st.sampled_from([";", "none", "space"]),
    second_column=st.just("y"),
    second_separator=st.sampled_from([";", "none"]),
    link=st.sampled_from(["images", "co-occurrence", "columns", "citation"]),
    weight=st.sampled_from(["records", "frequency", "none"]),
    minimum_records=st.integers(1, 2),
    minimum_weight=st.integers(1, 3),
    stop_values=st.sampled_from([(), ("b", "A")]),
    lower_case=st.booleans(),
)


def image_table(given: list[Record]) -> pl.DataFrame:
    own = {
        image: [
            {"frequency": frequency, "columns": json.dumps(columns)}
            for of, frequency, columns in given
            if of == image
        ]
        for image in IMAGES
    }
    kind = pl.List(pl.Struct({"frequency": pl.Int64, "columns": pl.String}))
    images, _ = tables(IMAGES, {})
    return images.with_columns(pl.Series("records", list(own.values()), dtype=kind))


def build(given: list[Record], options: ColumnsOptions) -> Network:
    return ColumnsBuilder(options).build(image_table(given), pl.LazyFrame())


def edges(network: Network) -> dict[tuple[str, str], float]:
    ids = network.nodes["id"].to_list()
    ends = zip(network.sources, network.targets, network.weights.tolist(), strict=True)
    return {(ids[source], ids[target]): weight for source, target, weight in ends}


class Reference:
    """What the builder should do, record by record."""

    def __init__(self, given: list[Record], options: ColumnsOptions) -> None:
        self.options = options
        self.records = given
        self.first = self.values("x", options.separator)
        self.second = self.values("y", options.second_separator)

    def values(self, column: str, separator: str) -> list[list[str]]:
        """The values of each record, each once, in order."""
        found = []
        for _, _, columns in self.records:
            cell = columns.get(column) or ""
            cell = cell.lower() if self.options.lower_case else cell
            parts = {"none": [cell], "space": cell.split(), ";": cell.split(";")}[separator]
            stripped = {part.strip() for part in parts} - {"", *self.options.stop_values}
            found.append(sorted(stripped))
        times = Counter(value for values in found for value in values)
        enough = {value for value, count in times.items() if count >= self.options.minimum_records}
        return [[value for value in values if value in enough] for values in found]

    def links(self) -> Iterator[tuple[str, str, int]]:
        """Every link that a record makes, with the record's frequency."""
        for (image, frequency, _), first, second in zip(
            self.records, self.first, self.second, strict=True
        ):
            for value in first:
                if self.options.link == "images":
                    yield image, f"x:{value}", frequency
                elif self.options.link == "columns":
                    yield from ((f"x:{value}", f"y:{other}", frequency) for other in second)
                elif self.options.link == "citation":
                    yield from (
                        (f"x:{value}", f"x:{other}", frequency)
                        for other in second
                        if other != value
                    )
        if self.options.link == "co-occurrence":
            yield from self.shared()

    def shared(self) -> Iterator[tuple[str, str, int]]:
        groups: dict[str, set[str]] = defaultdict(set)
        frequencies: Counter[str] = Counter()
        for (_, frequency, _), first, second in zip(
            self.records, self.first, self.second, strict=True
        ):
            for other in second:
                groups[other].update(first)
                frequencies[other] += frequency
        for other, group in groups.items():
            for value in group:
                for more in group:
                    if value < more:
                        yield f"x:{value}", f"x:{more}", frequencies[other]

    def network(self) -> dict[tuple[str, str], float]:
        weights: Counter[tuple[str, str]] = Counter()
        for source, target, frequency in self.links():
            weights[source, target] += frequency if self.options.weight == "frequency" else 1
        return {
            ends: 1.0 if self.options.weight == "none" else float(weight)
            for ends, weight in weights.items()
            if weight >= self.options.minimum_weight
        }

    def ties(self) -> dict[tuple[str, str], float]:
        second = "x" if self.options.link == "citation" else "y"
        weights: Counter[tuple[str, str]] = Counter()
        for (image, frequency, _), ones, others in zip(
            self.records, self.first, self.second, strict=True
        ):
            weight = frequency if self.options.weight == "frequency" else 1
            weights.update({(image, f"x:{value}"): weight for value in ones})
            if self.options.link != "co-occurrence":
                for value in others:
                    weights[image, f"{second}:{value}"] += weight
        return dict(weights)


@given(records, all_options)
def test_links_and_ties_are_those_of_the_reference(
    given: list[Record], options: ColumnsOptions
) -> None:
    reference = Reference(given, options)
    expected = reference.network()
    if not expected:
        with pytest.raises(EmptyMap, match="the column 'x' makes"):
            build(given, options)
        return
    network = build(given, options)
    assert edges(network) == expected
    assert network.directed is (options.link in ("images", "citation"))
    ids = network.nodes["id"].to_list()
    assert set(ids) == {end for ends in expected for end in ends}
    is_image = (network.nodes["kind"] == "image").to_list()
    assert ids == sorted(ids, key=lambda node: (node not in IMAGES, node))
    assert is_image == [node in IMAGES for node in ids]
    labels = network.nodes.filter(kind="tag").select("id", "label").rows()
    assert all(node[2:] == label for node, label in labels)
    if options.link != "images":
        ties = ColumnsBuilder(options).ties(network, image_table(given), pl.LazyFrame())
        assert {(image, node): weight for image, node, weight in ties.rows()} == reference.ties()


HASHTAGS: list[Record] = [
    ("i0", 2, {"from_user_name": "Ann", "hashtags": "Sea; sea; sun", "mentions": "Ben"}),
    ("i1", 1, {"from_user_name": "Ben", "hashtags": "sun;sand", "mentions": "Ann; Cem"}),
    ("i1", 4, {"from_user_name": "Ann", "hashtags": "sun; sand; Sea", "mentions": ""}),
    ("i2", 1, {"from_user_name": "Cem", "hashtags": "", "mentions": None}),
]


def test_values_keep_their_case_unless_told_otherwise() -> None:
    options = ColumnsOptions(node_column="hashtags", separator=";", link="co-occurrence")
    assert edges(build(HASHTAGS, options)) == {
        ("hashtags:Sea", "hashtags:sand"): 1.0,
        ("hashtags:Sea", "hashtags:sea"): 1.0,
        ("hashtags:Sea", "hashtags:sun"): 2.0,
        ("hashtags:sand", "hashtags:sun"): 2.0,
        ("hashtags:sea", "hashtags:sun"): 1.0,
    }
    assert edges(build(HASHTAGS, replace(options, lower_case=True, weight="frequency"))) == {
        ("hashtags:sand", "hashtags:sea"): 4.0,
        ("hashtags:sand", "hashtags:sun"): 5.0,
        ("hashtags:sea", "hashtags:sun"): 6.0,
    }


def test_two_may_cite_each_other() -> None:
    options = ColumnsOptions(
        node_column="from_user_name",
        second_column="mentions",
        second_separator=";",
        link="citation",
    )
    network = build(HASHTAGS, options)
    assert network.directed
    assert edges(network) == {
        ("from_user_name:Ann", "from_user_name:Ben"): 1.0,
        ("from_user_name:Ben", "from_user_name:Ann"): 1.0,
        ("from_user_name:Ben", "from_user_name:Cem"): 1.0,
    }


def test_values_of_columns_with_colons_in_their_names_stay_apart() -> None:
    given: list[Record] = [("i0", 1, {"a": "b:c", "a:b": "c"})]
    network = build(given, ColumnsOptions(node_column="a", second_column="a:b"))
    assert edges(network) == {("a:b:c", "a%3Ab:c"): 1.0}
    assert network.nodes["label"].to_list() == ["b:c", "c"]


def test_the_backbone_is_taken_of_the_links() -> None:
    given: list[Record] = [("i0", 1, {"x": "a;b"})] * 50
    given += [("i1", 1, {"x": f"{one};{other}"}) for one in "ab" for other in "cdef"]
    options = ColumnsOptions(node_column="x", separator=";", link="co-occurrence", backbone=0.01)
    assert build(given, options).nodes["label"].to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "name the column whose values become nodes (--node-column)"),
        ({"node_column": "hashtag"}, "no column 'hashtag' was kept"),
        ({"node_column": "id", "link": "citation"}, "to link by citation, name the second column"),
        ({"node_column": "id", "second_column": "id"}, "'id' cannot be both"),
    ],
)
def test_a_wrong_choice_of_columns_is_one_line(options: dict[str, str], said: str) -> None:
    with pytest.raises(OptionError) as caught:
        build(HASHTAGS, make_options(ColumnsOptions, options, "columns"))
    assert str(caught.value).startswith(said)
    there = "there are: from_user_name, hashtags, mentions"
    assert str(caught.value).endswith((there, "choose another"))
    assert "\n" not in str(caught.value)


class ColumnsContract(GraphBuilderContract):
    @pytest.fixture
    def spec(self) -> GraphBuilderSpec:
        (spec,) = tagatlas_graph_builders()
        return spec


class TestContractImages(ColumnsContract):
    @pytest.fixture
    def options(self) -> object:
        return ColumnsOptions(node_column="tag")


class TestContractCoOccurrence(ColumnsContract):
    @pytest.fixture
    def options(self) -> object:
        return ColumnsOptions(node_column="tag", second_column="picture", link="co-occurrence")
