"""The files of a map's viewer, as a frame in a notebook is given them."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tagatlas.plugins import RENDERERS, load_plugins

if TYPE_CHECKING:
    from tagatlas.maps import Map

_POLICY = re.compile(r'(http-equiv="Content-Security-Policy" content=")[^"]*(")')
_STYLE = '<link rel="stylesheet" href="viewer.css">'
_SCRIPT = '<script src="viewer.js"></script>'
_ROOT = '<html lang="en">'


class ViewerFiles:
    """The viewer of one map, written to a temporary folder when it is first asked for.

    The folder goes with the object.

    Args:
        map_: what the viewer shows.
    """

    def __init__(self, map_: Map) -> None:
        self._map = map_
        self._temporary = TemporaryDirectory(prefix="tagatlas-")

    def page(self) -> str:
        """The viewer's page with all that it runs in it; it asks what is around it for the rest.

        Raises:
            StorageError: the viewer could not be written.
        """
        style, script, page = (
            (self._folder / name).read_text("utf-8")
            for name in ("viewer.css", "viewer.js", "index.html")
        )
        script = script.replace("</script", r"<\/script")
        policy = (
            f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)};"
            " img-src blob: data:; base-uri 'none'; form-action 'none'"
        )
        page = _POLICY.sub(lambda found: found[1] + policy + found[2], page, count=1)
        for old, new in (
            (_STYLE, f"<style>{style}</style>"),
            (_SCRIPT, f"<script>{script}</script>"),
            (_ROOT, '<html lang="en" data-embedded>'),
        ):
            page = page.replace(old, new, 1)
        return page

    def read(self, path: str) -> bytes | None:
        """One of the viewer's files; None where there is no such file.

        Args:
            path: in the viewer's folder.

        Raises:
            StorageError: the viewer could not be written.
        """
        file = (self._folder / path).resolve()
        if not file.is_relative_to(self._folder) or not file.is_file():
            return None
        return file.read_bytes()

    @cached_property
    def _folder(self) -> Path:
        folder = Path(self._temporary.name).resolve()
        index, *_ = load_plugins().choose(RENDERERS, "web", {}).make().render(self._map, folder)
        return index.parent


def _digest(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
