"""The tagger ``clarifai``, against a server of Clarifai's protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import grpc
import pytest
from clarifai_grpc.grpc.api import resources_pb2
from clarifai_grpc.grpc.api.status.status_code_pb2 import StatusCode
from vision_servers import KEY, MODEL_VERSION, ClarifaiServer, Fault, running, seen_in

from tagatlas.contracts import KeptAnswer, Tag, TaggerSpec, TagStatus
from tagatlas.errors import (
    AuthenticationFailed,
    CallLost,
    CallRefused,
    QuotaExceeded,
    ServiceUnreachable,
    TaggerError,
)
from tagatlas.testing import RereadingTaggerContract, sample_images
from tagatlas_taggers.clarifai import ClarifaiOptions, tagatlas_taggers
from tagatlas_taggers.clarifai.tagger import ClarifaiTagger

IMAGES = sample_images(3, (64, 48))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLARIFAI_PAT", KEY)


@pytest.fixture(scope="module")
def listening() -> Iterator[ClarifaiServer]:
    server = ClarifaiServer()
    with running(server):
        yield server


@pytest.fixture
def server(listening: ClarifaiServer) -> ClarifaiServer:
    listening.script.clear()
    listening.calls.clear()
    listening.billed.clear()
    return listening


@pytest.fixture
def tagger(server: ClarifaiServer) -> ClarifaiTagger:
    return ClarifaiTagger(ClarifaiOptions(endpoint=server.endpoint, answer_timeout=5.0))


def test_an_image_has_the_concepts_that_the_service_sees_in_it(tagger: ClarifaiTagger) -> None:
    for image, result in zip(IMAGES, tagger.tag(IMAGES), strict=True):
        assert result.status is TagStatus.OK
        seen = sorted((Tag(*each) for each in seen_in(image.data)), key=lambda tag: -tag.score)
        assert [tag.label for tag in result.tags] == [tag.label for tag in seen]
        scores = [tag.score for tag in result.tags]
        assert scores == pytest.approx([tag.score for tag in seen], abs=1e-6)


def test_what_is_kept_names_the_models_version_and_holds_no_image(tagger: ClarifaiTagger) -> None:
    [result] = tagger.tag(IMAGES[:1])
    assert result.raw is not None
    output = resources_pb2.Output.FromString(result.raw)
    assert output.model.model_version.id == MODEL_VERSION
    assert output.input.data.image.base64 == b""
    assert len(result.raw) < 500


def test_a_mixed_batch_fails_only_where_it_failed(
    tagger: ClarifaiTagger, server: ClarifaiServer
) -> None:
    server.script.append(
        Fault(images={0: StatusCode.INPUT_UNSUPPORTED_FORMAT, 2: StatusCode.INTERNAL_UNCATEGORIZED})
    )
    first, second, third = tagger.tag(IMAGES)
    assert (first.status, first.kind) == (TagStatus.FAILED, "image")
    assert "INPUT_UNSUPPORTED_FORMAT 30101" in first.message
    assert second.status is TagStatus.OK
    assert (third.status, third.kind) == (TagStatus.FAILED, "transient")


@pytest.mark.parametrize("images", [1, 3])
def test_a_call_of_images_that_cannot_be_read_is_no_lost_one(
    tagger: ClarifaiTagger, server: ClarifaiServer, images: int
) -> None:
    code = StatusCode.ALL_INPUT_INVALID_BYTES if images > 1 else StatusCode.INPUT_FAILED
    server.script.append(Fault(status=code))
    assert [result.kind for result in tagger.tag(IMAGES[:images])] == ["image"] * images


def test_results_that_are_missing_are_not_taken_for_others(
    tagger: ClarifaiTagger, server: ClarifaiServer
) -> None:
    server.script.append(Fault(fewer=1))
    first, second, third = tagger.tag(IMAGES)
    assert first.status is second.status is TagStatus.OK
    assert third.status is TagStatus.FAILED
    assert third.message == "Clarifai gave 2 results for 3 images, none for this one"


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault(status=StatusCode.CONN_THROTTLED, billed=False), CallRefused, "11005"),
        (Fault(status=StatusCode.MODEL_BUSY_PLEASE_RETRY, billed=False), CallRefused, "21354"),
        (Fault(status=StatusCode.CONN_EXCEED_MONTHLY_LIMIT), QuotaExceeded, "11004"),
        (Fault(status=StatusCode.CONN_TOKEN_INVALID), AuthenticationFailed, "token"),
        (Fault(status=StatusCode.MODEL_DOES_NOT_EXIST), TaggerError, "check the model"),
        (Fault(status=StatusCode.INTERNAL_UNCATEGORIZED), CallLost, "99009"),
        (Fault(code=grpc.StatusCode.UNAVAILABLE), CallLost, "UNAVAILABLE"),
        (Fault(code=grpc.StatusCode.UNAVAILABLE, retry_after=0.5), CallRefused, "UNAVAILABLE"),
        (Fault(code=grpc.StatusCode.RESOURCE_EXHAUSTED), CallRefused, "EXHAUSTED"),
        (Fault(code=grpc.StatusCode.DEADLINE_EXCEEDED), CallLost, "DEADLINE"),
        (Fault(code=grpc.StatusCode.UNAUTHENTICATED), AuthenticationFailed, "check the key"),
        (Fault(code=grpc.StatusCode.INVALID_ARGUMENT), TaggerError, "INVALID_ARGUMENT"),
        (Fault(cut=True), CallLost, "UNAVAILABLE"),
        (Fault(images=dict.fromkeys(range(3), StatusCode.MODEL_LOADING)), CallRefused, "21355"),
        (Fault(images=dict.fromkeys(range(3), StatusCode.INTERNAL_UNCATEGORIZED)), CallLost, "9"),
    ],
    ids=lambda value: str(value.status or value.code) if isinstance(value, Fault) else "",
)
def test_failed_calls_are_told_apart(
    tagger: ClarifaiTagger,
    server: ClarifaiServer,
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


def test_an_answer_after_the_deadline_is_lost(server: ClarifaiServer) -> None:
    options = ClarifaiOptions(endpoint=server.endpoint, answer_timeout=0.2)
    server.script.append(Fault(late=0.6))
    with pytest.raises(CallLost, match="DEADLINE_EXCEEDED"):
        ClarifaiTagger(options).tag(IMAGES)


@pytest.mark.parametrize("endpoint", ["127.0.0.1:1", "no..host"])
def test_a_service_that_is_not_there_was_never_asked(endpoint: str) -> None:
    with pytest.raises(ServiceUnreachable, match="cannot be reached"):
        ClarifaiTagger(ClarifaiOptions(endpoint=endpoint)).tag(IMAGES)


def test_without_a_key_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, server: ClarifaiServer
) -> None:
    monkeypatch.delenv("CLARIFAI_PAT")
    tagger = ClarifaiTagger(ClarifaiOptions(endpoint=server.endpoint))
    with pytest.raises(AuthenticationFailed, match="export CLARIFAI_PAT"):
        tagger.tag(IMAGES)
    assert server.calls == []


def test_a_wrong_key_and_a_wrong_app_are_said(
    monkeypatch: pytest.MonkeyPatch, server: ClarifaiServer
) -> None:
    other = ClarifaiTagger(ClarifaiOptions(endpoint=server.endpoint, model_app="me/mine"))
    with pytest.raises(TaggerError, match=r"MODEL_DOES_NOT_EXIST.*check the model"):
        other.tag(IMAGES)
    monkeypatch.setenv("CLARIFAI_PAT", "wrong")
    with pytest.raises(AuthenticationFailed, match="CONN_KEY_INVALID"):
        ClarifaiTagger(ClarifaiOptions(endpoint=server.endpoint)).tag(IMAGES)


def test_check_asks_once_and_names_the_model(
    tagger: ClarifaiTagger, server: ClarifaiServer
) -> None:
    assert tagger.check() == [f"model general-image-recognition, version {MODEL_VERSION}"]
    assert server.calls == [1]
    server.script.append(Fault(images={0: StatusCode.MODEL_PREDICTION_FAILED}))
    with pytest.raises(TaggerError, match="MODEL_PREDICTION_FAILED"):
        tagger.check()


def test_thresholds_need_no_call(tagger: ClarifaiTagger, server: ClarifaiServer) -> None:
    results = tagger.tag(IMAGES)
    kept = [KeptAnswer(image.id, result.raw) for image, result in zip(IMAGES, results, strict=True)]
    server.calls.clear()
    strict = ClarifaiTagger(ClarifaiOptions(endpoint=server.endpoint, minimum_score=0.9))
    for _, result in strict.read(kept).results:
        assert [tag.label for tag in result.tags] == ["picture"]
    assert server.calls == []


def test_the_price_can_be_ones_own() -> None:
    for given, dollars in ((0.5, 0.5), (None, 0.0012)):
        price = ClarifaiTagger(ClarifaiOptions(price_per_unit=given)).price
        assert price is not None
        assert price.per_image == pytest.approx(dollars)


class TestContract(RereadingTaggerContract):
    """The rules of every tagger, and of those that read from kept answers."""

    @pytest.fixture
    def spec(self) -> TaggerSpec:
        [spec] = tagatlas_taggers()
        return spec

    @pytest.fixture
    def module_name(self) -> str:
        return "tagatlas_taggers.clarifai"

    @pytest.fixture
    def options(self, server: ClarifaiServer) -> ClarifaiOptions:
        return ClarifaiOptions(endpoint=server.endpoint, calls_per_second=1000.0)

    @pytest.fixture
    def answer_options(self) -> Mapping[str, object]:
        return {"model": "other", "model_version": "v2", "model_app": "me/mine", "concepts": 2}

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
