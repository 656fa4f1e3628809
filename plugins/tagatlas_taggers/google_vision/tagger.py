"""The tagger ``google-vision``."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import grpc
from google.api_core.grpc_helpers import create_channel
from google.auth.exceptions import GoogleAuthError
from google.cloud.vision_v1.types import (
    AnnotateImageResponse,
    BatchAnnotateImagesRequest,
    BatchAnnotateImagesResponse,
)

from tagatlas import ImageInput, Tag, TagResult
from tagatlas.errors import AuthenticationFailed, CallRefused, TaggerError
from tagatlas.toolkit import (
    CHANNEL_OPTIONS,
    call_error,
    is_loopback,
    one_line,
    open_channel,
    small_picture,
)
from tagatlas_taggers.cloud import CloudTagger
from tagatlas_taggers.google_vision.features import FEATURES, price_of, tags_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.message import Message

    from tagatlas import FailureKind, Progress
    from tagatlas_taggers.google_vision import GoogleVisionOptions

KEY_VARIABLE = "GOOGLE_API_KEY"
BATCH_BYTES = 7 * 1024 * 1024
"""Google's limit of a call is 10 MB, with pictures in base64: four characters per three bytes."""

_METHOD = "/google.cloud.vision.v1.ImageAnnotator/BatchAnnotateImages"
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
# The plain protobuf classes below Google's wrappers, which take much longer.
_Request = BatchAnnotateImagesRequest.pb()
_Response = BatchAnnotateImagesResponse.pb()
_ImageResponse = AnnotateImageResponse.pb()
_INVALID_ARGUMENT = 3  # of google.rpc.Code: what Google says of bytes that are no picture
_OF_THE_CALL = {7: AuthenticationFailed, 8: CallRefused, 16: AuthenticationFailed}
"""Codes that concern the call, which was not billed, if all of its images have them."""


class GoogleVisionTagger(CloudTagger):
    """Sends images to Google Cloud Vision. Thread-safe.

    Bytes are sent, never addresses: "you should not depend on externally-hosted images" (Google's
    documentation). The stored answer is Google's ``AnnotateImageResponse`` message of the image,
    binary.
    """

    batch_bytes = BATCH_BYTES

    def __init__(self, options: GoogleVisionOptions) -> None:
        self._options = options
        self._features = sorted(set(options.features), key=list(FEATURES).index)
        super().__init__(options, KEY_VARIABLE, price_of(self._features))
        self._lock = Lock()
        self._channel: grpc.Channel | None = None
        self._call: grpc.UnaryUnaryMultiCallable | None = None
        self.key_variable = KEY_VARIABLE if self._key else None  # else the application's own

    def fingerprint(self) -> str:
        """Features, and the number of results of each."""
        return (
            f"google-vision v1; features {' '.join(self._features)};"
            f" max-results {self._options.max_results}"
        )

    def require_credentials(self) -> None:
        """Find the key or the application-default credentials."""
        self._connected()

    def prepare(self, progress: Progress) -> None:
        """Find the credentials."""
        self._connected()
        progress(1, 1)

    def close(self) -> None:
        """Close the connection."""
        if self._channel is not None:
            self._channel.close()

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """One call of the service."""
        responses = self._ask(images)
        if len(responses) != len(images):
            text = (
                f"Google Vision gave {len(responses)} results for {len(images)} images:"
                " which are whose cannot be told"
            )
            return [TagResult.failed("transient", text)] * len(images)
        return [self._result(response) for response in responses]

    def check(self) -> Sequence[str]:
        """Tag one small test picture, to check key, rights and quota."""
        responses = self._ask([small_picture()])
        failed = [one_line(each.error.message) for each in responses if each.error.code]
        if failed or not responses:
            raise TaggerError("".join(failed) or "Google Vision gave no result for a test image")
        key = f"the key in {KEY_VARIABLE}" if self._key else "application-default credentials"
        return [f"works with {key}; asks for {', '.join(self._features)}"]

    def _ask(self, images: Sequence[ImageInput]) -> Sequence[AnnotateImageResponse]:
        metadata = (("x-goog-api-key", self._key),) if self._key else ()
        try:
            response = self._connected()(
                self._request(images), timeout=self._options.answer_timeout, metadata=metadata
            )
        except grpc.RpcError as error:
            raise call_error(error, "Google Vision") from None  # its text would tell too much
        responses: Sequence[AnnotateImageResponse] = response.responses
        codes = {each.error.code for each in responses}
        if len(codes) == 1 and (kind := _OF_THE_CALL.get(codes.pop())):
            raise kind(f"Google Vision: {one_line(responses[0].error.message)}")
        return responses

    def _connected(self) -> grpc.UnaryUnaryMultiCallable:
        """The service's method; made when first needed, as this may look for credentials.

        It is called without Google's client, which would retry a call by itself.

        Raises:
            AuthenticationFailed: there is neither a key nor any credentials.
        """
        with self._lock:
            if self._call is None:
                self._channel = self._open_channel()
                self._call = self._channel.unary_unary(
                    _METHOD,
                    request_serializer=_Request.SerializeToString,
                    response_deserializer=_Response.FromString,
                )
            return self._call

    def _open_channel(self) -> grpc.Channel:
        endpoint = self._options.endpoint
        if self._key or is_loopback(endpoint):
            return open_channel(endpoint)
        try:
            return create_channel(endpoint, default_scopes=_SCOPES, options=CHANNEL_OPTIONS)
        except GoogleAuthError as error:
            raise AuthenticationFailed(
                f"google-vision needs a key (export {KEY_VARIABLE}=...) or application-default"
                f" credentials (gcloud auth application-default login): {_reason(error)}"
            ) from error

    def _request(self, images: Sequence[ImageInput]) -> Message:
        request = _Request()
        for image in images:
            # Written in place: a message that is put into another is copied, image and all.
            one = request.requests.add()
            one.image.content = image.data
            for name in self._features:
                one.features.add(type_=FEATURES[name].kind, max_results=self._options.max_results)
        return request

    def _result(self, response: AnnotateImageResponse) -> TagResult:
        if response.error.code:
            kind: FailureKind = "image" if response.error.code == _INVALID_ARGUMENT else "transient"
            text = one_line(response.error.message) or f"code {response.error.code}"
            return TagResult.failed(kind, f"Google Vision: {text}")
        return self.result_of(response.SerializeToString())

    def tags_in(self, raw: bytes) -> list[Tag]:
        """The tags of the requested features in a response."""
        return tags_of(_ImageResponse.FromString(raw))


def _reason(error: GoogleAuthError) -> str:
    """Google's own reason, one line: what is wrong, and with which file. It holds no secret."""
    return one_line(": ".join(str(part) for part in error.args)) or type(error).__name__
