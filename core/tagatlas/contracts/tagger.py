"""Contract of a tagger: it turns images into tags."""

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
"""``image``: this image will fail again; ``transient``: may succeed later."""


@dataclass(frozen=True, slots=True)
class ImageInput:
    """One image as a tagger gets it.

    Attributes:
        id: SHA-256 of the original bytes, 64 hexadecimal digits.
        data: the normalised copy: a JPEG, RGB, upright, its longer side at most 1,024 pixels
            (or as set in the atlas); or the thumbnail, if the tagger asks for it.
    """

    id: str
    data: bytes

    def open(self, *, at_least: int | None = None) -> Image:
        """Decode to an RGB Pillow image.

        Args:
            at_least: the shorter side the caller needs, in pixels. The JPEG is then decoded
                at a half, a quarter or an eighth if that is still enough: much faster.

        Raises:
            OSError: the bytes are damaged.
        """
        from PIL import Image

        if at_least is None:
            return Image.fromarray(self.pixels())
        picture = Image.open(BytesIO(self.data), formats=("JPEG",))
        picture.draft("RGB", (at_least, at_least))
        return picture.convert("RGB")

    def pixels(self) -> NDArray[np.uint8]:
        """Decode to RGB, shape (height, width, 3), uint8: Pillow's pixels, but faster.

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
        tags: at least one if ``ok``, highest score first, labels distinct.
        raw: the backend's response as received, to be stored; None if the tags contain it all.
        kind: of failure; None unless ``failed``.
        message: why it failed, one line; empty unless ``failed``.
        embedding: vector of the image: alike images have embeddings of a high cosine. Shape
            (d,), finite; d is the same for all images of a backend. None if the backend has
            none. Ignored in comparisons of results.
        version: of the model that answered, if the service says; empty if not. Services renew
            their models: methods sections state the versions with their numbers of images.
    """

    status: TagStatus
    tags: tuple[Tag, ...] = ()
    raw: bytes | None = None
    kind: FailureKind | None = None
    message: str = ""
    embedding: NDArray[np.float16] | None = field(default=None, compare=False)
    version: str = ""

    @classmethod
    def ok(
        cls,
        tags: Sequence[Tag],
        raw: bytes | None = None,
        embedding: ArrayLike | None = None,
        version: str = "",
    ) -> Self:
        """An answer with tags; sorts them by falling score, then by label.

        Scores of NumPy and other number types become Python's. The embedding is copied to
        float16.

        Raises:
            ValueError: no tags, a blank label, a label twice, a score outside [0, 1], or an
                embedding that is not a finite vector.
            TypeError: no Tag, a label that is not text, or a score that is not a number.
        """
        ordered = tuple(sorted(map(_plain, tags), key=lambda tag: (-tag.score, tag.label)))
        if not ordered:
            raise ValueError("no tags: use TagResult.empty()")
        if not all(0.0 <= tag.score <= 1.0 for tag in ordered):
            raise ValueError("a score lies outside [0, 1]")
        labels = {tag.label for tag in ordered}
        if len(labels) != len(ordered) or not all(map(str.strip, labels)):
            raise ValueError("a label is blank or comes twice")
        return cls(TagStatus.OK, ordered, raw, embedding=_half(embedding), version=version)

    @classmethod
    def empty(
        cls, raw: bytes | None = None, embedding: ArrayLike | None = None, version: str = ""
    ) -> Self:
        """The backend processed the image and found none of its labels.

        Raises:
            ValueError: the embedding is not a finite vector.
        """
        return cls(TagStatus.EMPTY, raw=raw, embedding=_half(embedding), version=version)

    @classmethod
    def failed(cls, kind: FailureKind, message: str, raw: bytes | None = None) -> Self:
        """The backend could not process this image; the others are not affected."""
        return cls(TagStatus.FAILED, raw=raw, kind=kind, message=message)


