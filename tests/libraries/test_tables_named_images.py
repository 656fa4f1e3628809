"""Images that a table names."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from tagatlas_tables.matching import Known
from tagatlas_tables.named_images import find_images

NAME = "Müller café.png"


@pytest.mark.parametrize("location", ["/photos/" + NAME, "https://x.org/Mu%CC%88ller%20café.png"])
def test_composed_and_decomposed_letters_are_the_same(location: str) -> None:
    known = [Known("a" * 64, normalize("NFD", location)), Known("b" * 64, "/photos/other.png")]
    for name in (NAME, normalize("NFD", NAME)):
        assert find_images([name], known).images == {name: "a" * 64}
