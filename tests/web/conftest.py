"""A browser for the tests of each module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from chromium import FLAGS, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright


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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page without animations that fails its test on any error and any request elsewhere."""
    with watched(browser, calm=True) as opened:
        yield opened
