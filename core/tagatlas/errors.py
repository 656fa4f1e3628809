"""Every error that tagatlas raises on purpose.

::

    TagatlasError                   base; its text is one line: what happened, what to do
    ├── UsageError                  wrong words on the command line or in a call
    │   ├── OptionError             an option's name or value is not accepted
    │   └── UnknownPlugin           no installed plugin has that name
    ├── InputError                  a source that cannot be read into records
    ├── AtlasError                  an atlas folder that cannot be used
    │   ├── AtlasNotFound           there is no atlas at that path
    │   ├── AtlasLocked             another process is working on it
    │   ├── AtlasTooNew             written by a newer tagatlas
    │   └── AtlasDamaged            its catalog cannot be read
    ├── AnnotationChanged           somebody else changed an annotation since it was read
    ├── StorageError                bytes could not be written (full disk, no permission)
    ├── ImageNotStored              an image store has no such image
    ├── ImageRejected               bytes that do not become an image, with the status to record
    ├── NoImages                    no address of a collection led to an image
    ├── EmptyMap                    nothing to map: no image has a tag that passes the thresholds
    ├── PluginError                 a plugin that does not keep its contract
    │   ├── PluginFailed            a plugin that raised what its contract has no place for
    │   │   └── ContractBroken      a plugin that gave what its contract has no place for
    │   ├── MissingDependency       a plugin whose optional packages are not installed
    │   └── ModelMissing            a model whose weights are not on this machine
    └── TaggerError                 a backend that cannot go on; what was answered is kept
        ├── AuthenticationFailed    wrong or missing key
        ├── QuotaExceeded           the account's quota is used up
        ├── BudgetReached           the next call could cost more than the budget has left
        ├── CallRefused             a service turned one call away, and billed nothing
        └── CallLost                no answer came to one call, and it may have been billed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas.contracts.statuses import ImageStatus


class TagatlasError(Exception):
    """Base of all errors below. ``str(error)`` is one line, fit to be shown to a user."""


class UsageError(TagatlasError):
    """Wrong words on the command line or in a call."""


class OptionError(UsageError):
    """An option's name or value is not accepted."""


class UnknownPlugin(UsageError):
    """No installed plugin has that name."""


class InputError(TagatlasError):
    """A source that cannot be read into records."""


class AtlasError(TagatlasError):
    """An atlas folder that cannot be used."""


class AtlasNotFound(AtlasError):
    """There is no atlas at that path."""


class AtlasLocked(AtlasError):
    """Another process is working on the atlas."""


class AtlasTooNew(AtlasError):
    """The atlas was written by a newer tagatlas."""


class AtlasDamaged(AtlasError):
    """The atlas's catalog cannot be read."""


class AnnotationChanged(TagatlasError):
    """Somebody else changed an annotation since it was read."""


class StorageError(TagatlasError):
    """Bytes could not be written: full disk, no permission."""


class ImageNotStored(TagatlasError):
    """An image store has no such image."""


class ImageRejected(TagatlasError):
    """Bytes that do not become an image.

    Attributes:
        status: the status to record for the address the bytes came from.
        reason: why, in a few words.
        setting: the option of fetching that stood against it; empty if none did.
    """

    def __init__(self, status: ImageStatus, reason: str, *, setting: str = "") -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason
        self.setting = setting


class NoImages(TagatlasError):
    """No address of a collection led to an image."""


class EmptyMap(TagatlasError):
    """Nothing to map: no image has a tag that passes the thresholds."""


class PluginError(TagatlasError):
    """A plugin that does not keep its contract."""


class PluginFailed(PluginError):
    """A plugin that raised what its contract has no place for.

    Attributes:
        reason: what it raised, in one line: the exception's name, a colon, and its text.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ContractBroken(PluginFailed):
    """A plugin that gave what its contract has no place for; the reason says what."""


class MissingDependency(PluginError):
    """A plugin whose optional packages are not installed."""


class ModelMissing(PluginError):
    """A model whose weights are not on this machine, or cannot be fetched."""


class TaggerError(TagatlasError):
    """A backend that cannot go on: the run stops, and what was answered is kept."""


class AuthenticationFailed(TaggerError):
    """The backend refused the key, or there is none."""


class QuotaExceeded(TaggerError):
    """The account's quota is used up."""


class BudgetReached(TaggerError):
    """The next call could cost more than the budget has left: it is not made."""


class CallRefused(TaggerError):
    """A service turned one call away before doing any work: it billed nothing.

    The engine makes the call again, after a while.

    Attributes:
        retry_after: seconds the service asks to wait; None where it says nothing.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CallLost(TaggerError):
    """No answer came to one call, and the service may have done the work and billed it.

    A call that costs money is not made again by itself: its images end as failed, to be asked
    about again where the user says so.
    """
