"""Makes plugins' objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tagatlas.contracts import loaded
from tagatlas.errors import MissingDependency, PluginError, TagatlasError
from tagatlas.wording import MORE_MEMORY, in_one_line
from tagatlas_guards.guard import advice, advice_on, is_ours
from tagatlas_guards.unfit import shown

ProductT = TypeVar("ProductT")


def make(
    factory: Callable[..., object] | str,
    product: type[ProductT],
    label: str,
    *,
    arguments: Sequence[object] = (),
    extra: str | None = None,
    own: bool = False,
) -> ProductT:
    """Have a plugin make an object.

    Args:
        factory: the plugin's, or its place as ``"module:name"``.
        product: the class of the object.
        label: the plugin's name in messages.
        arguments: of the factory.
        extra: the extra to install if a package is missing; None if there is none.
        own: see :func:`tagatlas_guards.guarded`.

    Raises:
        MissingDependency: the plugin's optional packages are not installed.
        PluginError: there is no such factory, or it raised, or made something else.
    """
    try:
        made = _factory(factory, label, own=own)(*arguments)
    except ImportError as error:
        if extra is None:
            raise PluginError(f"{label} cannot be imported: {error}") from error
        raise missing(label, extra) from error
    except TagatlasError:
        raise
    except MemoryError as error:
        text = f"{label} ran out of memory when it was made ({in_one_line(error)}): {MORE_MEMORY}"
        raise PluginError(text) from error
    except BaseException as error:
        if is_ours(error):
            raise
        remedy = advice_on(error, advice(own=own))
        text = f"{label} cannot be made ({in_one_line(error)}): {remedy}"
        raise PluginError(text) from error
    if not isinstance(made, product):
        raise PluginError(
            f"{label}: its factory made {shown(made)}, which is no {product.__name__}: "
            f"{advice(own=own)}"
        )
    return made


def _factory(place: Callable[..., object] | str, label: str, *, own: bool) -> Callable[..., object]:
    try:
        return loaded(place)
    except PluginError as error:
        raise PluginError(f"{label} cannot be made: {error}: {advice(own=own)}") from error


def missing(label: str, extra: str) -> MissingDependency:
    """The error that a plugin needs packages, and how to install them."""
    return MissingDependency(f"{label} needs: pip install '{extra}'")
