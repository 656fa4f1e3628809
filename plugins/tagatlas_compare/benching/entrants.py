"""What takes part in a benchmark: taggers, stored answers, tables of tags, codings by people."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas import Atlas, Plugins, TagStatus
from tagatlas.errors import OptionError, UsageError
from tagatlas.toolkit import as_shown, option_values, score_matrix
from tagatlas.toolkit.backends import (
    Backend,
    backend_embeddings,
    backend_results,
    used_backends,
)
from tagatlas.toolkit.collection import collection_images
from tagatlas.toolkit.kinds import TAGGERS
from tagatlas_compare.benching.results.document import Origin as Origin
from tagatlas_compare.comparison.naming import find_backend

if TYPE_CHECKING:
    from tagatlas_compare.benching.coding.truth import Truth

IMPORTED = "imported: "
"""The fingerprints of imported answers begin so."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What an entrant made of the n images of a task.

    Attributes:
        label: unique among the entrants, the text on pages.
        fingerprint: of everything that affects its answers.
        plugin: the distribution it comes from, with its version; empty if none.
        origin: where its tags come from.
        statuses: a :class:`~tagatlas.TagStatus` as text for each image, ``pending`` for one that
            it has not looked at, shape (n,).
        scores: of its tags, in [0, 1], shape (n, labels).
        labels: of its tags, sorted.
        embeddings: of the images, shape (n, d), a row of zeros if missing; None if it has none.
    """

    label: str
    fingerprint: str
    plugin: str
    origin: Origin
    statuses: Sequence[str]
    scores: csr_array
    labels: Sequence[str]
    embeddings: NDArray[np.float16] | None


@dataclass(frozen=True)
class ToAsk:
    """A tagger that is asked about the images it has not answered.

    Attributes:
        label: the text that named it.
        tagger: its name.
        values: its options, by name; the others are as :func:`tagatlas.tag` finds them.
    """

    label: str
    tagger: str
    values: Mapping[str, str] = field(default_factory=dict)

    def given(self) -> dict[str, object]:
        """Its options as a call of :func:`tagatlas.tag` takes them."""
        place = f"{TAGGERS.key}_{self.tagger}_".replace("-", "_")
        return {"backend": self.tagger, **{place + name: self.values[name] for name in self.values}}


@dataclass(frozen=True)
class Answered:
    """Stored answers, as they are.

    Attributes:
        label: the text that named them.
        backend: whose they are.
    """

    label: str
    backend: Backend


@dataclass(frozen=True)
class TableFile:
    """A file with a table of tags, or with a coding.

    Attributes:
        label: the text that named it.
        path: of the file.
    """

    label: str
    path: Path


@dataclass(frozen=True, eq=False)
class Coded:
    """A coding by one person, or by several together.

    Attributes:
        label: name of the coder, or of the file.
        truth: what is coded, of the images of the task.
    """

    label: str
    truth: Truth


Contender = ToAsk | Answered | TableFile


def read_contender(text: str, plugins: Plugins, known: Sequence[Backend] = ()) -> Contender:
    """Find what a text names.

    ``imagenet`` is a tagger, ``imagenet:minimum-score=0.1,tags-per-image=5`` the same with other
    options, ``imagenet:1`` the answers of its first settings in the atlas, ``tags.csv`` a file, and
    ``mine=tags.csv`` a file under a name of its own.

    Args:
        text: as the user gave it.
        plugins: the installed ones.
        known: the backends with answers.

    Raises:
        UnknownPlugin, UsageError: nothing has the name, or several do.
        OptionError: the tagger does not have these options.
    """
    name, _, settings = text.partition(":")
    label = as_shown(text)
    is_installed = name in plugins.of_kind(TAGGERS)
    if is_installed and (not settings or "=" in settings):
        return ToAsk(label, name, _read_options(label, name, settings, plugins))
    if not is_installed and Path(text).is_file():
        return TableFile(Path(text).stem, Path(text))
    called, _, file = text.partition("=")
    if not is_installed and called.strip() and Path(file).is_file():
        return TableFile(as_shown(called.strip()), Path(file))
    if not is_installed and not any(each.name == name for each in known):
        plugins.get(TAGGERS, name)  # raises, and says what there is
    return Answered(label, find_backend(known, text))


def _read_options(label: str, tagger: str, settings: str, plugins: Plugins) -> dict[str, str]:
    values: dict[str, str] = {}
    for setting in filter(None, settings.split(",")):
        name, equals, value = setting.partition("=")
        if not equals:
            raise OptionError(f"{label}: options are written NAME:option=value,option=value")
        values[name.strip().removeprefix("--").replace("-", "_")] = value.strip()
    chosen = plugins.choose(TAGGERS, tagger, values)  # refuses unknown options
    if not values.keys() <= option_values(chosen.options).keys():
        raise OptionError(f"an option of {tagger} is a secret, and would be on the leaderboard")
    return values


def read_contenders(atlas: Atlas, named: Sequence[str]) -> list[Contender]:
    """Find what takes part; by default the latest answers of every backend of the atlas.

    Raises:
        UsageError: nothing takes part, or something twice.
        UnknownPlugin, OptionError: see :func:`read_contender`.
    """
    known = used_backends(atlas)
    if not named:
        found: list[Contender] = [Answered(each.name, each) for each in known if each.is_latest]
        if not found:
            raise UsageError("nothing has tagged these images yet: name it with --backend NAME")
        return found
    found = _by_folder([read_contender(text, atlas.plugins, known) for text in named])
    labels = [_key(each) for each in found]
    twice = [each.label for each in found if labels.count(_key(each)) > 1]
    if twice:
        raise UsageError(
            f"{twice[0]} is named twice: name each backend once; two files may have names of their"
            " own, --backend NAME=FILE"
        )
    return found


def _by_folder(found: Sequence[Contender]) -> list[Contender]:
    """The same; files of one name have those of their folders before theirs."""
    keys = [_key(each) for each in found]
    return [
        replace(each, label=f"{each.path.absolute().parent.name} {each.label}")
        if isinstance(each, TableFile) and keys.count(_key(each)) > 1
        else each
        for each in found
    ]


def _key(contender: Contender) -> str:
    """What has to differ: files with equal names for imports would be one backend."""
    if isinstance(contender, TableFile):
        return f"{import_name(contender.label)}.csv"
    return contender.label


def import_name(label: str) -> str:
    """The name under which a table of tags is imported: in lower case, with hyphens.

    One without a letter of these is named by its digest.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")
    return readable or f"table-{hashlib.sha256(label.encode()).hexdigest()[:6]}"


