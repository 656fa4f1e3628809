"""A map of many images in tiles: its files say the same as those of one that is read whole."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from programs import FindProgram
from simplejpeg import decode_jpeg
from tiled_viewers import IMAGES, TILE, write_both
from viewer_files import boxes_of, postings, read, read_any, rows, unpack
from viewer_modules import run_with_viewer

from tagatlas_web.page.overview import SIDE, Overview, write_overview
from tagatlas_web.page.scripts import ScriptFolder
from tagatlas_web.page.tiles import TEXT_ROWS, Tiling, along_clusters, blocks_of, runs

Item = TypeVar("Item")


@pytest.fixture(scope="module")
def viewers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_both(tmp_path_factory.mktemp("tiled"))


def texts(tiled: Path) -> tuple[list[str], list[str]]:
    parts = [rows(tiled, f"texts/{part}") for part in range(-(-IMAGES // TEXT_ROWS))]
    return joined(ids for ids, _ in parts), joined(labels for _, labels in parts)


def joined(lists: Iterable[list[Item]]) -> list[Item]:
    return [each for some in lists for each in some]


def expanded(packed: object) -> NDArray[np.float64]:
    assert isinstance(packed, dict)
    return np.repeat(unpack(packed["values"], "<i4"), unpack(packed["lengths"], "<u4").astype(int))


def test_a_map_in_tiles_has_the_same_images_at_the_same_places(viewers: tuple[Path, Path]) -> None:
    whole, tiled = viewers
    ids, labels = texts(tiled)
    assert dict(zip(ids, labels, strict=True)) == dict(
        zip(rows(whole, "ids"), rows(whole, "labels"), strict=True)
    )
    at = [rows(whole, "ids").index(each) for each in ids]
    one, other = read(whole, "maps/0"), read(tiled, "maps/0")
    places = [boxes_of({"boxes": read(tiled, f"places/0/{part}")}) for part in range(5)]
    assert [len(part) for part in places] == [64, 64, 64, 64, 44]
    boxes = np.concatenate(places)
    assert np.allclose(boxes, boxes_of(one)[at])
    assert np.array_equal(expanded(other["cluster"]), unpack(one["cluster"], "<u2")[at])
    assert np.array_equal(expanded(other["subcluster"]), unpack(one["subcluster"], "<i4")[at])
    counts, atlas = read(tiled, "counts"), read(whole, "atlas")
    for name in ("frequency", "records"):
        assert np.array_equal(unpack(counts[name], "<u4"), unpack(atlas[name], "<u4")[at])
    # Each image lies in its block.
    blocks = boxes_of({"boxes": other["blocks"]})
    own = blocks[np.arange(IMAGES) // 4]
    assert (np.abs(boxes - own)[:, :2] <= (own - boxes)[:, 2:] / 2 + 1e-2).all()


def test_a_map_in_tiles_has_the_same_tags_records_and_columns(viewers: tuple[Path, Path]) -> None:
    whole, tiled = viewers
    ids, _ = texts(tiled)
    of_whole = rows(whole, "ids")
    for label, found in postings(tiled, 0).items():
        wanted = {of_whole[row]: score for row, score in postings(whole, 0)[label]}
        assert {ids[row]: score for row, score in found} == wanted
    parts = range(-(-IMAGES // 256))
    for name in ("details", "scores/0"):
        wanted_of = dict(
            zip(of_whole, joined(rows(whole, f"{name}/{part}") for part in parts), strict=True)
        )
        assert dict(zip(ids, rows(tiled, f"{name}/0"), strict=True)) == wanted_of
    one, other = read(whole, "columns/0"), read(tiled, "columns/0")
    assert one["values"] == other["values"]
    at = [of_whole.index(each) for each in ids]
    assert np.array_equal(unpack(other["of"], "<i4"), unpack(one["of"], "<i4")[at])


def test_images_are_found_by_the_beginning_of_their_ids(viewers: tuple[Path, Path]) -> None:
    _, tiled = viewers
    ids, _ = texts(tiled)
    (first,) = rows(tiled, "rows")
    part = read(tiled, "rows/0")
    beginnings = part["ids"]
    assert isinstance(beginnings, list)
    assert beginnings == sorted(each[:16] for each in ids)
    assert first == beginnings[0]
    found = unpack(part["rows"], "<u4").astype(int)
    assert [ids[row][:16] for row in found] == beginnings


@pytest.mark.slow
def test_images_are_found_wherever_a_part_of_the_index_ends(
    find_program: FindProgram, tmp_path: Path
) -> None:
    looked = run_with_viewer(find_program, tmp_path, "data/row_index.ts", "row_index.cjs")
    assert looked == 200 * (3 + 9 + 27 + 81)


@pytest.mark.slow
def test_tiles_of_a_part_are_those_of_which_a_block_reaches_into_it(
    find_program: FindProgram, tmp_path: Path
) -> None:
    assert run_with_viewer(find_program, tmp_path, "data/tiles.ts", "tiles.cjs") == 300 * 10


def test_a_map_in_tiles_reads_no_more_at_first_than_it_shows(viewers: tuple[Path, Path]) -> None:
    _, tiled = viewers
    atlas = read(tiled, "atlas")
    assert "frequency" not in atlas
    assert "boxes" not in read(tiled, "maps/0")
    assert not (tiled / "data" / "ids.js").exists()
    tiles = atlas["tiles"]
    assert isinstance(tiles, dict)
    assert (tiles["rows"], tiles["block"]) == (TILE, 4)
    for level, size in enumerate(tiles["overview"]["levels"]):
        for column in range(size["columns"]):
            for row in range(size["rows"]):
                assert isinstance(read_any(tiled, f"overview/{level}-{column}-{row}"), str)


@pytest.mark.parametrize(
    ("images", "block"), [(300, 4), (1_000_000, 16), (10_000_000, 64), (100_000_000, 1024)]
)
def test_there_are_at_most_200_000_blocks(images: int, block: int) -> None:
    assert Tiling.of(images) == Tiling(1 << 14, block)


def test_images_of_a_cluster_come_together_along_the_map() -> None:
    dice = np.random.default_rng(7)
    cluster = dice.integers(0, 5, 400)
    middle = np.array([[0, 0], [90, 0], [0, 90], [90, 90], [45, 45]])[cluster]
    x, y = (middle + dice.random((400, 2))).T
    parts = pl.Series([None if each % 2 else int(each) for each in cluster], dtype=pl.Int32)
    images = pl.DataFrame({"x": x, "y": y, "cluster": cluster, "subcluster": parts})
    order = along_clusters(images)
    assert sorted(order.tolist()) == list(range(400))
    assert np.count_nonzero(np.diff(cluster[order])) == 4


def test_where_one_looks_few_tiles_are_read_though_images_lie_far_from_their_clusters() -> None:
    dice = np.random.default_rng(3)
    count, tile, block = 40_000, 256, 16
    cluster = dice.integers(0, 40, count)
    middles = dice.random((40, 2)) * 1000
    points = middles[cluster] + dice.normal(size=(count, 2)) * 12
    is_astray = dice.random(count) < 0.03
    points[is_astray] = dice.random((int(is_astray.sum()), 2)) * 1000
    none = pl.Series([None], dtype=pl.Int32).new_from_index(0, count)
    images = pl.DataFrame({"x": points[:, 0], "y": points[:, 1], "cluster": cluster})
    order = along_clusters(images.with_columns(none.alias("subcluster")))
    assert sorted(order.tolist()) == list(range(count))

    boxes = np.column_stack([points[order], np.full((count, 2), 0.5)])
    blocks = blocks_of(boxes, block)
    apart = np.abs(blocks[:, None, :2] - points[dice.integers(0, count, 200)])
    reaching = (apart <= blocks[:, None, 2:] / 2 + 5).all(axis=2)
    tiles = np.add.reduceat(reaching, np.arange(0, len(blocks), tile // block)) > 0
    assert np.quantile(tiles.sum(axis=0), 0.9) <= 12  # of 157; by cluster alone it is above 40
    assert np.count_nonzero(np.diff(cluster[order])) < 0.04 * count


def test_runs_are_the_numbers_again() -> None:
    numbers = np.array([3, 3, 3, -1, 3, 65535, 65535], dtype=np.int32)
    assert np.array_equal(expanded(runs(numbers)), numbers)
    assert len(expanded(runs(np.zeros(0, dtype=np.int32)))) == 0


@pytest.mark.parametrize(("typical", "levels"), [(1.0, 1), (0.5, 2), (0.3, 3), (0.01, 4)])
def test_the_finest_picture_of_the_map_has_a_pixel_for_an_image(
    typical: float, levels: int
) -> None:
    overview = Overview.of(np.array([0, 0, SIDE, SIDE / 4]), typical)
    assert overview.levels == levels
    side = 2 ** (levels - 1)
    assert overview.size(levels - 1) == (side, max(1, side // 4))


@pytest.mark.parametrize("parts", [1, 400], ids=["one image", "many small ones"])
def test_a_picture_of_the_map_shows_images_where_they_are(tmp_path: Path, parts: int) -> None:
    (tmp_path / "data").mkdir()
    overview = Overview.of(np.array([0, 0, 100, 100]), 1.0)
    steps = (np.arange(parts) + 0.5) * 50 / parts
    x, y = (each.ravel() for each in np.meshgrid(steps, 100 - steps))
    boxes = np.column_stack([x, y, np.full((len(x), 2), 50 / parts)])
    colours = np.full((len(x), 3), (200, 30, 60), dtype=np.uint8)
    write_overview(overview, boxes, colours, ScriptFolder(tmp_path / "data"))
    pixels = decode_jpeg(b64decode(str(read_any(tmp_path, "overview/0-0-0")))).astype(int)
    assert pixels.shape == (2 * SIDE, SIDE, 3)
    half = SIDE // 2
    own = np.s_[8 : half - 8, 8 : half - 8]
    assert np.abs(pixels[:SIDE][own].mean(axis=(0, 1)) - (200, 30, 60)).max() < 8
    assert pixels[SIDE:][own].mean() < 16
    for rest in (np.s_[8 : half - 8, half + 8 :], np.s_[half + 8 :, :]):
        assert pixels[:SIDE][rest].min() > 243
        assert pixels[SIDE:][rest].min() > 243
