"""Other programs that show a map in the browser, for ``web.py``: how their pages are made."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tagatlas.contracts import Map
from tagatlas_exports.embedding_atlas import EmbeddingAtlasOptions
from tagatlas_exports.embedding_atlas.renderer import EmbeddingAtlasRenderer
from tagatlas_exports.vikus import VikusOptions
from tagatlas_exports.vikus.renderer import VikusRenderer
from tagatlas_web import WebOptions
from tagatlas_web.page.renderer import WebRenderer


@dataclass(frozen=True)
class Search:
    """How a page is searched.

    Attributes:
        opens: what is clicked first where the field is hidden.
        field: where a word is written.
        found: JavaScript that is true once the page shows what it found.
    """

    opens: str | None
    field: str
    found: str


@dataclass(frozen=True)
class Program:
    """A page in a folder.

    Attributes:
        search: how it is searched; None where that is not measured.
        refusal: words on the page that say that it cannot draw the map in this browser.
    """

    name: str
    folder: Path
    search: Search | None
    refusal: str | None = None


def ours(map_: Map, folder: Path) -> Program:
    """Our viewer."""
    WebRenderer(WebOptions()).render(map_, folder)
    return written(folder / "viewer")


def written(viewer: Path) -> Program:
    """Our viewer, which was written before."""
    found = "() => !document.querySelector('#chosen').hidden"
    return Program("tagatlas", viewer, Search(None, "#query", found))


def vikus(map_: Map, folder: Path, source: Path) -> Program:
    """VIKUS Viewer, a copy of its source, with our export."""
    shutil.copytree(source, folder / "vikus", ignore=shutil.ignore_patterns(".git"))
    VikusRenderer(VikusOptions()).render(map_, folder)
    found = "() => location.hash.includes('search=')"
    search = Search(".searchbar .openbutton", ".searchbar input", found)
    return Program("vikus-viewer", folder / "vikus", search)


def embedding_atlas(map_: Map, folder: Path, program: str) -> Program:
    """Embedding Atlas' own viewer, as its program exports it; it needs WebGPU with shader-f16."""
    folder.mkdir(exist_ok=True)
    EmbeddingAtlasRenderer(EmbeddingAtlasOptions()).render(map_, folder)
    subprocess.run(
        [
            program,
            str(folder / "embedding-atlas.parquet"),
            *("--x", "x", "--y", "y", "--text", "text", "--image", "image"),
            *("--export-application", str(folder / "app")),
        ],
        check=True,
        capture_output=True,
    )
    return Program("embedding-atlas", folder / "app", None, "WebGPU is unavailable")
