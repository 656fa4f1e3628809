"""A real atlas, and a real browser, for the tests of maps in notebooks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import chromium

from tagatlas.testing import sample_images

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def atlas_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas of 24 drawn pictures with a map by the embedded tagger."""
    folder = tmp_path_factory.mktemp("notebook")
    pictures = folder / "pictures"
    pictures.mkdir()
    for number, image in enumerate(sample_images(24, (160, 120))):
        (pictures / f"{number:02}.jpg").write_bytes(image.data)
    made = folder / "drawn.atlas"
    command: list[str | Path] = [sys.executable, "-m", "tagatlas", "run", pictures, "--out", made]
    subprocess.run(command, check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Of one file alone: as long as it is open, an event loop runs in the tests' thread."""
    with chromium(chromium_path) as opened:
        yield opened
