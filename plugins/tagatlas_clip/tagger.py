"""The tagger ``clip``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from tagatlas import ImageInput, KeptAnswer, Reading, RereadingTagger, TagResult, TextEmbedder
from tagatlas.toolkit import Vocabulary, count, load_vocabulary
from tagatlas_clip.calibration import FEWEST, Calibration, calibrate, sample_size
from tagatlas_clip.defaults import ON_CPU, ON_GPU
from tagatlas_clip.device import Precision, choose_devices, choose_precision
from tagatlas_clip.files import ModelFiles, Named, locate
from tagatlas_clip.scores import (
    RIVALRY,
    Evidence,
    against_rivals,
    best_tags,
    shares,
    sigmoid,
    unit,
)
from tagatlas_clip.templates import BACKGROUND, read_templates, template_name
from tagatlas_clip.texts import default_cache, embed_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas import Progress
    from tagatlas_clip import ClipOptions
    from tagatlas_clip.embedding import Embedder
    from tagatlas_clip.model import ClipModel

READ_AT_ONCE = 512
"""Answers from which tags are read at once."""


def make_tagger(options: ClipOptions) -> ClipTagger:
    """The tagger with the model of the options; nothing is loaded yet.

    Raises:
        ImportError: open_clip is not installed.
        OptionError: there is no such model, device, vocabulary or template.
        ModelMissing: the model is not on this machine.
    """
    if find_spec("open_clip") is None:
        raise ImportError("open_clip is not installed")
    vocabulary = load_vocabulary(options.vocabulary).only(options.groups)
    templates = read_templates(options.templates)
    devices = choose_devices(options.device)
    named = Named(options.model, options.pretrained or "")
    if options.model == "auto":
        named = Named(*(ON_CPU if devices[0] == "cpu" else ON_GPU))
    precision = choose_precision(options.precision, devices[0])
    return ClipTagger(
        options,
        locate(named),
        vocabulary,
        templates,
        devices,
        precision,
    )


class ClipTagger(RereadingTagger, TextEmbedder):
    """Zero-shot tags: the vocabulary's labels whose captions fit an image.

    The stored answer is the image's embedding, a vector of length 1 in float16. Tags are read from
    it: other vocabularies, templates or thresholds do not need the images again.

    There is one copy of the model per device; they share the work. Without :meth:`prepare`,
    models are loaded when first needed.
    """

    def __init__(
        self,
        options: ClipOptions,
        files: ModelFiles,
        vocabulary: Vocabulary,
        templates: Sequence[str],
        devices: Sequence[str],
        precision: Precision,
    ) -> None:
        self._options = options
        self._files = files
        self._vocabulary = vocabulary
        self.notes = (
            *(f"vocabulary {vocabulary.name}: {note}" for note in vocabulary.notes),
            *files.notes,
        )
        self._templates = tuple(templates)
        self._devices = tuple(devices)
        self._precision = precision
        self._names = [label.name for label in vocabulary.labels]
        self._loading = RLock()
        on_gpu = not devices[0].startswith("cpu")
        self.batch_size = 512 if on_gpu else 32
        self.num_gpus = 1.0 if devices[0].startswith("cuda") else 0.0
        # While a device works on one call, pictures of another are decoded; on a fast device,
        # tags of a third are read.
        self.concurrency = (3 if on_gpu else 2) * len(devices)
        self.collective = (
            options.scoring == "calibrated" and options.calibrate and not self._has_sigmoid
        )

    @cached_property
    def _digest(self) -> str:
        return self._files.digest()

    @property
    def _has_sigmoid(self) -> bool:
        """Whether the model was trained with a sigmoid: its architecture has a bias."""
        return self._files.config.get("init_logit_bias") is not None

    @cached_property
    def _models(self) -> list[ClipModel]:
        import torch

        from tagatlas_clip.model import ClipModel

        return [
            ClipModel(self._files, torch.device(device), self._precision)
            for device in self._devices
        ]

    @cached_property
    def _embedder(self) -> Embedder:
        from tagatlas_clip.embedding import Embedder, Replica

        replicas = [Replica(model, self._options.model_batch) for model in self._models]
        return Embedder(replicas, self._options.threads)

    @cached_property
    def _evidence(self) -> Evidence:
        captions = [label.captions(self._templates) for label in self._vocabulary.labels]
        vectors = self._embed_captions(captions)
        model = self._models[0]
        if model.bias is not None:
            nothing = np.empty((0, vectors.shape[1]), dtype=np.float32)
            return Evidence(vectors, nothing, model.scale, model.bias)
        background = self._embed_captions([[caption] for caption in BACKGROUND])
        return Evidence(vectors, background, model.scale, 0.0)

    def _embed_captions(self, captions: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        return embed_labels(
            captions,
            lambda texts: self._models[0].embed_texts(texts),
            model=self._digest,
            cache=default_cache(),
        )

    def embed_images(
        self, images: Sequence[ImageInput]
    ) -> tuple[dict[int, NDArray[np.float32]], dict[int, str]]:
        """Vectors of length 1 by index; and by index the reasons why images cannot be decoded."""
        with self._loading:
            embedder = self._embedder
        return embedder.embed(images)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1 of texts, without templates."""
        with self._loading:
            return self._models[0].embed_texts(texts)

    def evidence(self, vectors: NDArray[np.floating]) -> NDArray[np.float32]:
        """Log-odds that each label fits, shape (n, labels), of embeddings, shape (n, d)."""
        with self._loading:
            evidence = self._evidence
        return evidence.of(unit(vectors))

    def prepare(self, progress: Progress) -> None:
        """Load the models, and read or compute the vectors of the vocabulary's captions."""
        progress(0, 2)
        with self._loading:
            self._embedder  # noqa: B018 - loads them
            progress(1, 2)
            self._evidence  # noqa: B018
        progress(2, 2)

    def close(self) -> None:
        """Release the devices' memory."""
        with self._loading:
            loaded = vars(self)
            if "_embedder" in loaded:
                self._embedder.close()
            for name in ("_embedder", "_evidence", "_models"):
                loaded.pop(name, None)
        if "torch" in sys.modules:
            import torch

            from tagatlas_clip.memory import free_memory

            for device in self._devices:
                free_memory(torch.device(device))

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """Tag a batch; may be called from several threads at once."""
        vectors, failures = self.embed_images(images)
        kept = [
            KeptAnswer(images[place].id, embedding=vector.astype(np.float16))
            for place, vector in vectors.items()
        ]
        found = dict(zip(vectors, self._results(kept, None), strict=True))
        return [
            TagResult.failed("image", failures[place]) if place in failures else found[place]
            for place in range(len(images))
        ]

    def fingerprint(self) -> str:
        """The model by the hash of its weights and settings, and what it is computed in.

        Raises:
            OptionError: the file of the weights has none.
        """
        return f"clip {self._digest}; {self._precision}"

    def reading(self) -> str:
        """Vocabulary and templates by hash, and the options of scores and their selection."""
        captions = sha256("\n".join([*self._templates, "", *BACKGROUND]).encode()).hexdigest()[:16]
        return (
            f"vocabulary {self._vocabulary.digest()}; templates {captions}; {self._scoring()};"
            f" threshold {self._options.threshold}; top-k {self._options.top_k}"
        )

    def _scoring(self) -> str:
        """How scores are computed, in a word or two."""
        if self._options.scoring != "calibrated":
            return self._options.scoring
        if self._has_sigmoid:
            return "sigmoid"
        return f"calibrated (rivalry {RIVALRY:g}) contrast" if self.collective else "contrast"

    def read(self, answers: Iterable[KeptAnswer]) -> Reading:
        """Read tags from embeddings.

        The notes name the model, the vocabulary, the templates and the scoring. If scores are
        calibrated and there are enough images, they have the labels' temperatures and biases: see
        :mod:`tagatlas_clip.calibration`.
        """
        calibration = self._calibrate(answers) if self.collective else None
        notes: dict[str, object] = {
            "model": self._files.name,
            "vocabulary": self._vocabulary.name,
            "labels": len(self._names),
            "templates": template_name(self._options.templates),
            "scoring": self._scoring(),
        }
        if calibration is not None:
            notes["calibration"] = {
                name: {"temperature": float(f"{temperature:.6g}"), "bias": float(f"{bias:.6g}")}
                for name, temperature, bias in zip(
                    self._names, calibration.temperature, calibration.bias, strict=True
                )
            }
        return Reading(self._read(answers, calibration), notes)

    def check(self) -> Sequence[str]:
        """The model, its weights, the devices and the vocabulary."""
        from tagatlas_clip.device import describe

        devices = ", ".join(describe(device) for device in self._devices)
        how = "calibrated on the collection" if self.collective else f"by {self._scoring()}"
        return (
            f"model {self._files.name}: {self._files.checkpoint}",
            f"on {devices}, in {self._precision}",
            f"vocabulary {self._vocabulary.name}: {count(len(self._names), 'label')}, scores {how}",
            *self.notes,
        )

    def _calibrate(self, answers: Iterable[KeptAnswer]) -> Calibration | None:
        with_embeddings = (answer.embedding for answer in answers if answer.embedding is not None)
        sample = list(islice(with_embeddings, sample_size(len(self._names))))
        if len(sample) < FEWEST:
            return None
        return calibrate(self.evidence(np.stack(sample)))

    def _read(
        self, answers: Iterable[KeptAnswer], calibration: Calibration | None
    ) -> Iterator[tuple[str, TagResult]]:
        remaining = iter(answers)
        while part := list(islice(remaining, READ_AT_ONCE)):
            results = self._results(part, calibration)
            yield from ((answer.id, result) for answer, result in zip(part, results, strict=True))

    def _results(
        self, answers: Sequence[KeptAnswer], calibration: Calibration | None
    ) -> list[TagResult]:
        """The results of some answers."""
        embeddings = [answer.embedding for answer in answers if answer.embedding is not None]
        if not embeddings:
            return [TagResult.empty() for _ in answers]
        rows = iter(self._scores(np.stack(embeddings), calibration))
        return [
            TagResult.empty()
            if answer.embedding is None
            else self._result(next(rows), answer.embedding)
            for answer in answers
        ]

    def _scores(
        self, vectors: NDArray[np.floating], calibration: Calibration | None
    ) -> NDArray[np.float64]:
        """Scores in [0, 1] of each label, shape (n, labels), of embeddings, shape (n, d)."""
        if self._options.scoring == "calibrated":
            evidence = self.evidence(vectors)
            if calibration is None:
                return sigmoid(evidence)
            return calibration.scores(evidence) * against_rivals(evidence)
        with self._loading:
            labels, scale = self._evidence.labels, self._evidence.scale
        cosines = unit(vectors) @ labels.T
        if self._options.scoring == "softmax":
            return shares(cosines, scale)
        return cosines.clip(0.0, 1.0).astype(np.float64)

    def _result(self, scores: NDArray[np.float64], embedding: NDArray[np.float16]) -> TagResult:
        tags = best_tags(scores, self._names, self._options.threshold, self._options.top_k)
        if not tags:
            return TagResult.empty(embedding=embedding)
        return TagResult.ok(tags, embedding=embedding)
