"""The suite of taggers."""

from __future__ import annotations

import dataclasses
import os
import pickle
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from tagatlas.contracts import (
    ImageInput,
    Price,
    Tagger,
    TaggerSpec,
    TagResult,
    TagStatus,
    TextEmbedder,
    loaded,
    no_progress,
)
from tagatlas.errors import AuthenticationFailed
from tagatlas_guards import guarded
from tagatlas_tagging import tag_images
from tagatlas_testing.pictures import MemoryStore, sample_images
from tagatlas_testing.specs import (
    RecordedProgress,
    SpecContract,
    check_hidden,
    check_progress,
    is_one_line,
    run_fresh,
)

_FINGERPRINT = """
import importlib, pickle, sys
from tagatlas.contracts import loaded
module = importlib.import_module(sys.argv[1])
spec = next(spec for spec in module.tagatlas_taggers() if spec.name == sys.argv[2])
fingerprint = loaded(spec.factory)(pickle.loads(bytes.fromhex(sys.argv[3]))).fingerprint()
print()
print(fingerprint)
"""


class TaggerContract(SpecContract):
    """Rules of a :class:`~tagatlas.Tagger`. Override ``spec``.

    A tagger of a remote service is tested against recorded answers or the author's local
    server: its ``options`` then name the address.
    """

    @pytest.fixture
    def spec(self) -> TaggerSpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your tagger's spec")

    @pytest.fixture
    def tagger(self, spec: TaggerSpec, options: object) -> Iterator[Tagger]:
        """The tagger under test, prepared; closed after the test."""
        tagger = guarded(loaded(spec.factory)(options), spec.name, masks=False)
        tagger.prepare(no_progress)
        yield tagger
        tagger.close()

    @pytest.fixture
    def images(self) -> Sequence[ImageInput]:
        """Valid images, at least three. Override to give some that the tagger recognises."""
        return sample_images(5)

    @pytest.fixture
    def answer_options(self) -> Mapping[str, object]:
        """For each option that changes answers, a value other than in ``options``."""
        return {}

    @pytest.fixture
    def neutral_options(self) -> Mapping[str, object]:
        """For each option that changes no answer, a value other than in ``options``."""
        return {}

    @pytest.fixture
    def tolerance(self) -> float:
        """Tolerance for equal scores: rounding only."""
        return 1e-3

    def test_factory_makes_a_tagger(self, tagger: Tagger) -> None:
        """The factory, called with the options, makes a ``Tagger``."""
        assert isinstance(tagger, Tagger)

    def test_what_is_said_of_embeddings_is_so(
        self, spec: TaggerSpec, tagger: Tagger, images: Sequence[ImageInput]
    ) -> None:
        """``embeds_texts`` and ``embeds_images`` are true to what the tagger does."""
        assert not spec.embeds_texts or isinstance(tagger, TextEmbedder)
        if spec.embeds_images:
            assert [image for image in tagger.tag(images) if image.embedding is not None]

    def test_class_attributes(self, tagger: Tagger) -> None:
        """The attributes that drive the engine have usable values."""
        assert tagger.batch_size >= 1
        assert tagger.concurrency >= 1
        assert isinstance(tagger.local, bool)
        assert tagger.price is None or isinstance(tagger.price, Price)
        assert tagger.batch_bytes is None or tagger.batch_bytes >= 1
        assert tagger.calls_per_second is None or tagger.calls_per_second > 0.0
        assert tagger.num_gpus >= 0.0

    def test_key_variable_is_a_variables_name(self, tagger: Tagger) -> None:
        """``key_variable`` is None or the name of an environment variable, not a key."""
        name = tagger.key_variable
        assert name is None or re.fullmatch(r"[A-Z][A-Z0-9_]*", name)

    def test_without_its_key_nothing_is_tagged(
        self,
        spec: TaggerSpec,
        options: object,
        tagger: Tagger,
        images: Sequence[ImageInput],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A tagger without its required key raises ``AuthenticationFailed``: the run ends.

        Otherwise every image of a large collection would fail.
        """
        if tagger.key_variable is None:
            return
        monkeypatch.delenv(tagger.key_variable, raising=False)
        keyless = loaded(spec.factory)(options)
        with pytest.raises(AuthenticationFailed):
            ask_without_key(keyless, images[0])
        keyless.close()

    def test_the_key_is_in_no_result(self, tagger: Tagger, images: Sequence[ImageInput]) -> None:
        """The key is in no tag, no message and no stored response."""
        for result in tag_all(tagger, images):
            key = os.environ.get(tagger.key_variable or "")
            texts = [result.message, *(tag.label for tag in result.tags)]
            check_hidden(not key or key not in "\n".join(texts), "a tag or a message")
            check_hidden(not key or key.encode() not in (result.raw or b""), "a stored response")

    def test_check_tells_in_lines(self, tagger: Tagger) -> None:
        """``check`` gives lines, without the key."""
        key = os.environ.get(tagger.key_variable or "")
        for line in tagger.check():
            check_hidden(not key or key not in line, "a line of check")
            assert is_one_line(line)

    def test_it_is_prepared_and_closed(self, spec: TaggerSpec, options: object) -> None:
        """``prepare`` reports valid progress, and ``close`` raises nothing, prepared or not."""
        loaded(spec.factory)(options).close()
        tagger, progress = loaded(spec.factory)(options), RecordedProgress()
        fingerprint = tagger.fingerprint()
        tagger.prepare(progress)
        check_progress(progress)
        assert tagger.fingerprint() == fingerprint
        tagger.close()

    def test_one_result_per_image(self, tagger: Tagger, images: Sequence[ImageInput]) -> None:
        """A batch gives one ``TagResult`` per image."""
        batch = images[: tagger.batch_size]
        results = tagger.tag(batch)
        assert len(results) == len(batch)
        assert all(isinstance(result, TagResult) for result in results)

    def test_results_are_well_formed(self, tagger: Tagger, images: Sequence[ImageInput]) -> None:
        """Statuses, scores, order and labels are as :class:`TagResult` says."""
        for result in tag_all(tagger, images):
            check_result(result)

    def test_embeddings_have_one_length(self, tagger: Tagger, images: Sequence[ImageInput]) -> None:
        """All embeddings of a backend are equally long."""
        embeddings = [result.embedding for result in tag_all(tagger, images)]
        assert len({len(each) for each in embeddings if each is not None}) <= 1

    def test_sound_images_do_not_fail(self, tagger: Tagger, images: Sequence[ImageInput]) -> None:
        """A valid image is answered, with or without tags."""
        for result in tag_all(tagger, images):
            assert result.status is not TagStatus.FAILED, result.message

    def test_batch_answers_as_one_by_one(
        self, tagger: Tagger, images: Sequence[ImageInput], tolerance: float
    ) -> None:
        """Results are in the order of the images, and do not depend on the batch."""
        singly = [tagger.tag([image])[0] for image in images]
        check_same(tag_all(tagger, images), singly, tolerance)
        check_same(tag_all(tagger, images[::-1]), singly[::-1], tolerance)

    def test_full_batch(
        self, tagger: Tagger, images: Sequence[ImageInput], tolerance: float
    ) -> None:
        """``batch_size`` images are accepted in one call, even the same one many times."""
        batch = [images[number % len(images)] for number in range(tagger.batch_size)]
        singly = tag_all(tagger, images)
        wanted = [singly[number % len(images)] for number in range(tagger.batch_size)]
        check_same(tagger.tag(batch), wanted, tolerance)
        check_same(tagger.tag(batch[:1] * tagger.batch_size), wanted[:1] * len(batch), tolerance)

    @pytest.mark.parametrize("damage", ["truncated", "empty", "page"])
    def test_a_damaged_image_costs_the_others_nothing(
        self, tagger: Tagger, images: Sequence[ImageInput], damage: str, tolerance: float
    ) -> None:
        """A damaged image among good ones is answered or fails alone, with kind ``image``.

        ``tag`` returns a failure for it or raises. If images cost money it must not raise: the
        engine does not send the others of the call again.
        """
        good = images[0].data
        data = {"truncated": good[: len(good) // 2], "empty": b"", "page": b"<html>gone</html>"}
        damaged = ImageInput(id="0" * 64, data=data[damage])
        results = ask_all(tagger, [images[0], damaged, *images[1:]])
        check_same([results[0], *results[2:]], tag_all(tagger, images), tolerance)
        check_result(results[1])
        assert results[1].status is not TagStatus.FAILED or results[1].kind == "image"

    @pytest.mark.parametrize("size", [(1, 1), (1024, 1), (1, 1024), (3, 2)], ids=str)
    def test_odd_sizes(self, tagger: Tagger, size: tuple[int, int]) -> None:
        """A picture of one pixel or of one line is answered or fails; it raises nothing."""
        (result,) = tagger.tag(sample_images(1, size))
        check_result(result)

    def test_concurrent_calls_give_the_same_answers(
        self, tagger: Tagger, images: Sequence[ImageInput], tolerance: float
    ) -> None:
        """``concurrency`` calls at once, each in a thread, give the same answers as alone."""
        threads = min(tagger.concurrency, 32)
        alone = tag_all(tagger, images)
        barrier = Barrier(threads)

        def tag_from(first: int) -> None:
            barrier.wait(timeout=60)
            for number in range(first, first + len(images)):
                start = number % len(images)
                results = tag_all(tagger, [*images[start:], *images[:start]])
                check_same(results, [*alone[start:], *alone[:start]], tolerance)

        with ThreadPoolExecutor(threads) as pool:
            for future in [pool.submit(tag_from, thread) for thread in range(threads)]:
                future.result()

    def test_local_taggers_are_deterministic(
        self, spec: TaggerSpec, options: object, tagger: Tagger, images: Sequence[ImageInput]
    ) -> None:
        """Two instances of a local tagger give the same tags."""
        if not tagger.local:
            return  # a remote backend may answer differently
        other = loaded(spec.factory)(options)
        other.prepare(no_progress)
        check_same(tag_all(other, images), tag_all(tagger, images), 0.0)
        other.close()

    def test_fingerprint_is_one_line(self, tagger: Tagger) -> None:
        """The fingerprint is one non-empty line, and does not contain the key."""
        fingerprint = tagger.fingerprint()
        key = os.environ.get(tagger.key_variable or "")
        check_hidden(not key or key not in fingerprint, "the fingerprint")
        assert is_one_line(fingerprint)

    def test_fingerprint_is_stable(
        self,
        spec: TaggerSpec,
        options: object,
        tagger: Tagger,
        images: Sequence[ImageInput],
        module_name: str,
    ) -> None:
        """The fingerprint is the same before and after use, in every instance and process.

        With a fingerprint that changes, every image is sent, and paid, again.
        """
        fingerprint = tagger.fingerprint()
        tag_all(tagger, images[:1])
        assert tagger.fingerprint() == fingerprint
        assert loaded(spec.factory)(options).fingerprint() == fingerprint
        pickled = pickle.dumps(options).hex()
        for seed in (1, 2):
            printed = run_fresh(_FINGERPRINT, module_name, spec.name, pickled, hash_seed=seed)
            assert printed.splitlines()[-1] == fingerprint

    def test_fingerprint_tells_options_apart(
        self,
        spec: TaggerSpec,
        options: object,
        tagger: Tagger,
        answer_options: Mapping[str, object],
        neutral_options: Mapping[str, object],
    ) -> None:
        """Options that change answers change the fingerprint, and no others do."""
        for name, value in answer_options.items():
            assert _changed(spec, options, name, value) != tagger.fingerprint(), name
        for name, value in neutral_options.items():
            assert _changed(spec, options, name, value) == tagger.fingerprint(), name


def ask_without_key(tagger: Tagger, image: ImageInput) -> None:
    """Tag one image as the engine would, but without the check of the key."""
    tagger.prepare(no_progress)
    tagger.tag([image])


def tag_all(tagger: Tagger, images: Sequence[ImageInput]) -> list[TagResult]:
    """The results for all images, in batches of the tagger's size."""
    size = tagger.batch_size
    batches = [images[start : start + size] for start in range(0, len(images), size)]
    return [result for batch in batches for result in tagger.tag(batch)]


def ask_all(tagger: Tagger, images: Sequence[ImageInput]) -> list[TagResult]:
    """The results for all images, as the engine gets them from the tagger."""
    store = MemoryStore()
    for image in images:
        store.put(image.id, tagger.variant, image.data)
    calls = tag_images([image.id for image in images], store, tagger)
    results = dict(answer for call in calls for answer in call.answers)
    return [results[image.id] for image in images]


def check_result(result: TagResult) -> None:
    """Assert that a result is as :class:`TagResult` says."""
    assert isinstance(result.status, TagStatus)
    assert result.status is not TagStatus.PENDING, "a tagger answers: ok, empty or failed"
    assert bool(result.tags) == (result.status is TagStatus.OK), "tags come with ok only"
    assert result.raw is None or isinstance(result.raw, bytes)
    assert not result.version or is_one_line(result.version)
    if result.status is TagStatus.FAILED:
        assert result.kind in ("image", "transient")
        assert is_one_line(result.message), "a failure says why in one line"
        assert result.embedding is None, "a failure has no embedding"
    else:
        assert result.kind is None
    if result.embedding is not None:
        assert isinstance(result.embedding, np.ndarray)
        assert result.embedding.dtype == np.float16
        assert result.embedding.ndim == 1
        assert len(result.embedding) > 0
        assert np.isfinite(result.embedding).all(), "embeddings are finite"
    assert all(type(tag.score) is float for tag in result.tags), "scores are Python's floats"
    assert all(type(tag.label) is str for tag in result.tags), "labels are Python's text"
    scores = [tag.score for tag in result.tags]
    assert all(0.0 <= score <= 1.0 for score in scores), "scores lie in [0, 1]"
    assert scores == sorted(scores, reverse=True), "the highest score comes first"
    labels = [tag.label for tag in result.tags]
    assert len(set(labels)) == len(labels), "a label comes once"
    assert all(labels), "no label is empty"


def check_same(results: Sequence[TagResult], wanted: Sequence[TagResult], tolerance: float) -> None:
    """Assert that both give the same statuses, labels and, within the tolerance, numbers.

    The tolerance is that of scores; embeddings may differ by that share of their largest value.
    """
    assert len(results) == len(wanted)
    for result, other in zip(results, wanted, strict=True):
        assert result.status is other.status
        scores = {tag.label: tag.score for tag in result.tags}
        assert scores == pytest.approx({tag.label: tag.score for tag in other.tags}, abs=tolerance)
        assert (result.embedding is None) is (other.embedding is None)
        if result.embedding is not None and other.embedding is not None:
            most = float(np.abs(other.embedding).max())
            assert result.embedding == pytest.approx(other.embedding, abs=tolerance * most)


def _changed(spec: TaggerSpec, options: object, name: str, value: object) -> str:
    """The fingerprint with one option changed."""
    assert dataclasses.is_dataclass(options)
    assert not isinstance(options, type)
    assert getattr(options, name) != value, f"option {name} is {value!r} already"
    return loaded(spec.factory)(dataclasses.replace(options, **{name: value})).fingerprint()
