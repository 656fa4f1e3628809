"""The start of every call of a step: opens its atlas and looks up its options."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.errors import UsageError
from tagatlas.plugins import Plugins
from tagatlas.selection import Selection
from tagatlas.step_options import step_names
from tagatlas_options.names import Owner

AtlasLike = Atlas | str | Path
"""An open atlas, or the folder of one, which is opened for the duration of a call."""


@contextmanager
def opened(
    atlas: AtlasLike, plugins: Plugins | None = None, *, create: bool = False, write: bool = True
) -> Iterator[Atlas]:
    """The atlas, opened for the duration of a ``with`` block if it is not open already.

    Args:
        atlas: an open atlas, which stays open, or its folder.
        plugins: the installed ones by default; an open atlas has its own.
        create: see :func:`tagatlas.open_atlas`.
        write: see :func:`tagatlas.open_atlas`.

    Raises:
        UsageError: it is to be written, but was opened for reading.
    """
    if isinstance(atlas, Atlas):
        if write and not atlas.writes:
            raise UsageError(
                f"{atlas.folder} was opened with write=False, and this writes into it: open it "
                "without that, or give the folder"
            )
        yield atlas
        return
    with open_atlas(folder_of(atlas), plugins, create=create, write=write) as open_one:
        yield open_one


def folder_of(path: str | Path) -> Path:
    """The folder of a path.

    Raises:
        UsageError: the text is empty, which as a path would be the present folder.
    """
    if path == "":
        raise UsageError("the path of a folder cannot be empty: for the present one give '.'")
    return Path(path)


def several(names: str | Sequence[str]) -> Sequence[str]:
    """Names given to a call, as a list; a text is one name."""
    return [names] if isinstance(names, str) else names


def select(
    atlas: Atlas,
    given: Mapping[str, object],
    *steps: str,
    further: Sequence[Owner] = (),
    reserved: Collection[str] = (),
) -> Selection:
    """The options given to a call of some steps.

    Args:
        atlas: with plugins and settings.
        given: options by name; None means not given.
        steps: ``add``, ``fetch``, ``tag``, ``map``, ``render``: those whose options, and whose
            plugins' options, the call takes as well.
        further: other owners of options that the call takes.
        reserved: names of the call's own arguments.

    Raises:
        OptionError: an option does not exist.
    """
    names = step_names(atlas.plugins, *steps, further=further, reserved=reserved)
    return Selection(atlas.plugins, atlas.settings, names, given)
