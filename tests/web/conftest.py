"""A browser for the tests of each module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from chromium import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    from playwright.sync_api import sync_playwright  # takes a second, and few tests use it

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    """Debian's browser with software rendering."""
    opened = playwright.chromium.launch(executable_path=chromium_path, args=list(FLAGS))
    yield opened
    opened.close()
