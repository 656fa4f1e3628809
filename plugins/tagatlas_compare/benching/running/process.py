"""Measures the speed and memory of one tagger from a cold start, in a process of its own.

The process is new for each tagger, so that loading is included and the peak of memory is that of
this tagger alone. Nothing that it is told is stored.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from tagatlas import Progress, no_progress
from tagatlas.errors import TaggerError
from tagatlas.toolkit import write_atomically
from tagatlas_compare.benching.results.document import Robustness, Speed

_WORK, _FOUND, _SAID, _DONE = "work.pickle", "found.pickle", "said.txt", "done.txt"

_GLANCE = 0.2
"""Seconds from one look at what is done to the next."""


@dataclass(frozen=True)
class Work:
    """What is to be measured.

    Attributes:
        atlas: folder of the atlas that has the images.
        tagger: its name.
        fingerprint: of everything that affects its answers.
        values: its options, by name.
        images: ids of those that it tags several times.
        repeats: how many times.
        perturbed: ids of those that it tags perturbed.
        perturbations: kinds of that.
        top: how many tags of an image count for robustness.
        seed: of everything random.
    """

    atlas: Path
    tagger: str
    fingerprint: str
    values: Mapping[str, object]
    images: Sequence[str]
    repeats: int
    perturbed: Sequence[str]
    perturbations: Sequence[str]
    top: int
    seed: int


@dataclass(frozen=True)
class Ran:
    """What was measured.

    Attributes:
        speed: with memory; None if the tagger raised meanwhile.
        robustness: a row for each perturbation and strength.
        troubles: why something was not measured, a line each.
    """

    speed: Speed | None = None
    robustness: Sequence[Robustness] = ()
    troubles: Sequence[str] = ()


def run_tagger(work: Work, progress: Progress = no_progress) -> Ran:
    """Measure a tagger in a new process, which ends with this one.

    Args:
        work: what is to be measured.
        progress: called with images shown to the tagger: each in each repeat, and perturbed in
            each strength.

    Raises:
        TaggerError: its process died; the text says how.
    """
    total = _to_be_shown(work)
    with TemporaryDirectory(prefix="tagatlas-bench-") as place:
        folder = Path(place)
        with write_atomically(folder / _WORK) as file:
            file.write(pickle.dumps(work))
        with (folder / _SAID).open("xb") as said:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tagatlas_compare.benching.running.measuring", place],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                start_new_session=True,  # Ctrl-C is for this process, which ends the other one
            )
            try:
                status = _ended_with(process, folder / _DONE, total, progress)
            finally:
                process.kill()
                process.communicate()
        found = _read(folder / _FOUND)
        if found is not None:
            progress(total, total)
        if found is None:
            last = (folder / _SAID).read_text("utf-8", "replace").strip().rpartition("\n")[2]
            raise TaggerError(f"{work.tagger}: its process {_ended(status)}; it said: {last}"[:500])
    return found


def _to_be_shown(work: Work) -> int:
    """How many images count as shown in all: those of each repeat, and of each strength."""
    # Imported only now: the new process has this module, and its memory is the tagger's.
    from tagatlas_compare.benching.robustness.perturbations import PERTURBATIONS

    strengths = sum(len(PERTURBATIONS[kind].strengths) for kind in work.perturbations)
    return work.repeats * len(work.images) + strengths * len(work.perturbed)


def _ended_with(
    process: subprocess.Popen[bytes], done: Path, total: int, progress: Progress
) -> int:
    """The status of a process, once it has ended; until then, its progress is told."""
    told = ""
    while True:
        try:
            return process.wait(_GLANCE)
        except subprocess.TimeoutExpired:
            lines = done.read_text("ascii").splitlines() if done.exists() else []
            if lines and lines[-1] != told:
                told = lines[-1]
                progress(int(told), total)


class Done:
    """Tells the other process how many images were shown, a few times a second at most.

    A line is written at once, so that none is read in part.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Begin with none, in a file without a buffer; see :func:`telling_done`."""
        self._file = file
        self._images = 0
        self._told = 0.0

    def __call__(self, images: int) -> None:
        """So many more were shown."""
        self._images += images
        now = time.monotonic()
        if now - self._told >= _GLANCE:
            self._told = now
            self._file.write(f"{self._images}\n".encode())


@contextmanager
def telling_done(folder: Path) -> Iterator[Done]:
    """Tell the other process of the work in a folder how many images were shown."""
    with (folder / _DONE).open("xb", buffering=0) as file:
        yield Done(file)


def read_work(folder: Path) -> Work:
    """What the new process has to do."""
    found = pickle.loads((folder / _WORK).read_bytes())  # noqa: S301 - written by ourselves
    assert isinstance(found, Work)  # noqa: S101 - by run_tagger
    return found


def write_found(folder: Path, found: Ran) -> None:
    """Give the other process what was found."""
    with write_atomically(folder / _FOUND) as file:
        file.write(pickle.dumps(found))


def _read(path: Path) -> Ran | None:
    if not path.exists():
        return None
    found = pickle.loads(path.read_bytes())  # noqa: S301 - written by ourselves
    assert isinstance(found, Ran)  # noqa: S101 - by write_found
    return found


def _ended(status: int) -> str:
    if status == -9:
        return "was killed, perhaps since memory ran out"
    return f"ended with status {status}" if status >= 0 else f"was ended by signal {-status}"
