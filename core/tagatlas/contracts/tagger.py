"""Contract of a tagger, also called a backend: it turns images into tags."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Literal, Self

from tagatlas.contracts.price import Price
from tagatlas.statuses import TagStatus, Variant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from PIL.Image import Image

    from tagatlas.contracts.progress import Progress

FailureKind = Literal["image", "transient"]
"""``image``: this image will fail again; ``transient``: worth another try later."""


@dataclass(frozen=True, slots=True)
class ImageInput:
    """One image as a tagger gets it.

    Attributes:
        id: SHA-256 of the original bytes, 64 hexadecimal digits.
        data: the normalised copy: a JPEG, RGB, upright, its longer side at most 1,024 pixels
            (or what the atlas is set to); or the thumbnail, if the tagger asks for it.
    """

    id: str
    data: bytes

    def open(self, *, at_least: int | None = None) -> Image:
        """Decode to an RGB Pillow image.

        Args:
            at_least: the shorter side the caller needs, in pixels. The JPEG is then decoded
                at a half, a quarter or an eighth where that is still enough: much faster.

        Raises:
            OSError: the bytes are damaged.
        """
        from PIL import Image

        if at_least is None:
            return Image.fromarray(self.pixels())
        picture = Image.open(BytesIO(self.data))
        picture.draft("RGB", (at_least, at_least))
        return picture.convert("RGB")

    def pixels(self) -> NDArray[np.uint8]:
        """Decode to RGB, shape (height, width, 3): the pixels that Pillow gives, in less time.

        Raises:
            OSError: the bytes are damaged.
        """
        import simplejpeg

        try:
            decoded: NDArray[np.uint8] = simplejpeg.decode_jpeg(self.data)
        except ValueError as error:
            raise OSError(f"the bytes are no whole JPEG: {error}") from error
        return decoded


@dataclass(frozen=True, slots=True)
class Tag:
    """A label with a score in [0, 1]. Labels are kept exactly as the backend gives them."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class TagResult:
    """A tagger's answer for one image. Make it with :meth:`ok`, :meth:`empty` or :meth:`failed`.

    Attributes:
        status: ``ok``, ``empty`` or ``failed``.
        tags: at least one where ``ok``, highest score first; a label comes once.
        raw: the backend's response as it came, to be kept; None where tags say it all.
        kind: what sort of failure; None unless ``failed``.
        message: why it failed, one line; empty unless ``failed``.
        embedding: where the backend sees the image among all images: alike images have embeddings
            of a high cosine. Shape (d,), finite; d is the same for all images of a backend. None
            where the backend has none to give. It plays no part in comparing results.
    """

    status: TagStatus
    tags: tuple[Tag, ...] = ()
    raw: bytes | None = None
    kind: FailureKind | None = None
    message: str = ""
    embedding: NDArray[np.float16] | None = field(default=None, compare=False)

    @classmethod
    def ok(
        cls, tags: Sequence[Tag], raw: bytes | None = None, embedding: ArrayLike | None = None
    ) -> Self:
        """An answer with tags; sorts them by falling score, then by label.

        Scores of NumPy's and others' numbers become Python's. The embedding is kept as a copy, in
        float16.

        Raises:
            ValueError: no tags, an empty label, a label twice, a score outside [0, 1], or an
                embedding that is no finite vector.
            TypeError: a label that is no text, or a score that is no number.
        """
        ordered = tuple(sorted(map(_plain, tags), key=lambda tag: (-tag.score, tag.label)))
        if not ordered:
            raise ValueError("no tags: use TagResult.empty()")
        if not all(0.0 <= tag.score <= 1.0 for tag in ordered):
            raise ValueError("a score lies outside [0, 1]")
        labels = {tag.label for tag in ordered}
        if len(labels) != len(ordered) or "" in labels:
            raise ValueError("a label is empty or comes twice")
        return cls(TagStatus.OK, ordered, raw, embedding=_half(embedding))

    @classmethod
    def empty(cls, raw: bytes | None = None, embedding: ArrayLike | None = None) -> Self:
        """The backend looked at the image and saw nothing it has a label for.

        Raises:
            ValueError: the embedding is no finite vector.
        """
        return cls(TagStatus.EMPTY, raw=raw, embedding=_half(embedding))

    @classmethod
    def failed(cls, kind: FailureKind, message: str, raw: bytes | None = None) -> Self:
        """The backend could not look at this image; the others are not affected."""
        return cls(TagStatus.FAILED, raw=raw, kind=kind, message=message)


def _plain(tag: Tag) -> Tag:
    """The tag in Python's own types."""
    if type(tag.label) is str and type(tag.score) is float:
        return tag
    if not isinstance(tag.label, str):
        raise TypeError(f"a label is text, not {type(tag.label).__name__}: {tag.label!r}")
    try:
        return Tag(str(tag.label), float(tag.score))
    except (TypeError, ValueError) as error:
        raise TypeError(f"the score of {tag.label!r} is no number: {tag.score!r}") from error


