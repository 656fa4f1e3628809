"""The page's HTML: in a folder of files, from the server, and in a frame of a notebook."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

STATIC = files("tagatlas_web") / "static"
"""The page's template, its script and its style."""

_TEMPLATE = Template((STATIC / "page.html").read_text("utf-8"))

_SCHEME = (STATIC / "scheme.js").read_text("utf-8")

_POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:;"
    " img-src 'self' file: blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class Live:
    """Settings of an editable page from a server.

    Attributes:
        state: of the maps that it shows; the server notifies windows when it changes.
        atlas: identifier of the atlas in browsers: letters and digits.
        formats: the offered ones with the texts of their buttons, by name.
        meaning: the backend that finds images by what a text means; empty where none does.
    """

    state: str
    atlas: str
    formats: Mapping[str, str]
    meaning: str = ""


def page(live: Live | None = None) -> str:
    """The page, with ``viewer.css``, ``viewer.js``, ``scheme.js`` and ``data/`` beside it.

    ``scheme.js`` comes first: the page is light or dark before anything is painted.

    Args:
        live: of a server's page; without it annotations are read-only.
    """
    formats = {} if live is None else {"formats": json.dumps(list(live.formats.items()))}
    facts = {} if live is None else {"live": live.state, "atlas": live.atlas, **formats}
    if live is not None and live.meaning:
        facts["meaning"] = live.meaning
    return _TEMPLATE.substitute(
        facts="".join(f' data-{name}="{escape(value)}"' for name, value in facts.items()),
        policy=_POLICY,
        style='<link rel="stylesheet" href="viewer.css">',
        scheme='<script src="scheme.js"></script>',
        script='<script src="viewer.js"></script>',
    )


def embedded_page(style: str, script: str) -> str:
    """The page with style and script embedded; it requests its data from its host.

    Args:
        style: content of ``viewer.css``.
        script: content of ``viewer.js``.
    """
    script = f"{_SCHEME}\n{script}".replace("</script", r"<\/script")
    return _TEMPLATE.substitute(
        facts=" data-embedded",
        policy=(
            f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)};"
            " img-src blob: data:; base-uri 'none'; form-action 'none'"
        ),
        scheme="",
        style=f"<style>{style}</style>",
        script=f"<script>{script}</script>",
    )


def _digest(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