def _plain(tag: Tag) -> Tag:
    """The tag in Python's own types."""
    if not isinstance(tag, Tag):
        raise TypeError(f"tags are Tag objects, not {type(tag).__name__}")
    if type(tag.label) is str and type(tag.score) is float:
        return tag
    if not isinstance(tag.label, str):
        raise TypeError(f"a label is text, not {type(tag.label).__name__}: {tag.label!r}")
    score: object = tag.score
    try:
        number = None if isinstance(score, str | bytes) else float(tag.score)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None:
        raise TypeError(f"the score of {tag.label!r} is no number: {score!r}")
    return Tag(str(tag.label), number)


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

    The class attributes tell the engine how to call it; an instance may override them.

    :meth:`prepare` is called before the first image, and :meth:`close` at the end. Methods that
    take no images, and reading stored answers, may be called without either.
    """

    batch_size: int = 1
    """The most images that one call of :meth:`tag` takes."""
    concurrency: int = 1
    """How many calls of :meth:`tag` may run at once, each in a separate thread."""
    local: bool = True
    """Whether images stay on this machine."""
    key_variable: str | None = None
    """Name of the environment variable with the key, if one is needed: ``[A-Z][A-Z0-9_]*``."""
    price: Price | None = None
    """Price of an image, for a service that costs money."""
    batch_bytes: int | None = None
    """The most bytes of the images of one call together; a larger image is not sent."""
    calls_per_second: float | None = None
    """The most calls started per second."""
    notes: Sequence[str] = ()
    """Remarks for the user on how the options were read, such as guesses; a line each."""
    num_gpus: float = 0.0
    """GPUs that one process with it takes on a cluster; a fraction if several processes share
    one."""
    variant: Variant = Variant.IMAGE
    """The encoding it gets: the thumbnail is enough for a small model, and much faster to
    decode."""

    def require_credentials(self) -> None:  # noqa: B027 - a key in its variable needs no more
        """Make sure that what identifies the user to a service is available.

        Called before anything is fetched, after the variable of the key was looked up, unless the
        backend has tagged the whole collection before. For services that take other credentials
        than a key; nothing is sent to the service itself.

        Raises:
            AuthenticationFailed: it is not; the message says what to do.
        """

    def prepare(self, progress: Progress) -> None:  # noqa: B027 - most have nothing to prepare
        """Prepare for the first image, such as by loading a model or opening a connection.

        Called once in a run, in the caller's thread, after all options, the key and the price are
        checked and the images are fetched; not called if there are no images to tag.

        Args:
            progress: called with the pieces of this work done, and their number.

        Raises:
            TaggerError: it cannot be used; the message says what to do. No image is sent.
        """

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Release resources: device memory, threads, connections.

        Called once, by the thread that made it, when no call is running and none will follow;
        also after a failure, after Ctrl-C, and if it was never prepared. An exception is reported
        as a warning: all answers are kept.
        """

    @abstractmethod
    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """Tag a batch.

        Args:
            images: 1 to ``batch_size`` images.

        Returns:
            One result per image, in the same order. A problem with one image is that image's
            ``failed`` result and does not affect the others.

        Raises:
            Exception: of any other kind, for an image that it cannot process. If images are free,
                the engine retries with fewer, until that image fails alone; if they cost money,
                all images of the call fail, so return ``failed`` instead. Many such failures in
                a row end the run.
            CallRefused: the service refused the call and billed nothing: the engine waits, with
                growing pauses or as long as the service says, and retries.
            CallLost: no answer came, and the service may have done the work and billed it. The
                engine retries only if images are free.
            TaggerError: the service will answer no further call (wrong key, no quota), and this
                call was not billed: the run stops with its message; earlier answers are kept.
        """

    @abstractmethod
    def fingerprint(self) -> str:
        """Everything that affects the answer, as one line: model, version, parameters.

        With the image's id this is the permanent key of an answer, so two settings that could
        answer differently must differ here, and nothing else may.
        """

    def check(self) -> Sequence[str]:
        """Further lines for ``tagatlas doctor``; by default none.

        It calls a remote or paid service at most once.

        Raises:
            TaggerError: it cannot be used; the message says what to do.
        """
        return ()


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """Stored part of a backend's answer for an image that it could process.

    Attributes:
        id: of the image.
        raw: the response as received; None if there is none.
        embedding: see :class:`TagResult`.
    """

    id: str
    raw: bytes | None = None
    embedding: NDArray[np.float16] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Reading:
    """Tags read from stored answers.

    Attributes:
        results: image id and result, one per answer, in the order of the answers; computed
            lazily while iterated, to save memory.
        notes: names, such as those of a model and a vocabulary, which stand in ``methods.md``, and
            estimates from the collection, such as the parameters of a calibration; of JSON types.
            Stored with the tags.
    """

    results: Iterable[tuple[str, TagResult]]
    notes: Mapping[str, object] = field(default_factory=dict)


class RereadingTagger(Tagger):
    """A tagger that can read an image's tags again from the stored answer.

    The costly part (a service's response, a model's embedding) is obtained once; another
    vocabulary or threshold then reads it again, without a new call. :meth:`fingerprint` states
    what affects the answers, :meth:`reading` what else affects the tags.

    The results of :meth:`tag` are those that :meth:`read` gives for an answer alone.
    """

    collective: bool = False
    """Whether the tags of an image depend on the other images of the collection, as with
    calibrated scores: all are then read again whenever the collection has changed."""

    @abstractmethod
    def reading(self) -> str:
        """Everything that affects the tags read from the same answers, as one line."""

    @abstractmethod
    def read(self, answers: Iterable[KeptAnswer]) -> Reading:
        """Read tags from answers.

        Args:
            answers: may be iterated more than once, one iteration at a time, and are never all
                in memory; ordered by id, of none, some or all images of the collection.
        """
