"""Makes plugins' objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tagatlas.errors import MissingDependency, PluginError, TagatlasError
from tagatlas.guards.guard import advice
from tagatlas.guards.unfit import shown
from tagatlas.wording import in_one_line

ProductT = TypeVar("ProductT")


def make(
    factory: Callable[[], object],
    product: type[ProductT],
    label: str,
    *,
    extra: str | None = None,
    own: bool = False,
) -> ProductT:
    """Have a plugin make an object.

    Args:
        factory: the plugin's.
        product: the class of the object.
        label: the plugin's name in messages.
        extra: the extra to install if a package is missing; None if there is none.
        own: see :func:`tagatlas.guards.guarded`.

    Raises:
        MissingDependency: the plugin's optional packages are not installed.
        PluginError: the factory raised, or made something else.
    """
    try:
        made = factory()
    except ImportError as error:
        if extra is None:
            raise PluginError(f"{label} cannot be imported: {error}") from error
        raise missing(label, extra) from error
    except TagatlasError:
        raise
    except (Exception, SystemExit) as error:
        text = f"{label} cannot be made ({in_one_line(error)}): {advice(own=own)}"
        raise PluginError(text) from error
    if not isinstance(made, product):
        raise PluginError(
            f"{label}: its factory made {shown(made)}, which is no {product.__name__}: "
            f"{advice(own=own)}"
        )
    return made


def missing(label: str, extra: str) -> MissingDependency:
    """The error that a plugin needs packages, and how to install them."""
    return MissingDependency(f"{label} needs: pip install '{extra}'")
