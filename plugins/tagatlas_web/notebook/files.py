"""The files of a map's page, for a frame in a notebook."""

from __future__ import annotations

import weakref
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tagatlas_web import WebOptions
from tagatlas_web.page.html import embedded_page
from tagatlas_web.page.renderer import WebRenderer

if TYPE_CHECKING:
    from tagatlas import Map


class ViewerFiles:
    """The viewer of one map, written to a temporary folder when first requested.

    The folder is removed with the object.

    Args:
        map_: what the viewer shows.
    """

    def __init__(self, map_: Map) -> None:
        self._map = map_
        self._temporary = Path(mkdtemp(prefix="tagatlas-")).resolve()
        weakref.finalize(self, rmtree, self._temporary, ignore_errors=True)

    def page(self) -> str:
        """The viewer's page with its script embedded; it requests the rest from its host.

        Raises:
            StorageError: the viewer could not be written.
        """
        style, script = (
            self._files[name].read_text("utf-8") for name in ("viewer.css", "viewer.js")
        )
        return embedded_page(style, script)

    def read(self, path: str) -> bytes | None:
        """One of the viewer's files; None if there is no such file.

        Args:
            path: in the viewer's folder.

        Raises:
            StorageError: the viewer could not be written.
        """
        file = self._files.get(path)
        return None if file is None else file.read_bytes()

    @cached_property
    def _files(self) -> dict[str, Path]:
        """The files by their paths in the viewer's folder; written on the first look."""
        index, *others = WebRenderer(WebOptions()).render(self._map, self._temporary)
        return {file.relative_to(index.parent).as_posix(): file for file in (index, *others)}
