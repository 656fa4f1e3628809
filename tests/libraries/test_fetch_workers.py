"""Decoding in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest

from tagatlas.contracts import ImageStatus
from tagatlas.errors import ImageRejected, PluginError
from tagatlas.testing import MemoryStore, sample_images
from tagatlas_fetching import Address, FetchOptions
from tagatlas_fetching.engine import fetch
from tagatlas_fetching.normalise import normalise
from tagatlas_fetching.workers import Workers

CRASHES = b"\x00\x00\x01\x00CRASH"
HANGS = b"\x00\x00\x01\x00HANGS"

FAULTY_DECODER = """
# Python runs this at its start: the decoder of one format dies, or never ends.
import ctypes
import time
from PIL import Image

Image.init()
opens, accepts = Image.OPEN["ICO"]

def open_faulty(file, name=""):
    start = file.read(9)
    file.seek(0)
    if start.endswith(b"CRASH"):
        ctypes.string_at(0)
    if start.endswith(b"HANGS"):
        time.sleep(3600)
    return opens(file, name)

Image.OPEN["ICO"] = open_faulty, lambda start: start.startswith(b"\\0\\0\\1\\0")
"""


@pytest.fixture
def faulty_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New Python processes have a decoder that crashes (a real SIGSEGV) or hangs on some files."""
    (tmp_path / "sitecustomize.py").write_text(FAULTY_DECODER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def written(folder: Path, *pictures: bytes) -> list[Address]:
    addresses = []
    for number, data in enumerate(pictures):
        path = folder / f"{number}.picture"
        path.write_bytes(data)
        addresses.append(Address(number, str(path), local=True))
    return addresses


def test_the_faulty_decoder_really_crashes(faulty_decoder: None) -> None:
    code = (
        "import sys; from tagatlas_fetching.normalise import normalise;"
        "normalise(sys.stdin.buffer.read(), max_side=64, max_pixels=100)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=CRASHES, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGSEGV


@pytest.mark.slow
@pytest.mark.usefixtures("faulty_decoder")
def test_a_crash_costs_one_picture_and_not_the_run(tmp_path: Path) -> None:
    pictures = [image.data for image in sample_images(20)]
    pictures[5:5] = [CRASHES]
    pictures[12:12] = [CRASHES]
    addresses = written(tmp_path, *pictures)
    outcomes = chain.from_iterable(fetch(addresses, MemoryStore(), FetchOptions()))
    found = {outcome.key: outcome for outcome in outcomes}
    assert len(found) == 22
    for key in (5, 12):
        assert found.pop(key).status == ImageStatus.UNREADABLE
    assert {outcome.status for outcome in found.values()} == {ImageStatus.OK}


@pytest.mark.slow
@pytest.mark.usefixtures("faulty_decoder")
def test_a_crash_says_what_it_was(tmp_path: Path) -> None:
    with Workers(1, FetchOptions()) as workers:
        with pytest.raises(ImageRejected, match="the decoder crashed"):
            workers.normalise(CRASHES)
        assert workers.normalise(sample_images(1)[0].data).width == 160


@pytest.mark.slow
@pytest.mark.usefixtures("faulty_decoder")
def test_a_decoder_that_does_not_come_to_an_end_is_ended() -> None:
    with Workers(1, FetchOptions(decode_limit=4)) as workers:  # a busy machine decodes in it
        with pytest.raises(ImageRejected, match=r"not decoded in 4 seconds") as caught:
            workers.normalise(HANGS)
        assert caught.value.status == ImageStatus.UNREADABLE
        assert workers.normalise(sample_images(1)[0].data).width == 160


def test_results_are_those_of_the_normaliser() -> None:
    data = sample_images(1)[0].data
    options = FetchOptions(max_side=100, resize="50%")
    with Workers(1, options) as workers:
        found = workers.normalise(data)
    assert found == normalise(data, max_side=100, max_pixels=options.max_pixels, share=0.5)


@pytest.mark.slow
def test_threads_share_the_processes() -> None:
    pictures = [image.data for image in sample_images(40)]
    with Workers(2, FetchOptions()) as workers, ThreadPoolExecutor(8) as threads:
        found = list(threads.map(workers.normalise, pictures))
    assert len({image.id for image in found}) == 40


def children() -> set[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(each) for each in listed}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's list of children")
def test_no_process_is_left() -> None:
    before = children()
    with Workers(2, FetchOptions()) as workers:
        assert len(children() - before) == 2
        workers.normalise(sample_images(1)[0].data)
    assert children() == before


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's list of children")
def test_a_process_that_somebody_killed_costs_nothing() -> None:
    before = children()
    data = sample_images(1)[0].data
    with Workers(1, FetchOptions()) as workers:
        workers.normalise(data)
        [process] = children() - before
        os.kill(process, signal.SIGKILL)
        assert workers.normalise(data).width == 160


def test_processes_that_do_not_start_are_said_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os; os._exit(1)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    [address] = written(tmp_path, sample_images(1)[0].data)
    with pytest.raises(PluginError, match=r"does not start"):
        list(fetch([address], MemoryStore(), FetchOptions()))
