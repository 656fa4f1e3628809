"""Marks of options, besides type, bounds and help."""

from __future__ import annotations

from enum import Enum, auto


class Mark(Enum):
    """A mark of an option, in its annotation: ``Annotated[str, Meta(...), Mark.SECRET]``."""

    SECRET = auto()
    """A key, a token, a password. Its value comes from its variable, such as
    ``TAGATLAS_FEED_TOKEN``, or from Python. It has no flag, is refused in ``atlas.toml``, and
    never appears in a map, a file or a message."""
