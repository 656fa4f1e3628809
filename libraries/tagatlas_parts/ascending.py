"""Looking images up in the order of their ids, with one section in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from tagatlas_parts.files import PartFolder
from tagatlas_parts.kinds import Kind
from tagatlas_parts.sections import Section, without


class Ascending:
    """The values of images that are asked for in rising order of their ids."""

    def __init__(
        self,
        folder: PartFolder,
        sections: Sequence[Section],
        kinds: Sequence[Kind],
        stale: pl.Series,
    ) -> None:
        """Read nothing yet.

        Args:
            folder: of the files.
            sections: in the order of ids.
            kinds: whose values are wanted, each with one row an image.
            stale: ids of images whose rows do not count.
        """
        self._folder, self._kinds, self._stale = folder, kinds, stale
        self._sections: Iterator[Section] = iter(sections)
        self._last = ""
        self._values: list[Mapping[str, bytes]] = [{} for _ in kinds]

    def __call__(self, image: str) -> list[bytes | None]:
        """Its value of each kind; None where it has none.

        Raises:
            AtlasDamaged: see :meth:`PartFolder.read`.
        """
        while image > self._last and (section := next(self._sections, None)) is not None:
            self._last = section.last
            if image <= section.last:
                self._values = [self._read(section, kind) for kind in self._kinds]
        return [values.get(image) for values in self._values]

    def _read(self, section: Section, kind: Kind) -> Mapping[str, bytes]:
        frame = without(self._folder.read(section, kind), self._stale)
        return dict(frame.iter_rows())