def _half(embedding: ArrayLike | None) -> NDArray[np.float16] | None:
    if embedding is None:
        return None
    import numpy as np

    with np.errstate(over="ignore"):  # what float16 cannot hold becomes infinite, and is refused
        half = np.array(embedding, dtype=np.float16)
    if half.ndim != 1 or half.size == 0 or not np.isfinite(half).all():
        raise ValueError("an embedding is not a vector of finite numbers, each below 65,520")
    return half


class Tagger(ABC):
    """Turns images into tags. Made by its spec's factory; heavy packages are imported there.

    The class attributes tell the engine how to drive it; an instance may override them.

    :meth:`prepare` comes before its first image, and :meth:`close` when it is needed no more.
    What it says of itself and reads from kept answers, it may be asked without either.
    """

    batch_size: int = 1
    """The most images that one call of :meth:`tag` takes."""
    concurrency: int = 1
    """How many calls of :meth:`tag` may run at once, each in a thread of its own."""
    local: bool = True
    """Whether images stay on this machine."""
    key_variable: str | None = None
    """The environment variable that holds the key, for a backend that needs one."""
    price: Price | None = None
    """What an image costs, for a backend that costs money."""
    batch_bytes: int | None = None
    """The most bytes that the images of one call have together; a larger image is not sent."""
    calls_per_second: float | None = None
    """The most calls that may be begun in a second."""
    notes: Sequence[str] = ()
    """What a user should know of how the options were read, such as a guess, a line each."""
    variant: Variant = Variant.IMAGE
    """Which of the two encodings it gets: the thumbnail is enough for a small model, and much
    faster to decode."""

    def prepare(self, progress: Progress) -> None:  # noqa: B027 - most have nothing to prepare
        """Do what comes before the first image, such as loading a model or opening a connection.

        Called once in a run, in the caller's thread, after all options, the key and the price are
        checked and the images are fetched; not where there is no image to ask about.

        Args:
            progress: called with the pieces of this work done, and how many there are.

        Raises:
            TaggerError: it cannot be used as things are, with what to do about it; nothing is
                asked.
        """

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of what it holds: memory of a device, threads, connections.

        Called once, by the thread that had it made, when no call is under way and none will
        come; also after a failure, after Ctrl-C, and where it was never prepared. What it raises
        is a warning: what was answered is kept.
        """

    @abstractmethod
    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """Tag a batch.

        Args:
            images: 1 to ``batch_size`` images.

        Returns:
            One result per image, in the same order. What goes wrong with one image is that
            image's ``failed`` result and costs the others nothing.

        Raises:
            Exception: of any other kind, for an image that it cannot look at. Where images cost
                nothing, the engine asks about fewer, until that image fails alone; where they
                cost money, all images of the call fail, so return ``failed`` there. Images that
                fail so one after the other end the run.
            CallRefused: the service turned the call away and billed nothing: the engine waits,
                with growing pauses or as long as the service says, and makes it again.
            CallLost: no answer came, and the service may have done the work and billed it. The
                engine makes the call again only where images cost nothing.
            TaggerError: nothing more can be had from the backend (wrong key, no quota), and this
                call was not billed: the run stops with its text, and what was answered before
                is kept.
        """

    @abstractmethod
    def fingerprint(self) -> str:
        """Whatever changes the answer, as one line: model, version, parameters.

        With the image's id this is the key under which an answer is kept for ever, so two
        settings that could answer differently must differ here, and nothing else may.
        """

    def check(self) -> Sequence[str]:
        """What ``tagatlas doctor`` tells of the backend besides: a line each; by default nothing.

        Of a backend that is not local, or costs money, this asks at most once.

        Raises:
            TaggerError: it cannot be used as things are, with what to do about it.
        """
        return ()


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is kept of a backend's answer about an image that it could look at.

    Attributes:
        id: of the image.
        raw: the response as it came; None if there is none.
        embedding: see :class:`TagResult`.
    """

    id: str
    raw: bytes | None = None
    embedding: NDArray[np.float16] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Reading:
    """Tags read from kept answers.

    Attributes:
        results: image id and result, one per answer, in the order of the answers; made while they
            are iterated, so that they need not be in memory.
        notes: what was estimated from the collection, such as the parameters of a calibration; of
            JSON's types. Kept with the tags.
    """

    results: Iterable[tuple[str, TagResult]]
    notes: Mapping[str, object] = field(default_factory=dict)


class RereadingTagger(Tagger):
    """A tagger that reads an image's tags from what is kept of the answer, as often as wanted.

    What is costly (a service's response, a model's embedding) is had once; another vocabulary or
    another threshold then reads it anew, without asking. :meth:`fingerprint` says what changes
    the answers, :meth:`reading` what else changes the tags.

    The results of :meth:`tag` are those that :meth:`read` gives for an answer alone.
    """

    collective: bool = False
    """Whether the tags of an image depend on the other images of the collection, as with scores
    that are calibrated on it: all are then read anew whenever the collection has changed."""

    @abstractmethod
    def reading(self) -> str:
        """Whatever changes the tags read from the same answers, as one line; see fingerprint."""

    @abstractmethod
    def read(self, answers: Iterable[KeptAnswer]) -> Reading:
        """Read tags from answers.

        Args:
            answers: may be iterated more than once, one iteration at a time, and are never all
                in memory; ordered by id, of none, some or all images of the collection.
        """
