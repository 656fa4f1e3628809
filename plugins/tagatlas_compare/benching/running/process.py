"""Measures the speed and memory of one tagger from a cold start, in a process of its own.

The process is new for each tagger, so that loading is included and the peak of memory is that of
this tagger alone. Nothing that it is told is stored.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tagatlas.errors import TaggerError
from tagatlas.toolkit import write_atomically
from tagatlas_compare.benching.results.document import Robustness, Speed

_WORK, _FOUND, _SAID = "work.pickle", "found.pickle", "said.txt"


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


def run_tagger(work: Work) -> Ran:
    """Measure a tagger in a new process, which ends with this one.

    Raises:
        TaggerError: its process died; the text says how.
    """
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
                status = process.wait()
            finally:
                process.kill()
                process.communicate()
        found = _read(folder / _FOUND)
        if found is None:
            last = (folder / _SAID).read_text("utf-8", "replace").strip().rpartition("\n")[2]
            raise TaggerError(f"{work.tagger}: its process {_ended(status)}; it said: {last}"[:500])
    return found


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
