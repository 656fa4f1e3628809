"""Benchmarks by people's own codings, from the files to the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from bench_plugins import dark_and_light

import tagatlas
from tagatlas import Atlas, Tag, TagResult, load_plugins, open_atlas
from tagatlas.errors import InputError
from tagatlas.toolkit.answers import keep_answers
from tagatlas.toolkit.collection import collection_images
from tagatlas_compare import Results, bench, write_results
from tagatlas_compare.benching.page.leaderboard import leaderboard
from tagatlas_compare.benching.results.joining import join_results

pytestmark = pytest.mark.slow

NAMES = [f"{tone}/{number}.png" for tone in ("dark", "light") for number in range(6)]
ANNA = dict.fromkeys(NAMES[:6], "dark") | dict.fromkeys(NAMES[6:], "light")
BEN = ANNA | {"dark/5.png": "light"}
"""The same but for one image."""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Atlas]:
    """Six dark and six light pictures; ``toned`` is wrong on two, and silent on one."""
    folder = tmp_path_factory.mktemp("codings")
    pictures = dark_and_light(folder / "pictures")
    with open_atlas(folder / "x.atlas", load_plugins(), create=True) as opened:
        tagatlas.add(opened, pictures)
        tagatlas.fetch(opened)
        said = ANNA | {"dark/0.png": "light", "light/0.png": "dark"}
        answers = [
            (image, TagResult.ok([Tag(said["/".join(place.split("/")[-2:])], 0.9)]))
            for image, place in collection_images(opened).select("id", "location").iter_rows()
            if not place.endswith("light/5.png")
        ]
        keep_answers(opened, "toned", "imported: by hand", answers)
        yield opened


def coding(path: Path, codes: dict[str, str]) -> Path:
    path.write_text("file,code\n" + "".join(f"{name},{code}\n" for name, code in codes.items()))
    return path


@pytest.fixture(scope="module")
def found(atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results]:
    """The results by two coders, and their folder."""
    folder = tmp_path_factory.mktemp("results")
    files = [coding(folder / "anna.csv", ANNA), coding(folder / "ben.csv", BEN)]
    results = bench(atlas, "toned", truth=files, out=folder / "bench", timed=0)
    write_results(folder / "bench", results)
    return folder / "bench", results


def test_the_results_are_those_worked_out_by_hand(found: tuple[Path, Results]) -> None:
    """The coders are divided on one dark image, on which the backend is right with the first."""
    _, results = found
    assert results.task.images == 12
    assert results.task.left_out == {"on which the coders are evenly divided": 1}
    [toned] = results.entrants
    assert toned.codes is not None
    dark, light = (
        next(each for each in toned.codes["codes"] if (each["code"], each["rule"]) == key)  # type: ignore[attr-defined] # as written
        for key in (("dark", "any tag"), ("light", "any tag"))
    )
    assert [dark[name] for name in ("images", "having", "given", "right")] == [11, 5, 5, 4]
    assert [light[name] for name in ("images", "having", "given", "right")] == [11, 6, 5, 4]
    assert results.coders is not None
    # Of twelve images eleven are alike; 6 of 12 and 5 of 12 are dark, so that half are by chance.
    assert results.coders["mean_kappa"] == pytest.approx((11 / 12 - 0.5) / 0.5)


def test_the_leaderboard_leads_to_the_pictures(found: tuple[Path, Results]) -> None:
    out, _ = found
    page = (out / "leaderboard.html").read_text("utf-8")
    assert "Code by code" in page
    assert "anna (12), ben (12)" in re.sub("</?bdi>", "", page)
    [link] = re.findall(r'href="(results/[^"]*/codes/[^"]*)"', page)
    assert "judged by <bdi>anna.csv, ben.csv</bdi>" in (out / link).read_text("utf-8")


def test_of_other_peoples_results_there_is_no_link_to_a_page(
    found: tuple[Path, Results], tmp_path: Path
) -> None:
    out, results = found
    join_results(tmp_path / "joined", [out])
    page = write_results(tmp_path / "joined").read_text("utf-8")
    assert "Code by code" in page
    assert "/codes/" not in page
    [toned] = results.entrants
    for wrong in ("javascript:x", "codes/../../x.html", 'codes/"x".html'):
        strange = replace(results, entrants=[replace(toned, codes_page=wrong)])
        assert wrong not in "".join(leaderboard([strange]))


@pytest.mark.parametrize("codes", [{}, {"mean_f1": 3}, {"mean_f1": {"threshold": {"all": "x"}}}])
def test_what_is_written_otherwise_is_not_shown(
    found: tuple[Path, Results], codes: dict[str, object]
) -> None:
    _, results = found
    [toned] = results.entrants
    strange = replace(results, entrants=[replace(toned, codes=codes)], coders={"coders": 3})
    assert "How far the coders agree" not in "".join(leaderboard([strange]))


def test_columns_are_named(atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "coding.csv"
    rows = [f"{name},{tone},{BEN[name]},?" for name, tone in ANNA.items()]
    path.write_text("\n".join(["picture,first,second,remark", *rows]))
    with pytest.raises(InputError, match="name it with --code-columns"):
        bench(atlas, "toned", truth=path, out=tmp_path / "bench", timed=0)
    results = bench(
        atlas, "toned", truth=path, code_columns=["second"], out=tmp_path / "bench", timed=0
    )
    assert results.task.truth is not None
    assert results.task.truth.codes == {"dark": 5, "light": 7}
    assert results.coders is None


def test_labels_that_say_nothing_are_refused(atlas: Atlas, tmp_path: Path) -> None:
    path = coding(tmp_path / "coding.csv", dict.fromkeys(NAMES, "tone"))
    with pytest.raises(InputError, match="all 12 images have the same label, 'tone'"):
        bench(atlas, "toned", truth=path, out=tmp_path / "bench", timed=0)
