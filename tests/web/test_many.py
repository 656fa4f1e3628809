"""What is written of many images: in few bytes, and nothing that is not wanted at first."""

from __future__ import annotations

import resource
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image
from programs import FindProgram
from themed_map import themed_map
from viewer_files import boxes_of, postings, read, read_any, render, unpack
from viewer_modules import run_with_viewer

from tagatlas.contracts import ImageStore, Variant
from tagatlas.testing import MemoryStore
from tagatlas_web.page.copies import Copies
from tagatlas_web.page.families import families_of
from tagatlas_web.page.pictures import MANY, levels_for, write_pages
from tagatlas_web.page.postings import IN_PART, Postings, in_steps
from tagatlas_web.page.scripts import DEFLATED_FROM, ScriptFolder, packed_places

FIRST = ("atlas.js", "annotations.js", "ids.js", "labels.js", "maps/0.js")
MEGABYTES = 4
NOISY = 40
"""How many noisy pictures differ."""


@given(
    arrays(np.float64, st.tuples(st.integers(0, 40), st.just(4)), elements=st.floats(-1e3, 1e3)),
    st.sampled_from([2.0**-10, 1.0, 4.0]),
)
def test_places_are_read_to_half_a_step(places: NDArray[np.float64], quantum: float) -> None:
    places[:, 2:] = np.abs(places[:, 2:])
    found = boxes_of({"boxes": packed_places(places, quantum)})
    assert found.shape == places.shape
    assert np.abs(found - places).max(initial=0) <= quantum / 2


@pytest.mark.parametrize("length", [10, DEFLATED_FROM])
def test_a_file_is_read_as_it_was_written(tmp_path: Path, length: int) -> None:
    content = {"labels": ["日本語 \U0001f600 \u2028 </script> \x7f"] * length, "none": None}
    (tmp_path / "data").mkdir()
    ScriptFolder(tmp_path / "data").write("some/file", content)
    script = tmp_path / "data" / "some" / "file.js"
    assert script.read_bytes().isascii()
    assert script.read_bytes().startswith(b"tagatlasData") == (length == 10)
    assert read_any(tmp_path, "some/file") == content


def tags_of(images: int, per_tag: list[int]) -> pl.DataFrame:
    """Tags that so many of the first images have, some with a low score."""
    rows = np.concatenate([np.arange(count) for count in per_tag])
    tags = [f"tag {number:03}" for number, count in enumerate(per_tag) for _ in range(count)]
    table = {"row": rows.astype(np.uint32), "tag": tags, "score": (rows % 5 + 1) / 5}
    return pl.DataFrame(table).sample(fraction=1, shuffle=True, seed=images)


