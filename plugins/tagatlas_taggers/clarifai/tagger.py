"""The tagger ``clarifai``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from clarifai_grpc.grpc.api import resources_pb2, service_pb2

from tagatlas import ImageInput, Price, Tag, TagResult
from tagatlas.errors import AuthenticationFailed, TaggerError
from tagatlas.toolkit import call_error, open_channel, small_picture
from tagatlas_taggers.clarifai.statuses import (
    SUCCESS,
    call_status_error,
    failure_kind,
    is_of_all_images,
    is_of_the_call,
    status_text,
)
from tagatlas_taggers.cloud import CloudTagger, ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagatlas_taggers.clarifai import ClarifaiOptions

KEY_VARIABLE = "CLARIFAI_PAT"
BATCH_BYTES = 20_000_000
"""Clarifai's limit for one image; its limit for a call is higher (128 MB)."""

PRICE = Price({"operation": 0.0012}, as_of="2020-02", source="https://www.clarifai.com/pricing")
"""One operation is billed per image. The last published price per thousand beyond a plan's quota;
plans have changed since, so check yours."""

_METHOD = "/clarifai.api.V2/PostModelOutputs"


class ClarifaiTagger(CloudTagger):
    """Sends images to a model of Clarifai's and reads its concepts. Thread-safe.

    The stored answer is Clarifai's ``Output`` message of the image, binary, with the model and
    its version, without the echoed input.
    """

    key_variable = KEY_VARIABLE
    batch_bytes = BATCH_BYTES

    def __init__(self, options: ClarifaiOptions) -> None:
        super().__init__(options, KEY_VARIABLE, PRICE)
        self._options = options
        # Made without Clarifai's own stub and channel: those retry a call by themselves.
        self._channel = open_channel(options.endpoint)
        self._call = self._channel.unary_unary(
            _METHOD,
            request_serializer=service_pb2.PostModelOutputsRequest.SerializeToString,
            response_deserializer=service_pb2.MultiOutputResponse.FromString,
        )

    def fingerprint(self) -> str:
        """Model, version and number of concepts."""
        version = self._options.model_version or "newest"
        return (
            f"clarifai {self._options.model_app}/{self._options.model}; version {version};"
            f" concepts {self._options.concepts}"
        )

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        """One call of the service."""
        outputs = self._ask(images)
        ids = [_input_id(place) for place in range(len(images))]
        found = {output.input.id: output for output in outputs}
        if not found.keys() <= set(ids):
            if len(outputs) != len(images):
                return [_no_result(len(outputs), len(images))] * len(images)
            found = dict(zip(ids, outputs, strict=True))
        return [
            self._result(found[each]) if each in found else _no_result(len(outputs), len(images))
            for each in ids
        ]

    def check(self) -> Sequence[str]:
        """Tag one small test picture, to check token, model and quota."""
        outputs = self._ask([small_picture()])
        failed = [status_text(each.status) for each in outputs if each.status.code != SUCCESS]
        if failed or not outputs:
            raise TaggerError("".join(failed) or "Clarifai gave no result for a test image")
        model = outputs[0].model
        version = model.model_version.id or "unknown"
        return [f"model {model.id or self._options.model}, version {version}"]

    def _ask(self, images: Sequence[ImageInput]) -> Sequence[resources_pb2.Output]:
        if not self._key:
            raise AuthenticationFailed(
                f"clarifai needs a personal access token: export {KEY_VARIABLE}=..."
            )
        metadata = (("authorization", f"Key {self._key}"),)
        try:
            response = self._call(
                self._request(images), timeout=self._options.answer_timeout, metadata=metadata
            )
        except grpc.RpcError as error:
            raise call_error(error, "Clarifai") from None  # its text would tell more than needed
        outputs: Sequence[resources_pb2.Output] = response.outputs
        if response.status.code != SUCCESS and not outputs:
            if is_of_all_images(response.status, len(images)):
                return [resources_pb2.Output(status=response.status)] * len(images)
            raise call_status_error(response.status)
        if is_of_the_call([output.status for output in outputs]):
            raise call_status_error(outputs[0].status)
        return outputs

    def _request(self, images: Sequence[ImageInput]) -> service_pb2.PostModelOutputsRequest:
        request = service_pb2.PostModelOutputsRequest(
            model_id=self._options.model, version_id=self._options.model_version or ""
        )
        app = request.user_app_id
        app.user_id, _, app.app_id = self._options.model_app.partition("/")
        request.model.output_info.output_config.max_concepts = self._options.concepts
        for place, image in enumerate(images):
            # Written in place: a message that is put into another is copied, image and all.
            request.inputs.add(id=_input_id(place)).data.image.base64 = image.data
        return request

    def _result(self, output: resources_pb2.Output) -> TagResult:
        if output.status.code != SUCCESS:
            return TagResult.failed(failure_kind(output.status), status_text(output.status))
        output.ClearField("input")
        return self.result_of(output.SerializeToString())

    def tags_in(self, raw: bytes) -> list[Tag]:
        """The concepts in an output."""
        concepts = resources_pb2.Output.FromString(raw).data.concepts
        return ranked((each.name or each.id, each.value) for each in concepts)

    def version_in(self, raw: bytes) -> str:
        """The id of the model's version in an output."""
        version: str = resources_pb2.Output.FromString(raw).model.model_version.id
        return version


def _input_id(place: int) -> str:
    """Id of an image within a call: its index, so that one sent twice comes back twice."""
    return f"image-{place}"


def _no_result(given: int, asked: int) -> TagResult:
    return TagResult.failed(
        "transient", f"Clarifai gave {given} results for {asked} images, none for this one"
    )
