"""Labels of images, and the digest of all that a map depends on."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from tagatlas_mapping.maps.inputs import input_digest, labelled

PIECE = st.text("ab0_~.-%2F é;:@[]?#/\\\t\n", max_size=8)
ADDRESSES = st.one_of(
    st.builds(
        "".join, st.tuples(st.sampled_from(("http://", "https://", "ftp://", "/", "")), PIECE)
    ),
    st.builds("https://example.org/{}/{}".format, PIECE, PIECE),
    st.builds("https://example.org/{}?{}".format, PIECE, PIECE),
)


def label_of(location: str, image: str) -> str:
    """The last part of a path, by the standard library alone."""
    try:
        path = urlsplit(location).path if "://" in location else location
    except ValueError:
        path = location
    return PurePosixPath(unquote(path)).name or image[:12]


@given(st.lists(ADDRESSES, max_size=6))
@example(["https://example.org/a.jpg\n", "https://example.org/..", "https://example.org/.a"])
@example(["https://example.org/a/b.jpg?x=/c", "https://example.org/a.jpg#/b", "https://a.org/é"])
def test_a_label_is_the_last_part_of_the_path(locations: list[str]) -> None:
    ids = [f"{row:064x}" for row in range(len(locations))]
    schema = {"id": pl.String, "location": pl.String}
    images = pl.DataFrame({"id": ids, "location": locations}, schema=schema)
    assert labelled(images)["label"].to_list() == list(map(label_of, locations, ids))


def test_the_digest_is_that_of_all_rows_however_they_are_read() -> None:
    images = pl.DataFrame({"id": ["a", "b"], "label": ['x, "y"', "é"]})
    tags = pl.DataFrame({"image": ["a"] * 70_000, "tag": ["cat"] * 70_000, "score": 0.1})
    joined = tags.lazy().join(images.lazy(), left_on="image", right_on="id", maintain_order="left")
    found = input_digest([1, "x"], images, joined.select(tags.columns), images, None)
    rows = "".join(each.write_csv(include_header=False) for each in (images, tags))
    assert found == hashlib.sha256((json.dumps([1, "x"]) + rows).encode()).hexdigest()
