"""Clarifai's status codes as errors of the tagging engine.

The codes and their texts: https://docs.clarifai.com/resources/api-overview/status-codes. A call and
each of its inputs have a status; a call in which some inputs failed has ``MIXED_STATUS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clarifai_grpc.grpc.api.status.status_code_pb2 import StatusCode

from tagatlas.errors import (
    AuthenticationFailed,
    CallLost,
    CallRefused,
    QuotaExceeded,
    TaggerError,
)
from tagatlas.toolkit import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clarifai_grpc.grpc.api.status.status_pb2 import Status

    from tagatlas import FailureKind

SUCCESS = StatusCode.SUCCESS

_REFUSED = {
    StatusCode.CONN_THROTTLED,
    StatusCode.TRY_AGAIN,
    StatusCode.MODEL_BUSY_PLEASE_RETRY,
    StatusCode.MODEL_DEPLOYING,
    StatusCode.MODEL_LOADING,
    StatusCode.MODEL_QUEUED_FOR_DEPLOYMENT,
    StatusCode.RPC_REQUEST_QUEUE_FULL,
    StatusCode.RUNNER_NEEDS_RETRY,
}
_WRONG_KEY = {
    StatusCode.CONN_ACCOUNT_ISSUES,
    StatusCode.CONN_TOKEN_INVALID,
    StatusCode.CONN_CREDENTIALS_INVALID,
    StatusCode.CONN_INSUFFICIENT_SCOPES,
    StatusCode.CONN_KEY_INVALID,
    StatusCode.CONN_KEY_NOT_FOUND,
    StatusCode.CONN_NO_GDPR_CONSENT,
    StatusCode.CONN_AUTH_METHOD_DISABLED,
}
_NO_QUOTA = {
    StatusCode.CONN_EXCEED_HOURLY_LIMIT,
    StatusCode.CONN_EXCEED_MONTHLY_LIMIT,
    StatusCode.CONN_EXCEEDS_LIMITS,
}
_WRONG_IMAGE = {
    StatusCode.INPUT_DOWNLOAD_FAILED,
    StatusCode.INPUT_UNSUPPORTED_FORMAT,
    StatusCode.INPUT_INVALID_ARGUMENT,
    StatusCode.INPUT_OVER_LIMIT,
    StatusCode.ALL_INPUT_INVALID_BYTES,
    StatusCode.FILETYPE_UNSUPPORTED,
    StatusCode.MP_IMAGE_DECODE_ERROR,
    StatusCode.MP_IMAGE_PROCESSING_ERROR,
}
_WRONG_CALL = (
    range(StatusCode.CONN_BAD_REQUEST_FORMAT, StatusCode.CONN_INVALID_RANGE + 1),
    range(StatusCode.MODEL_TRAINED, StatusCode.MODEL_INVALID_REQUEST + 1),
    (StatusCode.MODEL_DEPLOYMENT_FAILED, StatusCode.MODEL_NOT_DEPLOYED),
    range(StatusCode.PREDICT_INVALID_REQUEST, StatusCode.STATS_INVALID_REQUEST + 1),
)
"""Status codes of a call or a model that is invalid, and would fail again."""


def call_status_error(status: Status) -> TaggerError:
    """The tagging engine's error for a call that failed as a whole."""
    code, text = status.code, status_text(status)
    if code in _REFUSED:
        return CallRefused(text)
    if code in _WRONG_KEY:
        return AuthenticationFailed(f"{text}; check the token and its rights")
    if code in _NO_QUOTA:
        return QuotaExceeded(f"{text}; go on when the quota is renewed or raised")
    if any(code in codes for codes in _WRONG_CALL):
        return TaggerError(f"{text}; check the model, its version and its app")
    return CallLost(text)


def is_of_all_images(status: Status, images: int) -> bool:
    """Whether a call without results failed because no image of it can be read."""
    return status.code == StatusCode.ALL_INPUT_INVALID_BYTES or (
        images == 1 and status.code in _WRONG_IMAGE
    )


def is_of_the_call(statuses: Sequence[Status]) -> bool:
    """Whether all inputs failed alike, and not because of their content: then the call did."""
    codes = {status.code for status in statuses}
    return len(codes) == 1 and not codes <= {SUCCESS, *_WRONG_IMAGE}


def failure_kind(status: Status) -> FailureKind:
    """The kind of failure of a single input's status."""
    return "image" if status.code in _WRONG_IMAGE else "transient"


def status_text(status: Status) -> str:
    """A status as one line."""
    name = StatusCode.Name(status.code) if status.code in StatusCode.values() else "status"
    said = one_line(": ".join(filter(None, (status.description, status.details))))
    return f"Clarifai: {name} {status.code}, {said}" if said else f"Clarifai: {name} {status.code}"
