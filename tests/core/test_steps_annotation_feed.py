"""Annotations as several windows read and write them: ``tests/web/test_server.py``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from viewed_atlas import make_map, viewed_atlas

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts.annotation import Arrow, ClusterName
from tagatlas.errors import AnnotationChanged, UsageError
from tagatlas.steps.load import load_map
from tagatlas.toolkit.annotating import AnnotationFeed

ARROW = Arrow((0.0, 0.0), (1.0, 1.0), "#aa0000")


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    with open_atlas(viewed_atlas(tmp_path_factory.mktemp("feed")), write=False) as opened:
        yield opened


def name_of(atlas: Atlas, row: int) -> ClusterName:
    """A name for a cluster of the map as it is now."""
    cluster = load_map(atlas, "one").clusters.row(row, named=True)
    typical = tuple(cluster["typical"])
    return ClusterName("cluster", row, "Mine", typical, cluster["automatic_name"])


def test_a_name_is_told_at_its_place_and_kept_as_it_was_given(atlas: Atlas) -> None:
    feed, second = AnnotationFeed(), name_of(atlas, 1)
    given = ClusterName("cluster", 0, second.name, second.typical, second.automatic_name)
    told = feed.put(atlas, "a name", "one", given, base=0)
    assert told.content == second
    assert feed.get(atlas, "a name") == told
    kept = atlas.catalog.annotations.get("a name")
    assert kept == replace(told, content=given)
    revision, changed = feed.changes(atlas, "one", told.revision - 1)
    assert (revision, changed) == (told.revision, [told])


def test_a_name_that_fits_no_cluster_is_left_out_and_its_revision_is_not(atlas: Atlas) -> None:
    feed = AnnotationFeed()
    lost = ClusterName("cluster", 7, "Lost", ("f" * 64,), "no such cluster")
    told = feed.put(atlas, "lost", "one", lost, base=0)
    assert told.content == lost
    assert feed.changes(atlas, "one", told.revision - 1) == (told.revision, [])
    assert feed.changes(atlas, "one", told.revision) == (told.revision, [])


def test_of_two_changes_the_second_is_refused(atlas: Atlas) -> None:
    feed = AnnotationFeed()
    first = feed.put(atlas, "arrow", "one", ARROW, base=0)
    with pytest.raises(AnnotationChanged):
        feed.put(atlas, "arrow", "one", None, base=0)
    assert feed.get(atlas, "arrow") == first
    gone = feed.put(atlas, "arrow", "one", None, base=first.revision)
    assert gone.content is None
    assert feed.get(atlas, "arrow") == gone


def test_what_there_is_not_is_said(atlas: Atlas) -> None:
    assert AnnotationFeed().get(atlas, "nothing") is None
    with pytest.raises(UsageError, match="there is no map 'third'"):
        AnnotationFeed().changes(atlas, "third", 0)


@pytest.mark.slow
def test_names_go_where_their_images_are_on_a_map_made_again(tmp_path: Path) -> None:
    feed = AnnotationFeed()
    with open_atlas(viewed_atlas(tmp_path)) as atlas:
        told = feed.put(atlas, "a name", "one", name_of(atlas, 1), base=0)
        make_map(atlas, seed=5)
        assert isinstance(told.content, ClusterName)
        clusters = load_map(atlas, "one").images.select("id", "cluster")
        [row] = set(clusters.filter(id=told.content.typical[0])["cluster"])
        again = feed.get(atlas, "a name")
        assert again is not None
        assert isinstance(again.content, ClusterName)
        assert again.content.number == row
