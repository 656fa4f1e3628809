"""How a call of a step begins: its atlas is opened, and what it was given is looked up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.errors import UsageError
from tagatlas.option_names import Owner
from tagatlas.plugins import Plugins
from tagatlas.selection import Selection
from tagatlas.step_options import step_names

AtlasLike = Atlas | str | Path
"""An open atlas, or the folder of one, which is opened for the length of a call."""


@contextmanager
def opened(
    atlas: AtlasLike, plugins: Plugins | None = None, *, create: bool = False, write: bool = True
) -> Iterator[Atlas]:
    """The atlas, opened for the length of a ``with`` block if it is not open already.

    Args:
        atlas: an open atlas, which stays open, or its folder.
        plugins: the installed ones by default; an open atlas has its own.
        create: see :func:`tagatlas.open_atlas`.
        write: see :func:`tagatlas.open_atlas`.

    Raises:
        UsageError: it is to be written into, and was opened to be read from.
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
    """The folder of that path.

    Raises:
        UsageError: there is nothing in the text; as a path that would be the present folder.
    """
    if path == "":
        raise UsageError("the path of a folder cannot be empty: for the present one give '.'")
    return Path(path)


def several(names: str | Sequence[str]) -> Sequence[str]:
    """The names that a call was given; a text is one name, and no list of letters."""
    return [names] if isinstance(names, str) else names


def select(
    atlas: Atlas,
    given: Mapping[str, object],
    *steps: str,
    further: Sequence[Owner] = (),
    reserved: Collection[str] = (),
) -> Selection:
    """What a call of some steps was given, to be looked up.

    Args:
        atlas: whose plugins and settings count.
        given: options by name; None stands for what was not given.
        steps: see :data:`tagatlas.step_options.STEPS`.
        further: other owners whose options the call takes.
        reserved: names of the call's own arguments.

    Raises:
        OptionError: there is no option of a name.
    """
    names = step_names(atlas.plugins, *steps, further=further, reserved=reserved)
    return Selection(atlas.plugins, atlas.settings, names, given)
