from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from bench_plugins import PLANTED, dark_and_light
from PIL import Image
from strangers import lay_plugin
from vision_servers import KEY, ClarifaiServer, VisionServer, running

import tagatlas
from tagatlas import Progress, load_plugins
from tagatlas.errors import AtlasLocked, UsageError
from tagatlas.toolkit.backends import used_backends
from tagatlas_compare import Results, bench, estimate_bench, write_results
from tagatlas_compare.benching.preparing import _name, _shown_name
from tagatlas_compare.benching.results.document import EntrantRow
from tagatlas_compare.benching.results.folder import read_tasks

pytestmark = pytest.mark.slow


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return dark_and_light(tmp_path / "pictures")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    lay_plugin(folder, "planted_taggers", PLANTED)
    return folder


@pytest.fixture(autouse=True)
def planted(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finds the planted taggers, here and in new processes."""
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("CLARIFAI_PAT", KEY)


@pytest.fixture
def server() -> Iterator[VisionServer]:
    with running(ClarifaiServer()) as found:
        yield found


def service(server: VisionServer) -> str:
    return (
        f"clarifai:endpoint={server.endpoint},images-per-call=2,calls-at-once=1,"
        "calls-per-second=1000,price-per-unit=0.01"
    )


def row(found: Results, backend: str) -> EntrantRow:
    return next(each for each in found.entrants if each.backend.startswith(backend))


def test_a_service_is_asked_once_and_what_it_said_is_read_by_tag(
    tmp_path: Path, pictures: Path, server: VisionServer
) -> None:
    out = tmp_path / "bench"
    found = bench(pictures, service(server), out=out, budget=1.0, labels="folder", timed=0)
    assert server.billed.total() == 12
    asked = row(found, "clarifai")
    assert asked.error == ""
    assert asked.cost is not None
    assert asked.cost.kind == "asked"
    assert asked.cost.dollars == pytest.approx(0.12)
    assert asked.speed is not None
    assert asked.speed.call_seconds_median is not None
    bench(pictures, service(server), out=out, budget=1.0, labels="folder", timed=0)
    assert server.billed.total() == 12
    [atlas] = out.glob("*.atlas")
    estimate = tagatlas.estimate(atlas, backend="clarifai", endpoint=server.endpoint)
    assert estimate.images == 0


def test_a_sample_is_asked_and_no_other_image(
    tmp_path: Path, pictures: Path, server: VisionServer
) -> None:
    found = bench(
        pictures,
        service(server),
        out=tmp_path / "bench",
        budget=1.0,
        images=10,
        labels="folder",
        timed=0,
    )
    assert server.billed.total() == 10
    assert found.task.left_out["not in the sample"] == 2


def test_what_the_budget_does_not_pay_for_is_not_begun(
    tmp_path: Path, pictures: Path, server: VisionServer
) -> None:
    found = bench(
        pictures, service(server), out=tmp_path / "bench", budget=0.11, labels="folder", timed=0
    )
    assert server.billed.total() == 0
    assert "asking about 12 images costs up to $0.12" in row(found, "clarifai").error


def test_a_stopped_benchmark_goes_on_where_it_was(
    tmp_path: Path, pictures: Path, server: VisionServer
) -> None:
    out, stop = tmp_path / "bench", Event()

    @contextmanager
    def show(title: str) -> Iterator[Progress]:
        def progress(done: int, total: int, failed: int = 0) -> None:
            if title == "tagging" and done >= 4 and total == 12:
                stop.set()

        yield progress

    with pytest.raises(KeyboardInterrupt):
        bench(
            pictures,
            service(server),
            out=out,
            budget=1.0,
            stop=stop,
            show=show,
            labels="folder",
            timed=0,
        )
    assert 4 <= server.billed.total() < 12
    found = bench(pictures, service(server), out=out, budget=1.0, labels="folder", timed=0)
    assert server.billed.total() == 12
    assert row(found, "clarifai").counts.pending == 0


def test_a_failing_backend_costs_the_others_nothing(tmp_path: Path, pictures: Path) -> None:
    lines: list[str] = []
    named = ["raising", "tones", "ending"]
    found = bench(
        pictures,
        named,
        out=tmp_path / "bench",
        tell=lines.append,
        labels="folder",
        timed=4,
        perturbed=0,
    )
    assert row(found, "tones").error == ""
    assert "ValueError: the moon is full" in row(found, "raising").error
    assert "its process ended with status 7" in row(found, "ending").error
    assert lines[0] == "1 of 3: raising"
    assert found.entrants[0].backend == "tones"


def test_images_for_which_a_tagger_raises_have_failed_also_when_perturbed(
    tmp_path: Path, pictures: Path
) -> None:
    found = bench(
        pictures,
        ["picky"],
        out=tmp_path / "bench",
        labels="folder",
        timed=12,
        perturbations="brightness",
    )
    picky = row(found, "picky")
    assert (picky.error, picky.notes) == ("", ["6 images failed: ValueError: too dark"])
    assert picky.counts.failed == 6
    assert picky.speed is not None
    darkest, *_, lightest = picky.robustness
    assert (darkest.images, darkest.silent) == (6, 6)
    assert darkest.value == 0
    assert lightest.value == pytest.approx(1)


def test_the_memory_is_that_of_the_tagger_alone(tmp_path: Path, pictures: Path) -> None:
    ballast = b"x" * (400 << 20)
    found = bench(pictures, ["hungry", "tones"], out=tmp_path / "bench", timed=4, perturbed=0)
    del ballast
    hungry, tones = (row(found, name).speed for name in ("hungry", "tones"))
    assert hungry is not None
    assert tones is not None
    assert hungry.peak_megabytes is not None
    assert tones.peak_megabytes is not None
    assert tones.peak_megabytes < 350
    assert 290 < hungry.peak_megabytes - tones.peak_megabytes < 340
    assert (tones.batch_size, tones.at_once, tones.images) == (4, 1, 4)
    assert len(tones.images_per_second_of_repeats) == 2


def test_progress_is_of_the_images_that_a_tagger_is_shown(tmp_path: Path, pictures: Path) -> None:
    told: dict[str, list[tuple[int, int]]] = {}

    @contextmanager
    def show(title: str) -> Iterator[Progress]:
        def progress(done: int, total: int, failed: int = 0) -> None:
            assert not failed
            told.setdefault(title, []).append((done, total))

        yield progress

    bench(
        pictures,
        "tones",
        out=tmp_path / "out",
        timed=6,
        repeats=2,
        perturbed=4,
        perturbations=("grey",),
        show=show,
    )
    # Twice 6 images; then 4 in three shades.
    assert {total for _, total in told["measuring"]} == {2 * 6 + 4 * 3}
    done = [each for each, _ in told["measuring"]]
    assert done == sorted(done)
    assert done[-1] == 24


def test_a_collection_is_called_without_what_its_address_may_hide() -> None:
    address = "https://me:word@x.org/lists/birds.csv?token=f00d"
    for name in (_shown_name(address), _name(address)):
        assert name.startswith("birds.csv")
        assert not {"token", "f00d", "word", "me:"} & set(re.split(r"[^\w:]", name))
    assert _shown_name("https://x.org/") == "x.org"


def test_other_options_have_a_table_of_their_own_and_a_row_measured_again_is_replaced(
    tmp_path: Path, pictures: Path
) -> None:
    out = tmp_path / "bench"
    bench(pictures, ["tones", "swapped"], out=out, labels="folder", timed=0)
    bench(pictures, "tones", out=out, labels="folder", timed=0)
    bench(pictures, "tones", out=out, top=1, labels="folder", timed=0)
    names = sorted([row.entrant.backend for row in task.rows] for task in read_tasks(out).values())
    assert names == [["swapped", "tones"], ["tones"]]


def test_settings_of_an_atlas_stay_and_its_answers_take_part(
    tmp_path: Path, pictures: Path
) -> None:
    atlas = tmp_path / "x.atlas"
    tagatlas.add(atlas, pictures)
    tagatlas.fetch(atlas)
    tagatlas.tag(atlas, backend="tones")
    before = (atlas / "atlas.toml").read_text("utf-8")
    bench(atlas, ["tones", "swapped"], out=tmp_path / "bench", labels="folder", timed=0)
    assert (atlas / "atlas.toml").read_text("utf-8") == before
    with tagatlas.open_atlas(atlas, load_plugins(), write=False) as opened:
        last = opened.catalog.tagging.last_used()
        assert last is not None
        assert last.name == "tones"
        assert [each.name for each in used_backends(opened)] == ["swapped", "tones"]
    found = bench(atlas, out=tmp_path / "other", labels="folder", timed=0)
    assert sorted(each.backend for each in found.entrants) == ["swapped", "tones"]


def test_tables_of_tags_and_codings_take_part(tmp_path: Path, pictures: Path) -> None:
    tags, codes = tmp_path / "other tool.csv", tmp_path / "by hand.csv"
    paths = sorted(pictures.rglob("*.png"))
    rows = [f"{path},{path.parent.name},0.9" for path in paths]
    tags.write_text("\n".join(["image,tag,score", *rows]), "utf-8")
    rows = [f"{path.parent.name}/{path.name},{path.parent.name}" for path in paths[1:]]
    codes.write_text("\n".join(["image,label", *rows]), "utf-8")
    found = bench(
        pictures, ["tones", str(tags), str(codes)], out=tmp_path / "bench", labels="folder", timed=0
    )
    facts = {
        each.backend: (str(each.origin), each.counts.ok, each.error) for each in found.entrants
    }
    assert facts == {
        "tones": ("asked", 12, ""),
        "other-tool": ("imported", 12, ""),
        "by hand": ("coded", 11, ""),
    }
    imported = row(found, "other-tool")
    assert imported.cost is not None
    assert (imported.cost.kind, imported.cost.dollars) == ("imported", None)


def test_tables_of_one_name_are_called_by_their_folders_or_as_one_says(
    tmp_path: Path, pictures: Path
) -> None:
    rows = [f"{path},{path.parent.name},0.9" for path in sorted(pictures.rglob("*.png"))]
    for folder, some in (("june", rows), ("july", rows[1:]), ("may", rows[2:])):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "google.csv").write_text(
            "\n".join(["image,tag,score", *some]), "utf-8"
        )
    files = [str(tmp_path / folder / "google.csv") for folder in ("june", "july", "may")]
    named = [files[0], files[1], f"Spring={files[2]}"]
    found = bench(pictures, named, out=tmp_path / "bench", labels="folder", timed=0)
    tagged = {each.backend: each.counts.ok for each in found.entrants}
    assert tagged == {"june-google": 12, "july-google": 11, "spring": 10}
    with pytest.raises(UsageError, match="NAME=FILE"):
        bench(pictures, [files[0]] * 2, out=tmp_path / "bench", labels="folder", timed=0)


def test_left_out_images_are_counted(tmp_path: Path, pictures: Path) -> None:
    shutil.copy(pictures / "dark" / "0.png", pictures / "light" / "same.png")
    Image.new("RGB", (64, 48), (1, 2, 3)).save(pictures / "loose.png")
    found = bench(pictures, "tones", out=tmp_path / "bench", labels="folder", timed=0)
    assert found.task.images == 11
    assert dict(found.task.left_out) == {
        "with different labels in several places": 1,
        "without a label": 1,
    }


def test_everything_is_written(tmp_path: Path, pictures: Path) -> None:
    out = tmp_path / "bench"
    found = bench(pictures, ["tones", "swapped"], out=out, labels="folder", timed=0)
    page = write_results(out, found)
    folder = out / "results" / found.task.digest
    names = {path.name for path in folder.iterdir() if path.is_file()}
    assert {"results.json", "methods.md", "references.bib", "results.tex", "figures.csv"} <= names
    assert json.loads((folder / "results.json").read_text("utf-8"))["collection"] == "pictures"
    assert "tones" in page.read_text("utf-8")
    for entrant in found.entrants:
        assert (folder / entrant.per_image).is_file()


def test_nothing_to_measure_is_refused(tmp_path: Path, pictures: Path) -> None:
    with pytest.raises(UsageError, match="name it with --backend"):
        bench(pictures, out=tmp_path / "bench")
    with pytest.raises(UsageError, match="name each backend once"):
        bench(pictures, ["tones", "tones"], out=tmp_path / "bench", labels="folder", timed=0)


def test_a_dry_run_says_what_would_be_asked(
    tmp_path: Path, pictures: Path, server: VisionServer
) -> None:
    out = tmp_path / "bench"
    [estimate] = estimate_bench(pictures, service(server), out=out, images=10, labels="folder")
    assert (estimate.images, server.billed.total()) == (10, 0)
    assert estimate.dollars == pytest.approx(0.1)
    bench(pictures, service(server), out=out, budget=1.0, images=10, labels="folder")
    [estimate] = estimate_bench(pictures, service(server), out=out, labels="folder")
    assert estimate.images == 2


def test_the_tags_that_stand_for_labels_are_written_and_can_be_given(
    tmp_path: Path, pictures: Path
) -> None:
    out, given = tmp_path / "bench", tmp_path / "map.csv"
    found = bench(pictures, ["tones", "swapped"], out=out, labels="folder", timed=0)
    written = (out / "results" / found.task.digest / "label_map.csv").read_text("utf-8")
    rows = ['"label","tag","how"', '"dark","dark","identity"', '"light","light","identity"']
    assert written.splitlines() == rows
    given.write_text("label,tag\ndark,light\nlight,dark\nlihgt,dark\n", "utf-8")
    told: list[str] = []
    other = bench(
        pictures,
        ["tones", "swapped"],
        out=out,
        labels="folder",
        timed=0,
        label_map=given,
        tell=told.append,
    )
    assert [line for line in told if line.endswith("no image of the task has: 'lihgt'")]
    assert other.task.digest != found.task.digest
    recalls = {each.backend: each.figures["average_precision"].value for each in other.entrants}
    assert recalls["swapped"] == 1
    assert recalls["tones"] is not None
    assert recalls["tones"] < 1


def test_stored_answers_are_measured_beside_a_running_command(
    tmp_path: Path, pictures: Path
) -> None:
    atlas, out = tmp_path / "x.atlas", tmp_path / "bench"
    tagatlas.add(atlas, pictures)
    tagatlas.fetch(atlas)
    tagatlas.tag(atlas, backend="tones")
    with tagatlas.open_atlas(atlas, load_plugins()):
        found = bench(atlas, out=out, labels="folder", timed=0)
        with pytest.raises(AtlasLocked):
            bench(atlas, "swapped", out=out, labels="folder", timed=0)
    assert [each.backend for each in found.entrants] == ["tones"]


def test_several_coders_are_the_truth_and_one_is_an_entrant(tmp_path: Path, pictures: Path) -> None:
    paths = sorted(pictures.rglob("*.png"))
    for coder in ("anna", "ben", "cleo"):
        rows = [f"{each.parent.name}/{each.name},{each.parent.name}" for each in paths]
        if coder == "cleo":
            rows[0] = rows[0].replace(",dark", ",light")
        (tmp_path / f"{coder}.csv").write_text("\n".join(["image,code", *rows]), "utf-8")
    files = [tmp_path / f"{coder}.csv" for coder in ("anna", "ben", "cleo")]
    found = bench(pictures, ["tones", str(files[2])], out=tmp_path / "bench", truth=files, timed=0)
    assert found.task.truth is not None
    assert found.task.truth.codes == {"dark": 6, "light": 6}
    assert found.coders is not None
    third = row(found, "cleo")
    assert (str(third.origin), third.counts.ok) == ("coded", 12)
    assert third.codes is not None
    assert (tmp_path / "bench" / "results" / found.task.digest / third.codes_page).is_file()
