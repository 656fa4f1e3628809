"""The guard: a wrapper of a plugin's object that checks its results and exceptions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import current_thread, main_thread
from typing import TypeVar, cast

from tagatlas.contracts import Reading
from tagatlas.errors import ContractBroken, PluginFailed, TagatlasError
from tagatlas.masking import hidden, hide
from tagatlas.options import secrets_of
from tagatlas.wording import CHECK_SYSTEM, MORE_MEMORY, in_one_line
from tagatlas_guards.answers import check_read
from tagatlas_guards.checks import promises_of
from tagatlas_guards.telling import without_values
from tagatlas_guards.unfit import Unfit

_AUTHOR = "tell its author"
ProductT = TypeVar("ProductT")
ItemT = TypeVar("ItemT")

_FOR_REQUESTS = frozenset({"copies", "copies_in_page", "locate"})
"""Methods that give addresses for requests, which a secret may be part of."""


def guarded(
    product: ProductT,
    label: str,
    *,
    own: bool = False,
    options: object = None,
    masks: bool = True,
) -> ProductT:
    """A plugin's object whose faults are raised as errors that name it.

    For every public method and attribute: an exception becomes a
    :class:`~tagatlas.errors.PluginFailed`, and a value that breaks the contract a
    :class:`~tagatlas.errors.ContractBroken`. A :class:`~tagatlas.errors.TagatlasError` passes
    through, and so does an interrupt. To ``isinstance`` it is the object itself.

    Args:
        product: implements a contract; a guarded one is returned unchanged.
        label: its name in messages.
        own: whether it is built in, so that there is no other author to notify.
        options: that it was made with; errors do not reveal the secrets among them.
        masks: whether secrets are masked in the texts that it gives, as they are in errors.
    """
    if type(product) is _Guarded:
        return product
    return cast("ProductT", _Guarded(product, label, advice(own=own), options, masks))


def advice(*, own: bool) -> str:
    """Advice on a fault of a plugin."""
    return "this is a fault of tagatlas (--debug shows where)" if own else _AUTHOR


def advice_on(error: BaseException, otherwise: str) -> str:
    """Advice on an exception of a plugin: what the system refuses a built-in one is no fault."""
    if otherwise == _AUTHOR:
        return otherwise
    if isinstance(error, OSError):
        return CHECK_SYSTEM
    if isinstance(error, ImportError):
        return "install its packages again"
    return otherwise


def is_ours(error: BaseException) -> bool:
    """Whether an exception is no plugin's: Ctrl-C, which the main thread gets, or a closing."""
    if isinstance(error, KeyboardInterrupt):
        return current_thread() is main_thread()
    return isinstance(error, GeneratorExit)


def contract_broken(label: str, reason: str, *, own: bool) -> ContractBroken:
    """The error that a plugin broke its contract.

    Args:
        label: the plugin's name in messages.
        reason: what it did, without the plugin's name.
        own: see :func:`guarded`.
    """
    return ContractBroken(f"{label}: {reason}: {advice(own=own)}", reason)


class _Guarded:
    """Stands for a plugin's object; see :func:`guarded`."""

    __slots__ = (
        "__weakref__",
        "_advice",
        "_label",
        "_masks",
        "_of_options",
        "_product",
        "_promises",
    )

    def __init__(
        self, product: object, label: str, advice: str, options: object, masks: bool
    ) -> None:
        self._product = product
        self._label = label
        self._advice = advice
        self._of_options = secrets_of(options)
        self._masks = masks
        self._promises = promises_of(product)

    @property  # type: ignore[misc] # isinstance is to find the contracts that the object implements
    def __class__(self) -> type:
        return type(self._product)

    def __getattr__(self, name: str) -> object:
        is_promised = name in self._promises.attributes
        if not is_promised and not hasattr(self._product, name):
            raise AttributeError(f"{self._label} has no {name}")
        with self._blamed(name):
            value: object = getattr(self._product, name)
            if is_promised:
                return self._told(self._promises.attributes[name](value))
        return self._watched(name, value) if callable(value) else value

    def _watched(self, name: str, method: Callable[..., object]) -> Callable[..., object]:
        check = self._promises.results.get(name)

        def call(*arguments: object, **named: object) -> object:
            with self._blamed(name):
                given = method(*arguments, **named)
                if check is not None:
                    given = check(given, *arguments)
            if isinstance(given, Reading):
                return replace(given, results=self._iterated(name, check_read(given.results)))
            if name in _FOR_REQUESTS:
                return given
            return self._iterated(name, given) if isinstance(given, Iterator) else self._told(given)

        return call

    def _iterated(self, name: str, given: Iterator[ItemT]) -> Iterator[ItemT]:
        with self._blamed(name):
            for each in given:
                yield self._told(each)

    def _told(self, given: ItemT) -> ItemT:
        """A value with the secrets masked in its texts, which are stored and shown."""
        secrets = self._secrets() if self._masks else []
        return without_values(given, secrets) if secrets else given

    def _secrets(self) -> list[str]:
        """The secrets among the options, and a tagger's key."""
        key = os.environ.get(str(getattr(self._product, "key_variable", None) or ""), "").strip()
        return [*self._of_options, *([key] if key else [])]

    def _shown_cause(
        self, error: PluginFailed, cause: BaseException | None
    ) -> BaseException | None:
        """The cause of an error with the secrets masked; None if they cannot be."""
        error.__cause__ = cause
        hide(error, self._secrets())
        return error.__cause__

    @contextmanager
    def _blamed(self, called: str) -> Iterator[None]:
        """Raise exceptions of the block as the plugin's fault."""
        try:
            yield
        except Unfit as unfit:
            reason = hidden(f"{called} {unfit}", self._secrets())
            broken = ContractBroken(f"{self._label}: {reason}: {self._advice}", reason)
            raise broken from self._shown_cause(broken, unfit.__cause__)
        except TagatlasError as error:
            hide(error, self._secrets())
            raise
        except MemoryError as error:
            reason = hidden(in_one_line(error), self._secrets())
            text = f"{self._label} ran out of memory in {called} ({reason}): {MORE_MEMORY}"
            failed = PluginFailed(text, reason)
            raise failed from self._shown_cause(failed, error)
        except BaseException as error:
            if is_ours(error):
                raise
            reason = hidden(in_one_line(error), self._secrets())
            remedy = advice_on(error, self._advice)
            failed = PluginFailed(f"{self._label} failed in {called} ({reason}): {remedy}", reason)
            raise failed from self._shown_cause(failed, error)
