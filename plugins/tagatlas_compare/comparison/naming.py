"""The backends that texts name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tagatlas import Atlas
from tagatlas.errors import UsageError
from tagatlas.toolkit.backends import Backend, used_backends
from tagatlas_compare.comparison.codings import codings_in


@dataclass(frozen=True)
class NamedBackend:
    """A backend as it takes part in a comparison.

    Attributes:
        label: its name there: the tagger's name, with a number if several settings of one tagger
            take part.
        backend: the backend.
    """

    label: str
    backend: Backend


def choose_backends(atlas: Atlas, named: Sequence[str]) -> list[NamedBackend]:
    """Find the backends to compare.

    A backend is named by its tagger (``imagenet``: with the settings it was used with last), by
    the number of its settings (``imagenet:1`` for those used first), or by a part of its
    fingerprint that no other of the tagger has (``clip:people``).

    Args:
        atlas: to read from.
        named: as described; if none is given, every tagger that has tagged.

    Raises:
        UsageError: a name fits none or several, or fewer than two different ones are named; the
            message lists the backends.
    """
    known = used_backends(atlas)
    chosen = [find_backend(known, name) for name in named] or [
        each for each in known if each.is_latest
    ]
    if len({each.id for each in chosen}) < max(2, len(chosen)):
        raise UsageError(f"a comparison takes at least two different backends; {_listed(known)}")
    names = [each.name for each in chosen]
    return [
        NamedBackend(name if names.count(name) == 1 else f"{name}:{each.number}", each)
        for name, each in zip(names, chosen, strict=True)
    ]


def stored_backends(atlas: Atlas, named: Sequence[str]) -> list[NamedBackend]:
    """Those of the backends to compare that are in the atlas: beside codings, perhaps only one.

    Raises:
        UsageError: see :func:`choose_backends`.
    """
    codings = codings_in(atlas, named)
    if not codings:
        return choose_backends(atlas, named)
    known = used_backends(atlas)
    return [NamedBackend(name, find_backend(known, name)) for name in named if name not in codings]


def find_backend(known: Sequence[Backend], named: str) -> Backend:
    """The one of some backends that a text names; see :func:`choose_backends`.

    Raises:
        UsageError: it names none, or several; the text lists them.
    """
    name, _, which = named.partition(":")
    own = [each for each in known if each.name == name]
    fitting = [
        each
        for each in own
        if (not which and each.is_latest)
        or which == str(each.number)
        or (which and not which.isdecimal() and which in each.description)
    ]
    if len(fitting) == 1:
        return fitting[0]
    problem = f"{named} fits several backends" if fitting else f"no backend {named!r} has tagged"
    raise UsageError(f"{problem}; {_listed(own or known)}")


def _listed(known: Sequence[Backend]) -> str:
    there = [f"{each.name}:{each.number} ({each.description})" for each in known]
    return f"there are: {'; '.join(there)}" if there else "run tagatlas tag first"