def seen_of_backend(atlas: Atlas, answered: Answered, images: Sequence[str]) -> Seen:
    """The stored answers for some images.

    Args:
        atlas: to read from.
        answered: whose.
        images: ids of the images of the task, sorted.
    """
    backend = answered.backend
    results = backend_results(atlas, backend)
    wanted = pl.DataFrame({"id": images}, schema={"id": pl.String})
    scores, labels = score_matrix(wanted, results.tags)
    status_of = dict(zip(collection_images(atlas)["id"], results.statuses, strict=True))
    return Seen(
        answered.label,
        backend.fingerprint,
        _plugin(atlas.plugins, backend),
        origin_of(backend),
        [status_of[image] for image in images],
        csr_array(scores),
        labels,
        backend_embeddings(atlas, backend, wanted["id"]),
    )


def origin_of(backend: Backend) -> Origin:
    """Whether answers were asked for by tagatlas, or imported."""
    is_imported = backend.fingerprint.startswith(IMPORTED)
    return Origin.IMPORTED if is_imported else Origin.ASKED


def _plugin(plugins: Plugins, backend: Backend) -> str:
    """The distribution of the tagger as it is installed now; empty if it is not."""
    found = plugins.of_kind(TAGGERS).get(backend.name)
    if found is None or origin_of(backend) is Origin.IMPORTED:
        return ""
    return f"{found.plugin.distribution} {found.plugin.version}".strip()


def seen_of_coding(coded: Coded) -> Seen:
    """A coding as tags: a code is a tag with a score of 1."""
    truth = coded.truth
    has = truth.has & truth.coded[:, None]
    digest = hashlib.sha256("\n".join(truth.codes).encode() + np.packbits(has).tobytes())
    return Seen(
        coded.label,
        f"coding: {truth.source} {digest.hexdigest()[:8]}",
        "",
        Origin.CODED,
        [
            _status(is_coded, bool(own.any()))
            for is_coded, own in zip(truth.coded, has, strict=True)
        ],
        csr_array(has.astype(np.float64)),
        list(truth.codes),
        None,
    )


def _status(is_coded: bool, has_codes: bool) -> Literal["ok", "empty", "pending"]:
    if not is_coded:
        return "pending"
    return "ok" if has_codes else "empty"


def counts_of(seen: Seen) -> dict[str, int]:
    """Number of images by tag status, with every status."""
    statuses = list(seen.statuses)
    return {str(status): statuses.count(str(status)) for status in TagStatus}


def file_name(tagger: str, fingerprint: str) -> str:
    """A name for the files of an entrant: the same for the same answers, whatever its label."""
    readable = re.sub(r"[^\w.-]+", "-", tagger, flags=re.ASCII).strip(".-")[:40] or "entrant"
    digest = hashlib.sha256(f"{tagger}\0{fingerprint}".encode()).hexdigest()
    return f"{readable}-{digest[:12]}"
