"""Wording of messages: numbers with their nouns, texts as one line, unique names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

MORE_MEMORY = "give it fewer images, or a machine with more memory"
"""Advice if memory runs out, which is nobody's fault."""

CHECK_SYSTEM = "check the disk, the permissions and the network, then run it again"
"""Advice if the system refuses something."""

_LONGEST_LINE = 500


def count(number: int, thing: str) -> str:
    """``1 row``, ``2,310 rows``, ``3 addresses``."""
    ending = "" if number == 1 else "es" if thing.endswith("s") else "s"
    return f"{number:,} {thing}{ending}"


def clusters_in_words(clusters: int, in_none: int) -> str:
    """``5 clusters``, or ``5 clusters (10 images are in none)``."""
    number = count(clusters, "cluster")
    verb = "is" if in_none == 1 else "are"
    return f"{number} ({count(in_none, 'image')} {verb} in none)" if in_none else number


def versions_in_words(versions: Mapping[str, int]) -> str:
    """``answered by the model version v1 (32 images)``; with a warning if there are several.

    Args:
        versions: number of images by version; empty text where none is known.
    """
    each = ", ".join(
        f"{version or 'an unknown one'} ({count(images, 'image')})"
        for version, images in versions.items()
    )
    if len(versions) == 1:
        return f"answered by the model version {each}"
    doubt = "perhaps " if len(versions) == 1 + ("" in versions) else ""
    return f"warning: answered by {doubt}several model versions, whose tags may differ: {each}"


def untaken(name: str, taken: Collection[str]) -> str:
    """The name, with a number appended if it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def one_line(text: str) -> str:
    """A text from a service as one line of at most 500 characters."""
    return " ".join(text[: 20 * _LONGEST_LINE].split())[:_LONGEST_LINE]


def in_one_line(error: BaseException) -> str:
    """An exception with its kind, of at most 500 characters."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - its class may be a plugin's; the kind remains
        text = "without a text"
    return one_line(f"{type(error).__name__}: {text}").removesuffix(":")
