"""The tagger ``google-vision``, against a server of Google's protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import grpc
import pytest
from google.cloud.vision_v1.types import AnnotateImageResponse
from vision_servers import KEY, Fault, GoogleVisionServer, running, seen_in

import tagatlas
from tagatlas.contracts import KeptAnswer, TaggerSpec, TagStatus
from tagatlas.errors import (
    AuthenticationFailed,
    CallLost,
    CallRefused,
    QuotaExceeded,
    TaggerError,
)
from tagatlas.testing import RereadingTaggerContract, sample_images
from tagatlas_taggers.google_vision import Feature, GoogleVisionOptions, tagatlas_taggers
from tagatlas_taggers.google_vision.features import tags_of
from tagatlas_taggers.google_vision.tagger import GoogleVisionTagger

IMAGES = sample_images(3, (64, 48))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)


@pytest.fixture(scope="module")
def listening() -> Iterator[GoogleVisionServer]:
    server = GoogleVisionServer()
    with running(server):
        yield server


@pytest.fixture
def server(listening: GoogleVisionServer) -> GoogleVisionServer:
    listening.script.clear()
    listening.calls.clear()
    listening.billed.clear()
    return listening


@pytest.fixture
def tagger(server: GoogleVisionServer) -> GoogleVisionTagger:
    return GoogleVisionTagger(GoogleVisionOptions(endpoint=server.endpoint, answer_timeout=5.0))


def test_an_image_has_the_labels_that_the_service_sees_in_it(tagger: GoogleVisionTagger) -> None:
    for image, result in zip(IMAGES, tagger.tag(IMAGES), strict=True):
        scores = {tag.label: tag.score for tag in result.tags}
        assert scores == pytest.approx(dict(seen_in(image.data)), abs=1e-6)


def test_each_feature_has_its_namespace_and_is_billed(server: GoogleVisionServer) -> None:
    features: tuple[Feature, ...] = ("web", "labels", "objects", "logos", "landmarks")
    tagger = GoogleVisionTagger(GoogleVisionOptions(endpoint=server.endpoint, features=features))
    [result] = tagger.tag(IMAGES[:1])
    scores = {tag.label: tag.score for tag in result.tags}
    seen = dict(seen_in(IMAGES[0].data))
    for prefix in ("", "object:", "logo:", "landmark:"):
        for label, score in seen.items():
            assert scores[prefix + label] == pytest.approx(score, abs=1e-6)
    highest = max(4 * max(seen.values()), 3.0)
    assert scores["web:picture"] == pytest.approx(4 * seen["picture"] / highest, abs=1e-6)
    assert len(scores) == 5 * len(seen)
    assert server.billed.total() == 5
    assert tagger.price is not None
    assert tagger.price.per_image == pytest.approx(0.0015 + 0.00225 + 0.0015 + 0.0015 + 0.0035)


def test_web_scores_within_bounds_are_left_alone() -> None:
    response = AnnotateImageResponse.pb()()
    response.web_detection.web_entities.add(description="a", score=0.5)
    response.web_detection.web_entities.add(description="b", score=0.25)
    assert {tag.label: tag.score for tag in tags_of(response)} == {"web:a": 0.5, "web:b": 0.25}


def test_an_image_that_cannot_be_read_fails_alone(
    tagger: GoogleVisionTagger, server: GoogleVisionServer
) -> None:
    server.script.append(Fault(images={1: 3, 2: 14}))
    first, second, third = tagger.tag(IMAGES)
    assert first.status is TagStatus.OK
    assert (second.status, second.kind) == (TagStatus.FAILED, "image")
    assert second.message == "Google Vision: Bad image data."
    assert (third.status, third.kind) == (TagStatus.FAILED, "transient")


def test_fewer_results_than_images_belong_to_nobody(
    tagger: GoogleVisionTagger, server: GoogleVisionServer
) -> None:
    server.script.append(Fault(fewer=1))
    results = tagger.tag(IMAGES)
    assert {result.status for result in results} == {TagStatus.FAILED}
    assert "2 results for 3 images" in results[0].message


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault(code=grpc.StatusCode.UNAVAILABLE), CallLost, "UNAVAILABLE"),
        (Fault(code=grpc.StatusCode.UNAVAILABLE, retry_after=0.5), CallRefused, "UNAVAILABLE"),
        (Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED), CallRefused, "EXHAUSTED"),
        (
            Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, text="Quota of Requests per day"),
            QuotaExceeded,
            "per day",
        ),
        (Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED), CallLost, "DEADLINE"),
        (Fault(code=grpc.StatusCode.INTERNAL), CallLost, "INTERNAL"),
        (Fault(code=grpc.StatusCode.UNAUTHENTICATED), AuthenticationFailed, "check the key"),
        (Fault(code=grpc.StatusCode.INVALID_ARGUMENT), TaggerError, "INVALID_ARGUMENT"),
        (Fault(cut=True), CallLost, "UNAVAILABLE"),
        (Fault(images={0: 8, 1: 8, 2: 8}), CallRefused, "Bad image"),
        (Fault(images={0: 7, 1: 7, 2: 7}), AuthenticationFailed, "Bad image"),
    ],
    ids=lambda value: str(value.code) if isinstance(value, Fault) else "",
)
def test_failed_calls_are_told_apart(
    tagger: GoogleVisionTagger,
    server: GoogleVisionServer,
    fault: Fault,
    error: type[TaggerError],
    says: str,
) -> None:
    server.script.append(fault)
    with pytest.raises(TaggerError) as caught:
        tagger.tag(IMAGES)
    assert type(caught.value) is error
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert server.calls == [3], "a call was made again"


def test_how_long_to_wait_is_the_services_word(
    tagger: GoogleVisionTagger, server: GoogleVisionServer
) -> None:
    server.script.append(Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=0.75))
    with pytest.raises(CallRefused) as caught:
        tagger.tag(IMAGES)
    assert caught.value.retry_after == 0.75


def test_a_wrong_key_is_said(monkeypatch: pytest.MonkeyPatch, server: GoogleVisionServer) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "wrong")
    with pytest.raises(AuthenticationFailed, match="PERMISSION_DENIED"):
        GoogleVisionTagger(GoogleVisionOptions(endpoint=server.endpoint)).tag(IMAGES)


def test_without_key_and_credentials_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", f"{tmp_path}/none.json")
    tagger = GoogleVisionTagger(GoogleVisionOptions(endpoint="vision.example.org"))
    assert tagger.key_variable is None
    with pytest.raises(AuthenticationFailed, match="application-default credentials"):
        tagger.tag(IMAGES)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, r"none\.json was not found"),
        ("{", r"none\.json is not a valid json file\.: Expecting property name"),
        ('{"type": "service_account"}', "missing fields"),
        ("{}", "does not have a valid type"),
    ],
    ids=["missing", "malformed", "incomplete", "other"],
)
def test_googles_own_reason_is_passed_on_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, reason: str
) -> None:
    file = tmp_path / "none.json"
    if content is not None:
        file.write_text(content)
    monkeypatch.delenv("GOOGLE_API_KEY")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    tagger = GoogleVisionTagger(GoogleVisionOptions(endpoint="vision.example.org"))
    with pytest.raises(AuthenticationFailed, match=reason):
        tagger.require_credentials()
    with pytest.raises(AuthenticationFailed, match=reason):
        tagatlas.run(tmp_path, tmp_path / "x.atlas", backend="google-vision")
    assert not (tmp_path / "x.atlas" / "images").exists()


def test_check_asks_once(tagger: GoogleVisionTagger, server: GoogleVisionServer) -> None:
    assert tagger.check() == ["works with the key in GOOGLE_API_KEY; asks for labels"]
    assert server.calls == [1]
    server.script.append(Fault(images={0: 7}))
    with pytest.raises(TaggerError, match="Bad image data"):
        tagger.check()


def test_thresholds_need_no_call(tagger: GoogleVisionTagger, server: GoogleVisionServer) -> None:
    results = tagger.tag(IMAGES)
    kept = [KeptAnswer(image.id, result.raw) for image, result in zip(IMAGES, results, strict=True)]
    server.calls.clear()
    strict = GoogleVisionTagger(GoogleVisionOptions(endpoint=server.endpoint, minimum_score=0.9))
    for _, result in strict.read(kept).results:
        assert [tag.label for tag in result.tags] == ["picture"]
    assert server.calls == []


def test_the_price_can_be_ones_own() -> None:
    options = GoogleVisionOptions(features=("labels", "web"), price_per_unit=0.25)
    price = GoogleVisionTagger(options).price
    assert price is not None
    assert price.per_image == 0.5


class TestContract(RereadingTaggerContract):
    """The rules of every tagger, and of those that read from kept answers."""

    @pytest.fixture
    def spec(self) -> TaggerSpec:
        [spec] = tagatlas_taggers()
        return spec

    @pytest.fixture
    def module_name(self) -> str:
        return "tagatlas_taggers.google_vision"

    @pytest.fixture
    def options(self, server: GoogleVisionServer) -> GoogleVisionOptions:
        return GoogleVisionOptions(endpoint=server.endpoint)

    @pytest.fixture
    def answer_options(self) -> Mapping[str, object]:
        return {"features": ("logos", "labels"), "max_results": 10}

    @pytest.fixture
    def reading_options(self) -> Mapping[str, object]:
        return {"minimum_score": 0.9, "tags_per_image": 1}

    @pytest.fixture
    def neutral_options(self) -> Mapping[str, object]:
        return {
            "images_per_call": 2,
            "calls_at_once": 2,
            "calls_per_second": 3.0,
            "answer_timeout": 9.0,
            "price_per_unit": 1.0,
            "endpoint": "127.0.0.1:9",
        }
