"""What is fetched and tagged in shards, what stays in one process, what a killed driver left."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import Run, Starter
from shard_kills import FETCH, TAG, Runner
from shard_world import PLUGIN, World, contents, turning

import tagatlas
from tagatlas import ImageStatus, Tag, Tagger, TagResult, open_atlas
from tagatlas.contracts import ImageInput
from tagatlas.errors import MissingDependency, OptionError
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.steps.sharding import FETCHED, answers_folder
from tagatlas.testing import sample_images
from tagatlas_fetching import Address, FetchOptions, FetchOutcome
from tagatlas_shards import Fetched, FetchJob, Notes, Place, TagJob, hash_of
from tagatlas_shards.answers import write_answers
from tagatlas_shards.on_ray import require_ray, room_for
from tagatlas_shards.outcomes import write_outcomes
from tagatlas_shards.worker import Worker
from tagatlas_stores.files import FileStore
from tagatlas_trust import read_id

BACKEND = "imagenet"


@pytest.mark.parametrize(
    ("resources", "gpus", "shares"),
    [
        ({"CPU": 8.0}, 0, [{"CPU": 8.0}]),
        ({"CPU": 0.0}, 0, []),
        ({"CPU": 16.0, "GPU": 4.0}, 0, [{"CPU": 16.0}]),
        ({"CPU": 16.0, "GPU": 4.0}, 1, [{"CPU": 4.0, "GPU": 1}] * 4),
        ({"CPU": 16.0, "GPU": 1.0}, 0.25, [{"CPU": 4.0, "GPU": 0.25}] * 4),
        ({"CPU": 16.0, "GPU": 3.0}, 2, [{"CPU": 16.0, "GPU": 2}]),
        ({"CPU": 2.0, "GPU": 8.0}, 1, [{"CPU": 0.25, "GPU": 1}] * 8),
        ({"CPU": 16.0}, 1, []),
    ],
)
def test_processes_of_a_node(
    resources: dict[str, float], gpus: float, shares: list[dict[str, float]]
) -> None:
    assert room_for(resources, gpus) == shares


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependency, match=r"--on auto needs Ray: pip install 'tagatlas\[ray"):
        require_ray("--on auto")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of some pictures."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, image in enumerate(sample_images(6, (64, 48))):
        (folder / f"{number}.jpg").write_bytes(image.data)
    return folder


@pytest.fixture
def atlas(pictures: Path, tmp_path: Path) -> Path:
    """An atlas of some pictures, fetched."""
    folder = tmp_path / "my.atlas"
    tagatlas.add(folder, pictures)
    tagatlas.fetch(folder)
    return folder


@pytest.mark.parametrize("step", [tagatlas.fetch, tagatlas.tag, tagatlas.map])
def test_an_unknown_place_is_refused_before_any_work(
    step: Callable[..., object], pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my.atlas"
    tagatlas.add(folder, pictures)
    with pytest.raises(OptionError, match="--on is auto, local or ray://HOST:10001, not 'dask'"):
        step(folder, on="dask")
    with pytest.raises(OptionError, match="--on is"):
        tagatlas.run(pictures, tmp_path / "new.atlas", on="dask")
    assert not (tmp_path / "new.atlas").exists()


@pytest.mark.slow
def test_a_rate_of_all_requests_and_secret_headers_stay_in_one_process(atlas: Path) -> None:
    plugins = load_plugins()
    with open_atlas(atlas, plugins) as opened:
        tagatlas.fetch(opened, on="local", rate=100.0)
        tagatlas.fetch(opened, on="local", headers={"Authorization": "Bearer x"})
    [said] = plugins.warnings
    assert said == (
        "a rate of all requests is kept to by one process: images are fetched by this process "
        "alone, without --on local"
    )
    with open_atlas(atlas, plugins) as opened:
        tagatlas.fetch(opened, on="local", rate=0.0, headers={"Authorization": "Bearer x"})
    assert plugins.warnings[1].startswith("headers that may be keys are not handed to other")


@pytest.mark.slow
def test_answers_that_a_killed_driver_left_are_not_asked_for_again(atlas: Path) -> None:
    chosen = load_plugins().choose(TAGGERS, BACKEND, {})
    place = Place(f"{atlas}/shards/{read_id(atlas)}")
    with open_atlas(atlas, write=False) as opened:
        ids = sorted(opened.catalog.addresses.images()["id"])
    left = [(image, TagResult.ok([Tag("left", 0.5)])) for image in ids[:2]]
    gone = ("0" * 64, TagResult.ok([Tag("gone", 0.5)]))
    place.put(f"{answers_folder(chosen)}/a-1.parquet", write_answers([*left, gone]))
    place.put(f"{answers_folder(chosen)}/b-1.parquet", b"half a file")
    plugins = load_plugins()
    with open_atlas(atlas, plugins) as opened:
        report = tagatlas.tag(opened, backend=BACKEND)
    assert report.asked == len(ids) - 2
    assert report.counts["ok"] == len(ids)
    assert [row for row in contents(atlas)["tags"] if row[1] == "left"] == [
        (image, "left", 0.5) for image in ids[:2]
    ]
    assert place.names(answers_folder(chosen)) == []
    [said] = plugins.warnings
    assert "b-1.parquet is no file of answers" in said


@pytest.mark.slow
def test_outcomes_that_a_killed_driver_left_are_stored_where_nothing_better_is(
    pictures: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my.atlas"
    tagatlas.add(folder, pictures)
    with open_atlas(folder, write=False) as opened:
        addresses = opened.catalog.addresses.with_status([ImageStatus.PENDING])
    place = Place(f"{folder}/shards/{read_id(folder)}")

    def leave(address: Address, hashed: bytes) -> None:
        outcome = FetchOutcome(address.key, ImageStatus.MISSING, "left")
        place.put(f"{FETCHED}/lane-1.parquet", write_outcomes([Fetched(outcome, hashed)]))

    leave(addresses[0], hash_of(addresses[0]))
    assert tagatlas.fetch(folder).counts["missing"] == 1
    assert place.names(FETCHED) == []
    leave(addresses[1], hash_of(addresses[1]))
    assert tagatlas.fetch(folder).counts["missing"] == 1, "it has its image"
    leave(addresses[0], hash_of(addresses[2]))
    report = tagatlas.fetch(folder, retry="missing")
    assert report.counts["ok"] == len(addresses), "another address had that number"


class Plain(Tagger):
    """Gives nothing."""

    def tag(self, images: list[ImageInput]) -> list[TagResult]:  # type: ignore[override]
        return [TagResult.empty() for _ in images]

    def fingerprint(self) -> str:
        return "plain 1"


@dataclass(frozen=True)
class Store:
    """Makes a store in a folder."""

    folder: Path

    def __call__(self, notes: Notes) -> FileStore:
        return FileStore(tagatlas.NoOptions(), self.folder)


def test_a_process_that_does_not_see_the_images_says_so(tmp_path: Path) -> None:
    job = FetchJob(Place(str(tmp_path)), "fetched", "seen-1", FetchOptions(), Store(tmp_path))
    said = Worker(job).begin()
    assert said.startswith("the processes on ")
    assert f"do not see {tmp_path}, where this atlas has its images: use an image store" in said
    job.place.put("seen-1", b"")
    assert Worker(job).begin() == ""


def test_a_tagger_that_would_answer_differently_is_refused(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    place.put("seen-1", b"")
    job = TagJob(place, "answers", "seen-1", 0.0, "plain 2", Store(tmp_path), Plain)
    assert "'plain 1', not 'plain 2'; install the same versions" in Worker(job).begin()


@pytest.fixture
def world() -> Iterator[World]:
    """A world that turns as long as the test."""
    with turning(60) as world:
        yield world


@pytest.mark.thorough
@pytest.mark.slow
def test_ctrl_c_keeps_what_is_answered_and_asks_nothing_twice(
    starter: Starter, world: World, tmp_path: Path
) -> None:
    runner = Runner(starter, world, tmp_path)
    folder = tmp_path / "my.atlas"
    assert runner.command("add", folder, runner.urls) == 0

    def interrupt(_: str) -> None:
        os.kill(runner.driver, signal.SIGINT)

    for step, flags, most in (("fetch", FETCH, 2), ("tag", TAG, 1)):
        world.asked.clear()
        world.lie_in_wait(["interrupt"], (12, 12), interrupt)
        assert runner.command(step, folder, *flags, "--on", "local", may_fail=(130,)) == 130
        asked = world.asked.total()
        held = contents(folder)
        if step == "tag":
            assert len(held["answers"]) == asked
        assert runner.command(step, folder, *flags, "--on", "local") == 0
        assert max(world.asked.values()) <= most
        assert world.asked.total() > asked


@pytest.mark.slow
def test_a_service_stays_in_one_process_and_says_so(
    tagatlas_command: Run, world: World, tmp_path: Path, atlas: Path
) -> None:
    from strangers import lay_plugin

    site = tmp_path / "site"
    site.mkdir()
    lay_plugin(site, "countedtagger", PLUGIN.replace("batch_size = 2", "local = False"))
    variables = {"PYTHONPATH": str(site), "TAGATLAS_COUNTED_ENDPOINT": world.endpoint}
    done = tagatlas_command("tag", atlas, *TAG, "--on", "local", variables=variables)
    assert done.returncode == 0, done.stderr
    assert (
        "counted is a service, whose limits and costs one process keeps to: images are tagged by "
        "this process alone, without --on local"
    ) in done.stderr
    assert "6 images asked now" in done.stdout


@pytest.fixture
def tagatlas_command(starter: Starter, tmp_path: Path) -> Run:
    """The command, run in an empty folder."""
    return lambda *words, variables=None: starter.run(
        words, tmp_path, {**os.environ, **(variables or {})}
    )
