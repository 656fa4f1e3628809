"""Maps of a part of the collection: of a cluster, of tags, of records' columns."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image
from pink_atlas import FACES, OTHERS, ids_of, pink_atlas, tag

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import Records
from tagatlas.errors import EmptyMap, OptionError, UsageError
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.info import info
from tagatlas.steps.load import load_map
from tagatlas.steps.map import MapReport
from tagatlas.steps.map import map as map_
from tagatlas.steps.opened import AtlasLike
from tagatlas.steps.part import images_of_part
from tagatlas.steps.remove import remove
from tagatlas.steps.render import export
from tagatlas.steps.trust import trust
from tagatlas_fetching import FetchOptions
from tagatlas_mapping.maps.part import asked_part

OUTSIDE = "outside of the part that the map shows"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = pink_atlas(tmp_path_factory.mktemp("pink"))
    draw(folder)
    return folder


@pytest.fixture
def atlas(made: Path, tmp_path: Path) -> Iterator[Atlas]:
    """A copy of an atlas with a map of all images."""
    shutil.copytree(made, tmp_path / "x.atlas")
    with open_atlas(tmp_path / "x.atlas") as opened:
        trust(opened)
        yield opened


def draw(atlas: AtlasLike, **options: Any) -> MapReport:
    return map_(atlas, iterations=5, resolution=2.0, **options)


def names_on(atlas: Atlas, name: str) -> set[str]:
    by_id = {image: each for each, image in ids_of(atlas).items()}
    return {by_id[image] for image in load_map(atlas, name).images["id"]}


def add(atlas: Atlas, folder: Path, name: str, kind: str) -> None:
    """Add a picture like none before, of that kind."""
    Image.effect_mandelbrot((320, 240), (-1.5, -1, 0.5, 1), 40).save(folder / name)
    table = pl.DataFrame({"location": [str(folder / name)], "frequency": [1]})
    atlas.catalog.records.add("more", "folder", Records(table, "more", local=True))
    trust(atlas)
    fetch_collection(atlas, FetchOptions())
    tag(atlas, {name: kind})


def test_a_tag_makes_a_part_which_stays_that_part(atlas: Atlas, tmp_path: Path) -> None:
    report = draw(atlas, name="birds", with_tag="Bird")
    birds = names_on(atlas, "birds")
    assert FACES[0] in birds
    assert 3 < len(birds) == report.images < OTHERS
    assert report.left_out[OUTSIDE] == OTHERS + 1 - report.images
    assert sum(report.left_out.values()) + report.images == OTHERS + 2
    loaded = load_map(atlas, "birds")
    assert loaded.part == "tag “Bird”"
    assert loaded.provenance.left_out == report.left_out
    assert draw(atlas, name="birds").unchanged
    assert draw(atlas, name="birds", force=True).images == report.images
    add(atlas, tmp_path, "new-bird.png", "bird")
    assert draw(atlas, name="birds").images == report.images + 1
    assert draw(atlas).images == OTHERS + 2  # of the whole collection, as before
    assert [each.part for each in info(atlas).maps if each.name == "birds"] == ["tag “Bird”"]
    methods = export(atlas, "methods", tmp_path / "out", name="birds").files[0].read_text()
    assert "The map shows a part of the collection: tag “Bird”." in methods
    assert OUTSIDE in methods
    poster = export(atlas, "svg", tmp_path / "out", name="birds", width=900).files[0].read_text()
    assert "Part of the collection: tag “Bird”" in poster
    titled = export(atlas, "svg", tmp_path / "titled", name="birds", width=900, subtitle="Beaks")
    assert "Beaks · Part of the collection: tag “Bird”" in titled.files[0].read_text()


def test_settings_that_were_chosen_for_another_map_are_told(atlas: Atlas) -> None:
    draw(atlas)
    draw(atlas, name="wall", arrangement="grid")
    said = 'made with other settings than before: map.arrangement "grid" (was "free")'
    assert said in draw(atlas).notes
    assert not draw(atlas).notes


def test_scores_that_count(atlas: Atlas) -> None:
    with pytest.raises(EmptyMap, match=r"in the part \(tag “bird” of at least 0\.85\)"):
        draw(atlas, name="birds", with_tag="bird", tag_score=0.85)
    assert draw(atlas, name="animals", with_tag="animal", tag_score=0.85).images == OTHERS + 1
    assert load_map(atlas, "animals").part == "tag “animal” of at least 0.85"
    assert "birds" not in atlas.map_names()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["year>=1990"], 22),
        (["year>=1990", "place~LISBON"], 11),
        (["place=Lisbon, Alfama", "year<1990"], 5),
        (["day>=1994-05"], 18),
        (["day<=1980-05-17"], 1),
        (["day=1981"], 1),
        (["place!=Porto", "day<1984"], 2),
        (["location~other-03"], 1),
    ],
)
def test_conditions_on_columns(atlas: Atlas, where: list[str], expected: int) -> None:
    part = asked_part(None, None, (), None, where)
    assert part is not None
    tags = atlas.catalog.tagging.tags(1)
    own = atlas.representatives("copy")
    images, cluster = images_of_part(atlas, "some part", part, tags, own)
    assert len(images) == expected
    assert cluster is None


def test_a_cluster_makes_a_part_and_is_followed(atlas: Atlas, tmp_path: Path) -> None:
    whole = load_map(atlas)
    assert whole.clusters.height >= 2
    for row in whole.clusters.iter_rows(named=True):
        report = draw(atlas, name=f"part {row['cluster']}", within_cluster=row["name"].upper())
        assert report.images == row["images"]
    name = whole.clusters["name"][0]
    inside = set(whole.images.filter(pl.col("cluster") == 0)["id"])
    assert set(load_map(atlas, "part 0").images["id"]) == inside
    assert load_map(atlas, "part 0").part == f"cluster “{name.upper()}” of some"
    table = tmp_path / "names.csv"
    table.write_text(f"name,new_name\n{name},creatures\n")
    draw(atlas, cluster_names=[table])
    assert draw(atlas, name="part 0").images == len(inside)
    faces = {ids_of(atlas)[each] for each in FACES}  # of which one is removed, and the other stays
    typical = next(each for each in whole.clusters["typical"][0] if each not in faces)
    remove(atlas, [typical])
    draw(atlas)
    report = draw(atlas, name="part 0")
    assert report.images == len(inside) - 1
    for file in atlas.folder.glob("catalog.sqlite*"):
        assert typical.encode() not in file.read_bytes()


def test_what_does_not_exist_is_said(atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="needs a name of its own: --map NAME"):
        draw(atlas, with_tag="bird")
    with pytest.raises(UsageError, match="the map some shows the whole collection"):
        draw(atlas, name="some", with_tag="bird")
    with pytest.raises(UsageError, match="no image has the tag 'unicorn'"):
        draw(atlas, name="x", with_tag=["bird", "unicorn"])
    with pytest.raises(UsageError, match=r"the records have no column 'yaer'; there are: .*year"):
        draw(atlas, name="x", where="yaer>1990")
    with pytest.raises(UsageError, match="no cell of the column 'place' is a number or a date"):
        draw(atlas, name="x", where="place>1990")
    with pytest.raises(OptionError, match="'tomorrow' is neither a number nor a date"):
        draw(atlas, name="x", where="day>tomorrow")
    with pytest.raises(OptionError, match="'year' is no condition"):
        draw(atlas, name="x", where="year")
    with pytest.raises(UsageError, match="the map some has no cluster 'trees'; there are: "):
        draw(atlas, name="x", within_cluster="trees")
    with pytest.raises(UsageError, match="there is no other map many, as --of-map says: some"):
        draw(atlas, name="x", within_cluster="trees", of_map="many")
    with pytest.raises(EmptyMap, match=r"no image is in the part \(year > 2100\)"):
        draw(atlas, name="x", where="year>2100")
    with pytest.raises(OptionError, match="cannot be empty"):
        draw(atlas, name="x", where=" ")
    assert atlas.map_names() == ["some"]
    assert not {"where", "with_tag"} & atlas.settings.values("map").keys()


def test_hidden_images_are_why_there_is_nothing_to_map(atlas: Atlas) -> None:
    draw(atlas, name="birds", with_tag="bird")
    birds = load_map(atlas, "birds").images["id"]
    with pytest.raises(EmptyMap, match=r"all images of the part \(tag “bird”\) are hidden"):
        draw(atlas, name="birds", hide=birds.to_list(), hidden="left-out")
    with pytest.raises(EmptyMap, match="all images of the collection are hidden"):
        draw(atlas, name="some", hide=list(ids_of(atlas).values()), hidden="left-out")


def test_no_map_shows_a_part_of_a_part_of_itself(atlas: Atlas) -> None:
    draw(atlas, name="birds", with_tag="bird")
    cluster = load_map(atlas, "birds").clusters["name"][0]
    draw(atlas, name="inner", within_cluster=cluster, of_map="birds")
    inner = load_map(atlas, "inner").clusters["name"][0]
    with pytest.raises(UsageError, match="the map inner shows a part of a cluster of birds"):
        draw(atlas, name="birds", within_cluster=inner, of_map="inner")
    assert load_map(atlas, "birds").part == "tag “bird”"


def test_a_foreign_part_is_checked(atlas: Atlas) -> None:
    draw(atlas, name="birds", with_tag="bird")
    stored = atlas.catalog.maps.load("birds")
    assert stored is not None
    for part in ('"all"', '{"where": ["x"]}', '{"with_tag": ["' + "x" * 2000 + '"]}', "[[[["):
        settings = {**stored.settings, "map.part": part}
        atlas.catalog.maps.save(replace(stored, settings=settings))
        with pytest.raises(UsageError, match="give the conditions again"):
            load_map(atlas, "birds")
        with pytest.raises(UsageError, match="give the conditions again"):
            draw(atlas, name="birds")
        assert "damaged" in next(each.state for each in info(atlas).maps if each.name == "birds")
    assert draw(atlas, name="birds", with_tag="bird").images == stored.data.images.height
