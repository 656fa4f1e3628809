"""Built-in vocabularies, and vocabulary files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from tagatlas.errors import InputError, OptionError
from tagatlas_tables.packed import read_unpacked
from tagatlas_vocabularies.reading import read_vocabulary
from tagatlas_vocabularies.vocabulary import Vocabulary

BUILT_IN: Mapping[str, str] = {
    "everyday": "What image collections are about: things, people, places, activities, styles.",
    "scenes": "Kinds of places, indoors and outdoors.",
    "imagenet": "The 1,000 classes of ImageNet.",
}
"""The built-in vocabularies with descriptions. Their sources are in data/PROVENANCE.md."""


def load_vocabulary(named: str) -> Vocabulary:
    """The vocabulary of a name or a path.

    Args:
        named: ``everyday``, ``scenes`` or ``imagenet``, or the path of a file, which has
            precedence.

    Raises:
        OptionError: there is neither, or the file is not a vocabulary.
    """
    path = Path(named)
    if path.is_file():
        try:
            data = read_unpacked(path)
        except InputError as error:
            raise OptionError(f"cannot read the vocabulary {named}: {error}") from error
        return read_vocabulary(path.name, data)
    if named in BUILT_IN:
        data = (files("tagatlas_vocabularies") / "data" / f"{named}.csv").read_bytes()
        return replace(read_vocabulary(named, data), notes=())  # of its column with sources
    raise OptionError(f"no vocabulary {named!r}: name a file, or one of {', '.join(BUILT_IN)}")
