"""The files of a map's viewer, as a frame in a notebook is given them."""

from __future__ import annotations

import re
import weakref
from base64 import b64encode
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tagatlas.plugins import RENDERERS, load_plugins
from tagatlas.steps.renderers import viewer_format

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
        self._temporary = Path(mkdtemp(prefix="tagatlas-")).resolve()
        weakref.finalize(self, rmtree, self._temporary, ignore_errors=True)

    def page(self) -> str:
        """The viewer's page with all that it runs in it; it asks what is around it for the rest.

        Raises:
            StorageError: the viewer could not be written.
        """
        style, script, page = (
            self._files[name].read_text("utf-8")
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
        file = self._files.get(path)
        return None if file is None else file.read_bytes()

    @cached_property
    def _files(self) -> dict[str, Path]:
        """The files by their paths in the viewer's folder; written on the first look."""
        plugins = load_plugins()
        renderer = plugins.choose(RENDERERS, viewer_format(plugins), {}).make()
        index, *others = renderer.render(self._map, self._temporary)
        return {file.relative_to(index.parent).as_posix(): file for file in (index, *others)}


def _digest(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
