"""A name that a researcher gives to a cluster, wherever it was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GivenName:
    """A name that somebody gave to a cluster or sub-cluster, and what tells which one it is.

    Attributes:
        name: the name.
        level: ``cluster`` or ``subcluster``; None where the file does not say.
        typical: ids of images that stood for it.
        automatic_name: the name it had from its tags; None where the file does not say.
        number: its number; None where the file does not say.
    """

    name: str
    level: str | None
    typical: tuple[str, ...]
    automatic_name: str | None
    number: int | None
