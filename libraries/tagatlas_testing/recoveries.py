"""The suite of recoveries."""

from __future__ import annotations

import pytest

from tagatlas.contracts import Recovery, RecoverySpec, loaded
from tagatlas_guards import guarded
from tagatlas_testing.specs import SpecContract

ODD_URLS = (
    "http://a",
    "https://example.org/%2e%2e/a.jpg?x=1&y=2#part",
    "https://[::1]/a.jpg",
    "https://example.org/" + "a" * 4_000,
    "https://example.org/ä \x00.jpg",
    "https://",
)


class RecoveryContract(SpecContract):
    """Rules of a :class:`~tagatlas.Recovery`. Override ``spec`` and ``url``."""

    @pytest.fixture
    def spec(self) -> RecoverySpec:
        """The plugin's spec. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your recovery's spec")

    @pytest.fixture
    def url(self) -> str:
        """A URL of a kind that the recovery knows. To be overridden."""
        raise NotImplementedError("override the fixture `url`: one that has a copy elsewhere")

    @pytest.fixture
    def page(self) -> str:
        """HTML at that URL. To be overridden for a recovery that reads pages."""
        return ""

    @pytest.fixture
    def recovery(self, spec: RecoverySpec, options: object) -> Recovery:
        """The recovery under test."""
        return guarded(loaded(spec.factory)(options), spec.name)

    def test_factory_makes_a_recovery(self, recovery: Recovery) -> None:
        """The factory, called with the options, makes a ``Recovery``."""
        assert isinstance(recovery, Recovery)

    def test_copies_are_other_web_addresses(self, recovery: Recovery, url: str, page: str) -> None:
        """There is a copy of the sample URL; all are ``http(s)`` URLs, distinct, and others."""
        copies = [*recovery.copies(url), *recovery.copies_in_page(url, page)]
        assert copies
        assert all(copy.startswith(("http://", "https://")) for copy in copies)
        assert len(set(copies)) == len(copies)
        assert url not in copies

    def test_the_same_url_has_the_same_copies(
        self, spec: RecoverySpec, options: object, recovery: Recovery, url: str, page: str
    ) -> None:
        """Copies are the same at every call, in the same order."""
        again = loaded(spec.factory)(options)
        assert list(recovery.copies(url)) == list(recovery.copies(url)) == list(again.copies(url))
        named = list(recovery.copies_in_page(url, page))
        assert named == list(again.copies_in_page(url, page))

    @pytest.mark.parametrize("odd", ODD_URLS)
    def test_odd_urls_are_borne(self, recovery: Recovery, odd: str, page: str) -> None:
        """For any URL, nothing is raised, and copies are ``http(s)`` URLs."""
        for copy in (*recovery.copies(odd), *recovery.copies_in_page(odd, page)):
            assert copy.startswith(("http://", "https://"))
            assert copy != odd
