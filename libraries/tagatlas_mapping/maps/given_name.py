"""A name that a researcher gives to a cluster, in a file or on the map."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GivenName:
    """A name given to a cluster or sub-cluster, with data to find that one again.

    Attributes:
        name: the name.
        level: ``cluster`` or ``subcluster``; None if not given.
        typical: ids of its typical images.
        automatic_name: the name it had from its tags; None if not given.
        number: its number; None if not given.
    """

    name: str
    level: str | None
    typical: tuple[str, ...]
    automatic_name: str | None
    number: int | None
