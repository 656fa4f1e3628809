"""Marks of options, besides type, bounds and help."""

from __future__ import annotations

from enum import Enum, auto


class Mark(Enum):
    """A mark of an option, in its annotation: ``Annotated[str, Meta(...), Mark.SECRET]``."""

    SECRET = auto()
    """A key, a token, a password. Its value comes from its variable, such as
    ``TAGATLAS_FEED_TOKEN``, or from Python. It has no flag, is refused in ``atlas.toml``, and
    never appears in a map, a file or a message."""

    AUTHORITY = auto()
    """Decides where keys, pictures or requests go, which files or code are read, or what is paid:
    an endpoint, a location, an archive, a header, a path, a model, a device that sends data, a
    price, a permission. Its value from ``atlas.toml`` counts only once the user has accepted it,
    since the atlas may come from somebody else; flags, variables and arguments in Python always
    count, and what is given so is accepted."""
