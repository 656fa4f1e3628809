"""gRPC's errors as errors of the tagging engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from tagatlas.errors import (
    AuthenticationFailed,
    CallLost,
    CallRefused,
    QuotaExceeded,
    ServiceUnreachable,
    TaggerError,
)
from tagatlas.wording import one_line

if TYPE_CHECKING:
    import grpc
    from google.protobuf.message import Message

_DETAILS = "grpc-status-details-bin"
_NEVER_CONNECTED = (
    "failed to connect to all addresses",
    "connections to all backends failing",
    "DNS resolution failed",
    "errors resolving",
    "empty address list",
)
"""Beginnings of gRPC's own messages if the call never left this machine."""
_NO_CREDENTIALS = "Getting metadata from plugin failed"
"""Likewise, because no valid credentials were available."""

_NO_NETWORK = "Max retries exceeded"
"""Likewise, because the service that gives them out could not be reached."""

_WRONG_KEY = ("UNAUTHENTICATED", "PERMISSION_DENIED")
_UNCERTAIN = (
    "ABORTED",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "INTERNAL",
    "UNAVAILABLE",
    "UNKNOWN",
)

MessageT = TypeVar("MessageT", bound="Message")


def call_error(error: grpc.RpcError, service: str) -> TaggerError:
    """The tagging engine's error for a failed call.

    Args:
        error: as gRPC raised it.
        service: its name, for the text.

    Returns:
        * :class:`ServiceUnreachable` if the call never reached the service;
        * :class:`CallRefused` if it did no work: the call exceeded the rate limit
          (``RESOURCE_EXHAUSTED``), or is to be retried later (``RetryInfo``);
        * :class:`AuthenticationFailed` or :class:`QuotaExceeded` if the account is the reason;
        * :class:`CallLost` if the work may have been done: deadlines, broken connections and
          faults of the service. gRPC itself says of ``UNAVAILABLE`` that "it is not always safe
          to retry" (https://grpc.github.io/grpc/core/md_doc_statuscodes.html);
        * :class:`TaggerError` if the call itself is invalid and would fail again.
    """
    import grpc

    code, said = error.code(), one_line(error.details() or "")
    name = code.name if isinstance(code, grpc.StatusCode) else str(code)
    text = f"{service}: {name}, {said}" if said else f"{service}: {name}"
    retry_after = _retry_after(error)
    if (name == "UNAVAILABLE" and said.startswith(_NEVER_CONNECTED)) or (
        said.startswith(_NO_CREDENTIALS) and _NO_NETWORK in said
    ):
        return ServiceUnreachable(f"{service} cannot be reached: {said}")
    if (
        name in _WRONG_KEY
        or said.startswith(_NO_CREDENTIALS)
        or _reason(error) == "API_KEY_INVALID"
    ):
        return AuthenticationFailed(f"{text}; check the key and its rights")
    if name == "RESOURCE_EXHAUSTED":
        if retry_after is None and "per day" in said.lower():
            return QuotaExceeded(f"{text}; go on when it is renewed")
        return CallRefused(text, retry_after)
    if name in _UNCERTAIN:
        return CallLost(text) if retry_after is None else CallRefused(text, retry_after)
    return TaggerError(text)


def _retry_after(error: grpc.RpcError) -> float | None:
    """Seconds that the service asks to wait; None if it does not say."""
    from google.rpc.error_details_pb2 import RetryInfo

    for info in _details(error, RetryInfo):
        return float(info.retry_delay.ToTimedelta().total_seconds())
    return None


def _reason(error: grpc.RpcError) -> str:
    from google.rpc.error_details_pb2 import ErrorInfo

    return next((info.reason for info in _details(error, ErrorInfo)), "")


def _details(error: grpc.RpcError, kind: type[MessageT]) -> Iterator[MessageT]:
    """An error's details of one kind; unreadable ones are left out."""
    from google.protobuf.message import DecodeError
    from google.rpc.status_pb2 import Status

    for key, value in error.trailing_metadata() or ():
        if key != _DETAILS:
            continue
        status = Status()
        try:
            status.ParseFromString(value)
        except DecodeError:
            return
        for detail in status.details:
            found = kind()
            if detail.Is(found.DESCRIPTOR) and detail.Unpack(found):
                yield found
