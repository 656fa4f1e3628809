"""All errors that tagatlas raises on purpose.

::

    TagatlasError                   base; its text is one line: what happened, what to do
    ├── UsageError                  wrong arguments on the command line or in a call
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
    ├── ImageRejected               bytes that cannot be used as an image, with the status to record
    ├── NoImages                    no address of a collection led to an image
    ├── EmptyMap                    nothing to map: no image has a tag that passes the thresholds
    ├── PluginError                 a plugin broke its contract
    │   ├── PluginFailed            a plugin raised an exception that its contract does not allow
    │   │   └── ContractBroken      a plugin returned a value that its contract does not allow
    │   ├── MissingDependency       a plugin whose optional packages are not installed
    │   └── ModelMissing            a model whose weights are not on this machine
    └── TaggerError                 a tagger that cannot go on; its answers so far are kept
        ├── AuthenticationFailed    wrong or missing key
        ├── QuotaExceeded           the account's quota is used up
        ├── BudgetReached           the next call could cost more than the budget has left
        ├── CallRefused             a service refused one call, and billed nothing
        │   └── ServiceUnreachable      one call did not reach the service
        └── CallLost                one call got no answer, and may have been billed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagatlas.statuses import ImageStatus


class TagatlasError(Exception):
    """Base of all errors below. ``str(error)`` is one line to show to a user.

    Passwords in addresses are taken out of it.
    """

    def __init__(self, *args: object) -> None:
        from tagatlas.masking import as_shown  # compiles patterns

        super().__init__(*(as_shown(each) if isinstance(each, str) else each for each in args))


class UsageError(TagatlasError):
    """Wrong arguments on the command line or in a call."""


class OptionError(UsageError):
    """An option's name or value is not accepted."""


class UnknownPlugin(UsageError):
    """No installed plugin has that name."""


class NotTrusted(UsageError):
    """An atlas asks for something that its user has not accepted; the text says how to."""


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
    """Bytes that cannot be used as an image.

    Attributes:
        status: the status to record for the address the bytes came from.
        reason: why, in a few words.
        setting: the fetch option that refused it; empty if none.
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
    """A plugin broke its contract."""


class PluginFailed(PluginError):
    """A plugin raised an exception that its contract does not allow.

    Attributes:
        reason: the exception in one line: its class name, a colon, and its text.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ContractBroken(PluginFailed):
    """A plugin returned a value that its contract does not allow; the reason names it."""


class MissingDependency(PluginError):
    """A plugin whose optional packages are not installed."""


class ModelMissing(PluginError):
    """A model whose weights are not on this machine, or cannot be fetched."""


class TaggerError(TagatlasError):
    """A tagger that cannot go on: the run stops, and its answers so far are kept."""


class AuthenticationFailed(TaggerError):
    """The service refused the key, or the key is missing."""


class QuotaExceeded(TaggerError):
    """The account's quota is used up."""


class BudgetReached(TaggerError):
    """The next call could cost more than the budget has left: it is not made."""


class CallRefused(TaggerError):
    """A service refused one call before doing any work, and billed nothing.

    The engine retries the call after a pause.

    Attributes:
        retry_after: seconds the service asks to wait; None if it does not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServiceUnreachable(CallRefused):
    """One call did not reach the service: no network, no such host, or nothing answers there.

    The engine says so at once, and retries the call after a pause.
    """


class CallLost(TaggerError):
    """One call got no answer, and the service may have done the work and billed it.

    A call that costs money is not retried automatically: its images end as failed, and are sent
    again only if the user says so.
    """
