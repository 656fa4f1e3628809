"""Files of results: everything comes back, and a file is there whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.contracts import ImageStatus, Tag, TagResult, Variant
from tagatlas.errors import StorageError
from tagatlas_duplicates import Signature
from tagatlas_fetching import Address, FetchOutcome, StoredImage
from tagatlas_shards import Place, kept_answers, kept_outcomes
from tagatlas_shards.answers import read_answers, write_answers
from tagatlas_shards.outcomes import Fetched, hash_of, read_outcomes, write_outcomes

LABELS = st.text(min_size=1, max_size=8).filter(
    lambda text: bool(text.strip()) and text.isprintable()
)
RESULTS = st.one_of(
    st.builds(
        TagResult.ok,
        st.dictionaries(LABELS, st.floats(0, 1), min_size=1, max_size=4).map(
            lambda tags: [Tag(label, score) for label, score in tags.items()]
        ),
        raw=st.none() | st.binary(max_size=20),
        embedding=st.none() | st.lists(st.floats(-1, 1), min_size=3, max_size=3),
        version=st.sampled_from(["", "v1"]),
    ),
    st.builds(TagResult.empty, raw=st.none() | st.binary(max_size=20)),
    st.builds(TagResult.failed, st.sampled_from(["image", "transient"]), LABELS),
)


@given(st.dictionaries(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), RESULTS, max_size=6))
def test_answers_come_back(answers: dict[str, TagResult]) -> None:
    read = dict(read_answers(write_answers(list(answers.items())), "x"))
    assert read == answers
    for image, result in answers.items():
        if result.embedding is None:
            assert read[image].embedding is None
        else:
            np.testing.assert_array_equal(read[image].embedding, result.embedding)


U64 = st.none() | st.integers(0, 2**64 - 1)
IMAGES = st.builds(
    StoredImage,
    id=st.just("ab" * 32),
    width=st.integers(1, 9999),
    height=st.integers(1, 9999),
    format=st.just("jpeg"),
    bytes=st.integers(1, 2**32),
    frames=st.integers(1, 9),
    perceptual_hash=U64,
    signature=st.none()
    | st.builds(Signature, st.lists(U64, min_size=9, max_size=9).map(tuple), st.binary(max_size=9)),
    stored=st.just({Variant.IMAGE: "cd" * 32, Variant.THUMBNAIL: "ef" * 32}),
)
OUTCOMES = st.builds(
    FetchOutcome,
    st.integers(0, 2**62),
    st.sampled_from([status for status in ImageStatus if status.is_failure]),
    reason=st.text(max_size=9),
    http_status=st.none() | st.integers(100, 599),
    final_url=st.none() | st.text(max_size=9),
    content_type=st.none() | st.text(max_size=9),
    attempts=st.integers(0, 9),
    refused_by=st.sampled_from(["", "max_bytes 5"]),
)


@given(st.lists(OUTCOMES, max_size=5, unique_by=lambda each: each.key), st.booleans(), IMAGES)
def test_outcomes_come_back(
    outcomes: list[FetchOutcome], is_sought: bool, image: StoredImage
) -> None:
    found = FetchOutcome(2**62 + 1, ImageStatus.OK, image=image, way="wayback")
    rows = [
        Fetched(each, hash_of(Address(each.key, "http://a/\udcff")), is_sought, "http://a", "<p>")
        for each in [*outcomes, found]
    ]
    rows.sort(key=lambda each: each.outcome.key)
    read = read_outcomes(write_outcomes(rows), "x")
    assert read == rows
    [kept] = [each.outcome.image for each in read if each.outcome.image is not None]
    assert kept.stored == image.stored


@pytest.fixture(params=["folder", "file://", "memory://"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place of each kind."""
    if request.param == "memory://":
        return Place(f"memory://{tmp_path.name}")
    prefix = "" if request.param == "folder" else request.param
    return Place(f"{prefix}{tmp_path / 'place'}")


def test_files_are_listed_read_and_removed(place: Place) -> None:
    assert place.names("answers/a") == []
    place.put("answers/a/2.parquet", b"two")
    place.put("answers/a/1.parquet", b"one")
    place.put("answers/a/1.parquet", b"again")
    place.put("answers/a/.writing-3.parquet", b"half")
    place.put("answers/b/3.parquet", b"other")
    names = place.names("answers/a")
    assert names[-2:] == ["answers/a/1.parquet", "answers/a/2.parquet"]
    assert place.get("answers/a/1.parquet") == b"again"
    place.remove("answers/a/1.parquet")
    place.remove("answers/a/1.parquet")
    with pytest.raises(StorageError, match="cannot read"):
        place.get("answers/a/1.parquet")
    assert "answers/a/1.parquet" not in place.names("answers/a")


def test_two_may_put_the_same_file_at_once(place: Place) -> None:
    contents = [bytes([number]) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda data: place.put("a/1.parquet", data), 4 * contents):
            assert place.get("a/1.parquet") in contents
    assert place.names("a") == ["a/1.parquet"]


def test_a_place_shows_no_password() -> None:
    place = Place("sftp://somebody:hunter2@example.org/atlas")
    assert "hunter2" not in f"{place!r} {place}"


def test_files_are_taken_over_once_and_damaged_ones_said(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    answer = ("ab" * 32, TagResult.empty())
    place.put("answers/1.parquet", write_answers([answer]))
    place.put("answers/2.part.parquet", write_answers([answer]))
    place.put("answers/3.parquet", b"PAR1")
    said: list[str] = []
    found = kept_answers(place, "answers", said.append)
    assert next(found) == [answer]
    assert len(place.names("answers")) == 3, "not stored yet"
    assert list(found) == [[answer]]
    assert place.names("answers") == []
    assert len(said) == 1
    assert "answers/3.parquet is no file of answers" in said[0]

    outcome = Fetched(FetchOutcome(1, ImageStatus.MISSING), hash_of(Address(1, "http://a/")))
    place.put("fetched/lane-1.parquet", write_outcomes([outcome]))
    place.put("fetched/copies-1-2.parquet", write_outcomes([outcome]))
    assert list(kept_outcomes(place, "fetched", said.append)) == [
        ("fetched/lane-1.parquet", [outcome])
    ]
    assert place.names("fetched") == ["fetched/lane-1.parquet"]
