"""``tagatlas doctor``."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tagatlas.cli.flags import Choices
from tagatlas.cli.outcome import FAILED, Outcome
from tagatlas.errors import UsageError
from tagatlas.plugins import TAGGERS, load_plugins, plugin_owner

if TYPE_CHECKING:
    from tagatlas.atlas import Atlas
    from tagatlas.pipeline.doctor import Finding

AtlasToCheck = Annotated[
    Path | None, typer.Argument(metavar="ATLAS", help="An atlas to check.", show_default=False)
]
BackendOption = Annotated[
    str | None, typer.Option("--backend", help="A backend to check.", show_default=False)
]
CleanFlag = Annotated[
    bool,
    typer.Option(
        "--clean",
        help="Remove from the atlas the images that no record leads to any more, with all that "
        "is known of them.",
    ),
]


def command() -> Callable[..., Outcome]:
    """The command."""
    return run


def run(
    atlas: AtlasToCheck = None, backend: BackendOption = None, clean: CleanFlag = False
) -> Outcome:
    """Check the installation, and a backend or an atlas if one is named."""
    from tagatlas.atlas import open_atlas
    from tagatlas.pipeline.doctor import check_atlas, check_backend, check_installation

    if clean and atlas is None:
        raise UsageError("--clean needs an atlas: tagatlas doctor ATLAS --clean")
    plugins = load_plugins(strict=False)
    findings = check_installation(plugins)
    if backend is not None:
        options = plugins.get(TAGGERS, backend).options
        values = Choices({}).values(plugin_owner(backend), options)
        findings += check_backend(plugins.choose(TAGGERS, backend, values), os.environ)
    if atlas is not None:
        with open_atlas(atlas, plugins, write=clean) as opened:
            findings += [_clean(opened)] if clean else []
            findings += check_atlas(opened)
    lines = [f"{'ok ' if each.ok else 'BAD'} {each.subject}: {each.text}" for each in findings]
    status = 0 if all(each.ok for each in findings) else FAILED
    return Outcome({"findings": [asdict(each) for each in findings]}, lines, status)


def _clean(atlas: Atlas) -> Finding:
    from tagatlas.pipeline.clean import clean
    from tagatlas.pipeline.doctor import Finding, unused_text

    return Finding("cleaned", True, unused_text(clean(atlas)))
