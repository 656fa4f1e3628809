"""File names from clusters' names."""

from __future__ import annotations

import re
from unicodedata import normalize

_LONGEST = 40


def cluster_file_name(cluster: int, count: int, name: str) -> str:
    """A file name, without an ending, that every system takes: ``cluster-07-parrot-macaw``.

    Of the name only letters, digits and underscores are kept, at most 40 characters; all else
    becomes hyphens, so that no name is a path, hidden, reserved, or too long.

    Args:
        cluster: the cluster's number, from 0.
        count: how many clusters there are: numbers are padded so that they sort.
        name: the cluster's name, whatever it says.
    """
    words = re.sub(r"[\W]+", "-", normalize("NFC", name))[:_LONGEST].strip("-")
    number = f"{cluster:0{max(2, len(str(count - 1)))}d}"
    return f"cluster-{number}-{words}" if words else f"cluster-{number}"
