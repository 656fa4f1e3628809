"""Tagging that costs money: what is asked, paid, capped, kept, and asked again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import grpc
import pytest
from clarifai_grpc.grpc.api.status.status_code_pb2 import StatusCode
from kept_answers import kept_answer
from picture_atlas import picture_atlas
from PIL import Image
from vision_servers import KEY, ClarifaiServer, Fault, GoogleVisionServer, failing, running

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import ImageStatus, Tagger, TagStatus
from tagatlas.errors import AuthenticationFailed, BudgetReached, QuotaExceeded
from tagatlas.plugins import SOURCES, TAGGERS, PluginChoice, load_plugins
from tagatlas.steps.add import add_source
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.planning import estimate_tagging
from tagatlas.steps.run import run
from tagatlas.steps.tag import tag, tag_collection
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOptions

IMAGES = 40
PRICE = 0.01


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLARIFAI_PAT", KEY)
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture_atlas(tmp_path_factory.mktemp("paid"), IMAGES)


@pytest.fixture
def atlas(fetched: Path, tmp_path: Path) -> Iterator[Atlas]:
    folder = tmp_path / "x.atlas"
    shutil.copytree(fetched, folder)
    with open_atlas(folder, load_plugins()) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[ClarifaiServer]:
    bills = ClarifaiServer()
    with running(bills):
        yield bills


def clarifai(server: ClarifaiServer, **values: object) -> PluginChoice[Tagger]:
    options: Mapping[str, object] = {
        "endpoint": server.endpoint,
        "images_per_call": 4,
        "calls_per_second": 1000.0,
        "price_per_unit": PRICE,
        **values,
    }
    return load_plugins().choose(TAGGERS, "clarifai", options)


def test_a_key_may_end_in_a_line_break(
    atlas: Atlas, server: ClarifaiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLARIFAI_PAT", f" {KEY}\n")
    assert tag_collection(atlas, clarifai(server)).counts["ok"] == IMAGES


@pytest.mark.parametrize("key", ["S3cr\nt", "S3cr\u00e9t", "S3cr\x7ft"])
def test_a_key_that_cannot_be_sent_costs_nothing(
    atlas: Atlas, server: ClarifaiServer, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CLARIFAI_PAT", key)
    with pytest.raises(AuthenticationFailed, match=r"^CLARIFAI_PAT holds no whole key: copy it"):
        tag(atlas, backend="clarifai", endpoint=server.endpoint)
    assert atlas.catalog.tagging.spent("clarifai").dollars == 0


def test_every_image_is_paid_for_once(atlas: Atlas, server: ClarifaiServer) -> None:
    tagger = clarifai(server)
    before = estimate_tagging(atlas, tagger)
    assert (before.images, before.units, before.spent) == (IMAGES, IMAGES, 0.0)
    assert before.dollars == pytest.approx(IMAGES * PRICE)
    report = tag_collection(atlas, tagger)
    assert report.counts["ok"] == report.asked == IMAGES
    assert report.spent == pytest.approx(IMAGES * PRICE)
    assert set(server.billed.values()) == {1}
    assert len(server.billed) == IMAGES
    after = estimate_tagging(atlas, tagger)
    assert (after.images, after.dollars) == (0, 0.0)
    assert after.spent == pytest.approx(IMAGES * PRICE)
    calls = len(server.calls)
    assert tag_collection(atlas, tagger).asked == 0
    assert len(server.calls) == calls


@pytest.mark.slow
def test_a_key_is_asked_for_before_new_images_are_fetched(
    tmp_path: Path, server: ClarifaiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = picture_atlas(tmp_path, 4)
    tag(folder, backend="clarifai", endpoint=server.endpoint, calls_per_second=1000.0)
    new = sample_images(5)[4]
    (tmp_path / "pictures" / "new.jpg").write_bytes(new.data)
    monkeypatch.delenv("CLARIFAI_PAT")
    with pytest.raises(AuthenticationFailed, match="CLARIFAI_PAT"):
        run(tmp_path / "pictures", folder)
    with open_atlas(folder, load_plugins(), write=False) as opened:
        assert opened.catalog.addresses.counts()[ImageStatus.PENDING] == 1
    assert server.billed.total() == 4


def test_other_thresholds_cost_nothing(atlas: Atlas, server: ClarifaiServer) -> None:
    tag_collection(atlas, clarifai(server))
    calls = len(server.calls)
    report = tag_collection(atlas, clarifai(server, minimum_score=0.9))
    backend = atlas.catalog.tagging.last_used()
    assert backend is not None
    assert set(atlas.catalog.tagging.tags(backend.id).collect()["tag"]) == {"picture"}
    assert (report.asked, len(server.calls)) == (0, calls)


def test_an_estimate_asks_and_writes_nothing(atlas: Atlas, server: ClarifaiServer) -> None:
    estimate_tagging(atlas, clarifai(server))
    assert server.calls == []
    assert atlas.catalog.tagging.last_used() is None


@pytest.mark.parametrize("budget", [0.0, 0.03, 0.04, 0.15, 0.30])
def test_the_budget_is_never_passed_in_any_number_of_runs(
    atlas: Atlas, server: ClarifaiServer, budget: float
) -> None:
    for _ in range(3):
        with pytest.raises(BudgetReached, match="a higher --budget goes on"):
            tag_collection(atlas, clarifai(server), budget=budget)
        assert server.billed.total() == int(budget / PRICE + 1e-9), "the last call is smaller"
    assert tag_collection(atlas, clarifai(server), budget=1.0).counts["ok"] == IMAGES
    assert server.billed.total() == IMAGES


def test_a_budget_of_exactly_the_price_is_enough(atlas: Atlas, server: ClarifaiServer) -> None:
    assert tag_collection(atlas, clarifai(server), budget=IMAGES * PRICE).counts["ok"] == IMAGES


def test_a_budget_counts_calls_that_were_only_possibly_billed(
    atlas: Atlas, server: ClarifaiServer
) -> None:
    server.script.extend([Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED, billed=False)] * 3)
    with pytest.raises(BudgetReached):
        tag_collection(atlas, clarifai(server, calls_at_once=1), budget=0.20)
    assert server.billed.total() == 8
    spent = atlas.catalog.tagging.spent("clarifai")
    assert spent.units == 20
    assert spent.dollars == pytest.approx(0.20)
    assert spent.unsure == pytest.approx(0.12)


def test_a_budget_does_not_count_calls_that_were_refused(
    atlas: Atlas, server: ClarifaiServer
) -> None:
    refused = Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=0.01, billed=False)
    server.script.extend([refused] * 10)
    assert tag_collection(atlas, clarifai(server), budget=0.40).counts["ok"] == IMAGES


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (StatusCode.CONN_KEY_INVALID, AuthenticationFailed),
        (StatusCode.CONN_EXCEED_MONTHLY_LIMIT, QuotaExceeded),
    ],
)
def test_what_is_wrong_with_the_account_ends_the_run_at_once(
    atlas: Atlas, server: ClarifaiServer, status: int, error: type[Exception]
) -> None:
    server.chance = lambda: Fault(status=status, billed=False)
    with pytest.raises(error):
        tag_collection(atlas, clarifai(server))
    assert len(server.calls) <= 4, "more calls than were under way at once"
    assert atlas.catalog.tagging.spent("clarifai").dollars == 0.0
    server.chance = Fault
    assert tag_collection(atlas, clarifai(server)).counts["ok"] == IMAGES


CLARIFAI_FAULTS = [
    Fault(code=grpc.StatusCode.UNAVAILABLE, billed=False),
    Fault(code=grpc.StatusCode.UNAVAILABLE, billed=True),
    Fault(code=grpc.StatusCode.UNAVAILABLE, retry_after=0.02, billed=False),
    Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=0.02, billed=False),
    Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED, billed=True),
    Fault(status=StatusCode.CONN_THROTTLED, billed=False),
    Fault(images={1: StatusCode.INTERNAL_UNCATEGORIZED}),
    Fault(fewer=1),
    Fault(late=1.0),
    Fault(cut=True),
]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["clarifai", "google-vision"])
def test_of_calls_that_fail_three_in_ten_nothing_is_lost_and_all_is_known(
    atlas: Atlas, backend: str
) -> None:
    server = ClarifaiServer() if backend == "clarifai" else GoogleVisionServer()
    server.chance = failing(0.3, CLARIFAI_FAULTS, seed=5)
    options: dict[str, object] = {
        "images_per_call": 2,
        "calls_per_second": 1000.0,
        "answer_timeout": 0.5,
        "price_per_unit": PRICE,
    }
    with running(server):
        options["endpoint"] = server.endpoint
        tagger = load_plugins().choose(TAGGERS, backend, options)
        report = tag_collection(atlas, tagger)
        assert report.counts["ok"] + report.counts["failed"] == IMAGES
        assert report.counts["failed"] > 0
        runs = 1
        while report.counts["failed"]:
            assert server.billed.total() <= atlas.catalog.tagging.spent(backend).units
            report = tag_collection(atlas, tagger, retry_failed=True)
            runs += 1
    assert runs < 20
    assert report.counts["ok"] == IMAGES
    spent = atlas.catalog.tagging.spent(backend)
    assert IMAGES <= server.billed.total() <= spent.units
    assert report.spent == pytest.approx(spent.units * PRICE)


def with_copies(folder: Path, atlas: Atlas) -> None:
    """Add each of five pictures three times: as it is, smaller, and encoded again."""
    copies = folder / "copies"
    copies.mkdir()
    for number in range(5):
        tones = Image.effect_noise((8, 8), 200 + number).resize(
            (320, 240), Image.Resampling.BICUBIC
        )
        tones.save(copies / f"{number}a.png")
        tones.resize((240, 180)).save(copies / f"{number}b.png")
        tones.save(copies / f"{number}c.jpg", quality=88)
    add_source(atlas, str(copies), atlas.plugins.choose(SOURCES, "folder", {}))
    fetch_collection(atlas, FetchOptions())


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Atlas]:
    """An atlas of five pictures, each three times."""
    with open_atlas(tmp_path / "copied.atlas", load_plugins(), create=True) as opened:
        with_copies(tmp_path, opened)
        yield opened


def test_of_near_duplicates_one_is_paid_for(copied: Atlas, server: ClarifaiServer) -> None:
    estimate = estimate_tagging(copied, clarifai(server))
    assert (estimate.images, estimate.copies) == (5, 10)
    report = tag_collection(copied, clarifai(server))
    assert (report.asked, report.copied, report.counts["ok"]) == (5, 10, 15)
    assert server.billed.total() == 5
    tagging = copied.catalog.tagging
    backend = tagging.last_used()
    assert backend is not None
    originals = tagging.copied(backend.id)
    assert len(originals) == 10
    tags = {
        image: rows.select("tag", "score").rows()
        for (image,), rows in tagging.tags(backend.id)
        .collect()
        .group_by("image", maintain_order=True)
    }
    for image, original in originals.items():
        assert tags[str(image)] == tags[original]
        first = kept_answer(copied.folder, backend.id, original)
        assert kept_answer(copied.folder, backend.id, image) == first
    again = tag_collection(copied, clarifai(server))
    assert (again.asked, again.copied) == (0, 0)


def test_each_near_duplicate_is_asked_about_where_that_is_wanted(
    copied: Atlas, server: ClarifaiServer
) -> None:
    tag_collection(copied, clarifai(server))
    report = tag_collection(copied, clarifai(server), ask_each=True)
    assert (report.asked, report.copied) == (10, 0)
    backend = copied.catalog.tagging.last_used()
    assert backend is not None
    assert copied.catalog.tagging.copied(backend.id) == {}
    assert set(server.billed.values()) == {1}
    assert len(server.billed) == 15


def test_where_one_cannot_be_read_the_next_run_asks_about_one_like_it(
    copied: Atlas, server: ClarifaiServer
) -> None:
    server.script.append(Fault(images={0: StatusCode.INPUT_UNSUPPORTED_FORMAT}))
    report = tag_collection(copied, clarifai(server, calls_at_once=1))
    assert (report.asked, report.copied) == (5, 8), "no more than was announced"
    assert (report.counts["ok"], report.counts["failed"]) == (12, 1)
    assert (report.held, report.postponed) == (0, 2)
    assert estimate_tagging(copied, clarifai(server)).images == 1
    report = tag_collection(copied, clarifai(server))
    assert (report.asked, report.copied, report.postponed) == (1, 1, 0)
    report = tag_collection(copied, clarifai(server), retry_failed=True)
    assert (report.asked, report.copied, report.counts["ok"]) == (0, 1, 15)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(code=grpc.StatusCode.UNAVAILABLE),
        Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED),
        Fault(fewer=1),
    ],
    ids=["broken", "late", "fewer"],
)
def test_those_that_look_like_a_lost_one_wait_until_it_is_asked_about_again(
    copied: Atlas, server: ClarifaiServer, fault: Fault
) -> None:
    tagger = clarifai(server, images_per_call=5)
    lost = fault.fewer or 5
    server.script.append(fault)
    report = tag_collection(copied, tagger)
    assert (report.asked, report.held) == (5, 2 * lost)
    assert server.billed.total() == 5, "they are paid in the same run"
    before = estimate_tagging(copied, tagger)
    assert (before.images, before.held) == (0, 2 * lost)
    report = tag_collection(copied, tagger)
    assert (report.asked, report.held) == (0, 2 * lost)
    assert estimate_tagging(copied, tagger, retry_failed=True).units == lost
    report = tag_collection(copied, tagger, retry_failed=True)
    assert (report.counts["ok"], report.held) == (15, 0)
    assert server.billed.total() == 5 + lost


def test_what_cannot_be_read_is_paid_again_only_where_that_is_said(
    atlas: Atlas, server: ClarifaiServer
) -> None:
    tagger = clarifai(server, images_per_call=IMAGES)
    unreadable = dict.fromkeys(range(3), StatusCode.INPUT_UNSUPPORTED_FORMAT)
    server.script.append(Fault(images={**unreadable, 3: StatusCode.MODEL_PREDICTION_FAILED}))
    assert tag_collection(atlas, tagger).counts["failed"] == 4
    assert estimate_tagging(atlas, tagger, retry_failed=True).units == 1
    report = tag_collection(atlas, tagger, retry_failed=True)
    assert (report.asked, report.counts["failed"]) == (1, 3)
    assert estimate_tagging(atlas, tagger, retry_unreadable=True).units == 3
    report = tag_collection(atlas, tagger, retry_unreadable=True)
    assert (report.asked, report.counts["ok"]) == (3, IMAGES)
    assert server.billed.total() == IMAGES + 4


@pytest.mark.slow
def test_copies_come_later_as_well(copied: Atlas, server: ClarifaiServer, tmp_path: Path) -> None:
    tag_collection(copied, clarifai(server))
    more = tmp_path / "more"
    more.mkdir()
    picture = Image.open(tmp_path / "copies" / "3a.png").convert("RGB")
    picture.resize((300, 225)).save(more / "late.jpg", quality=80)
    add_source(copied, str(more), copied.plugins.choose(SOURCES, "folder", {}))
    fetch_collection(copied, FetchOptions())
    report = tag_collection(copied, clarifai(server))
    assert (report.asked, report.copied) == (0, 1)


@pytest.mark.slow
def test_a_backend_that_costs_nothing_is_asked_about_each(copied: Atlas) -> None:
    imagenet = load_plugins().choose(TAGGERS, "imagenet", {})
    assert estimate_tagging(copied, imagenet).copies == 0
    report = tag_collection(copied, imagenet)
    assert (report.asked, report.copied, report.spent) == (15, 0, None)
    assert report.counts[TagStatus.FAILED] == 0
