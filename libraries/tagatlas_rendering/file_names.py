"""Names of files and folders that every system can have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from tagatlas.errors import UsageError

_FORBIDDEN = '<>:"/\\|?*'
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?", re.I
)
"""Names of devices of Windows, which also hold with any ending (Microsoft, "Naming Files")."""


def check_portable(name: str, what: str, others: Iterable[str] = ()) -> None:
    """Check that a folder can have a name on Windows and macOS, too: atlases are exchanged.

    Args:
        name: is to be given.
        what: that is called so, such as ``a map``.
        others: names in the same place; some systems take those that differ only in upper and
            lower case, or in how accents are encoded, for the same.

    Raises:
        UsageError: it cannot.
    """
    found = [char for char in _FORBIDDEN if char in name]
    if found or name != name.strip() or name.endswith(".") or _RESERVED.fullmatch(name):
        raise UsageError(
            f"{what} cannot be called {name!r}, as Windows has no such folder: use none of "
            f"{' '.join(_FORBIDDEN)}, no blank at an end, no dot at the end, and no name of a "
            "device such as CON or NUL"
        )
    for other in others:
        if other != name and _folded(other) == _folded(name):
            raise UsageError(
                f"{what} cannot be called {name!r}, as there is {other!r}, which some systems take "
                "for the same: choose another name"
            )


def _folded(name: str) -> str:
    return normalize("NFC", normalize("NFC", name).casefold())