def test_images_of_tags_are_in_parts_of_which_a_search_reads_few(tmp_path: Path) -> None:
    per_tag = [10, IN_PART + 7, 3, IN_PART // 2, IN_PART // 2, 1]
    tags = tags_of(IN_PART + 7, per_tag)
    found = Postings.of(tags, [0.2, 0.4])
    (tmp_path / "data").mkdir()
    scripts = ScriptFolder(tmp_path / "data")
    index = found.index()
    assert isinstance(index, dict)
    scripts.write("tags/0", index)
    for part, images in enumerate(found.parts()):
        scripts.write(f"tags/0/{part}", images)
    assert len(unpack(index["firsts"], "<u4")) == 3
    read_back = postings(tmp_path, 0)
    wanted = {
        label: list(zip(rows, [round(255 * score) for score in scores], strict=True))
        for label, rows, scores in tags.sort("row").group_by("tag").agg("row", "score").rows()
    }
    assert read_back == wanted
    # What counts is from the score of a map, and from where a tag stands out, on.
    floors = unpack(index["floors"], "u1")
    for least, counted in zip((51, 102), index["counted"], strict=True):
        assert unpack(counted, "<u4").tolist() == [
            sum(score >= max(least, floor) for _, score in read_back[label])
            for label, floor in zip(index["labels"], floors, strict=True)
        ]
    assert sum(1 for _ in Postings.of(tags.clear(), [0.1]).parts()) == 0


@given(st.lists(st.floats(0, 1), min_size=1), st.floats(1 / 255, 1))
def test_scores_in_steps_count_as_on_the_map(scores: list[float], least: float) -> None:
    near = [least, np.nextafter(least, 0), np.nextafter(least, 1)]
    exact = np.array([*scores, *near])
    steps = in_steps(exact, [least])
    assert ((steps >= int(255 * least + 0.5)) == (exact >= least)).all()
    assert (np.abs(steps - 255 * exact) <= 1.5 + 1e-9).all()
    assert (np.diff(steps[np.argsort(exact, kind="stable")].astype(int)) >= 0).all()


@pytest.mark.slow
def test_texts_searched_together_are_found_as_each_by_itself(
    tmp_path: Path, find_program: FindProgram
) -> None:
    assert run_with_viewer(find_program, tmp_path, "find/pure.ts", "written.cjs")


def test_pages_of_many_images_end_where_few_are_in_view() -> None:
    assert [level.cell for level in levels_for(MANY, 128)] == [4, 16, 64, 128]
    assert [level.cell for level in levels_for(MANY + 1, 128)] == [4, 16, 64]
    assert [level.cell for level in levels_for(1_000_000, 256)] == [1, 4, 16, 64]


def store_of(thumbnails: dict[str, bytes]) -> ImageStore:
    store = MemoryStore()
    for image_id, data in thumbnails.items():
        store.put(image_id, Variant.THUMBNAIL, data)
    return store


def jpeg(mode: str, size: tuple[int, int], colour: int | tuple[int, ...]) -> bytes:
    encoded = BytesIO()
    Image.new(mode, size, colour).save(encoded, "JPEG")
    return encoded.getvalue()


def test_thumbnails_are_copied_as_they_are_and_damaged_ones_left_out(tmp_path: Path) -> None:
    red = jpeg("RGB", (256, 128), (200, 20, 20))
    thumbnails = {
        "aa1": red,
        "aa2": red[: len(red) // 2],
        "bb1": jpeg("CMYK", (100, 100), (0, 255, 0, 0)),
        "bb2": jpeg("RGB", (500, 300), (20, 200, 20)),
    }
    ids = [*thumbnails, "cc1"]
    (tmp_path / "data").mkdir()
    store = store_of(thumbnails)
    pages = ScriptFolder(tmp_path / "data")
    sizes = np.ones((len(ids), 2))
    copies = Copies(store, tmp_path / "pictures")
    assert not write_pages(store, pl.Series(ids), sizes, levels_for(len(ids), 64), pages, copies)
    written = {path.stem: path for path in (tmp_path / "pictures").rglob("*.jpg")}
    assert set(written) == {"aa1", "bb1", "bb2"}
    assert written["aa1"] == tmp_path / "pictures" / "aa" / "aa1.jpg"
    assert written["aa1"].read_bytes() == red
    with Image.open(written["bb1"]) as cmyk, Image.open(written["bb2"]) as large:
        assert cmyk.mode == "RGB"
        assert max(large.size) == 256


def noise(number: int) -> bytes:
    """A JPEG file as large as those of photographs."""
    dice = np.random.default_rng(number)
    coarse = Image.fromarray(dice.integers(0, 256, (12, 9, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((192, 256), Image.Resampling.BICUBIC))
    noisy = (smooth + dice.normal(0, 8, smooth.shape)).clip(0, 255).astype(np.uint8)
    encoded = BytesIO()
    Image.fromarray(noisy).save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


class NoisyStore(MemoryStore):
    """Has noise for each image."""

    def __init__(self) -> None:
        super().__init__()
        self._noise = [noise(number) for number in range(NOISY)]

    def get(self, image_id: str, variant: Variant) -> bytes:
        del variant
        return self._noise[int(image_id[:8], 16) % NOISY]


@pytest.mark.thorough
def test_the_first_view_of_ten_thousand_images_is_small(tmp_path: Path) -> None:
    map_ = themed_map(10_000)
    object.__setattr__(map_, "store", NoisyStore())
    viewer = render(map_, tmp_path)
    data = viewer / "data"
    first = [viewer / "index.html", viewer / "viewer.js", viewer / "viewer.css"]
    first += [data / name for name in FIRST]
    base = read(viewer, "atlas")["base"]
    assert isinstance(base, dict)
    assert base["cell"] == 16
    pages = sorted((data / "pages").glob("base-*.js"))
    assert len(pages) == base["pages"]
    assert sum(path.stat().st_size for path in [*first, *pages]) < MEGABYTES * 1e6


def test_families_of_many_images_take_little_memory() -> None:
    count = 20_000
    ids = pl.Series([f"{row:064x}" for row in range(count)])
    records = pl.DataFrame({"image": ids, "copy": ids}).with_columns(
        location=pl.lit("https://example.org/a.jpg"),
        frequency=pl.lit(1, dtype=pl.Int64),
        columns=pl.lit("{}"),
        moment=pl.lit(None, dtype=pl.Int64),
        date=pl.lit(None, dtype=pl.String),
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert families_of(records, ids, None).table.is_empty()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # in KiB
    assert grown < 1 << 20
