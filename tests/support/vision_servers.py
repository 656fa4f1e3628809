"""Clarifai's and Google Vision's services on loopback: real gRPC servers that count what they bill.

A server's tags depend only on the image's bytes. Faults are scripted: each call takes the next
fault of the script, and succeeds if there is none.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NoReturn

import grpc
from clarifai_grpc.channel import clarifai_channel
from clarifai_grpc.grpc.api import resources_pb2, service_pb2
from clarifai_grpc.grpc.api.status.status_code_pb2 import StatusCode
from clarifai_grpc.grpc.api.status.status_pb2 import Status
from google.cloud.vision_v1.types import (
    AnnotateImageResponse,
    BatchAnnotateImagesRequest,
    BatchAnnotateImagesResponse,
    Feature,
)
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status as RpcStatus

KEY = "sesame-0123456789abcdef"
"""The key that the servers take."""

MODEL_VERSION = "aa7f35c01e0642fda5cf400f543e7c40"

# Clarifai's servicer is made from the same module as its stub, which wants this to be set.
clarifai_channel.wrap_response_deserializer = clarifai_channel._response_deserializer_for_grpc


@dataclass(frozen=True)
class Fault:
    """The fault of one call; none with all defaults.

    Attributes:
        code: gRPC's code that the call is aborted with.
        text: of the service's message.
        retry_after: seconds it asks to wait, as ``RetryInfo``.
        status: Clarifai's code for the call as a whole.
        images: codes of single images, by their index in the call.
        fewer: number of results left out at the end.
        late: seconds by which the answer is delayed.
        cut: whether the connection is closed instead of an answer.
        version: of Clarifai's model, named in each result.
        billed: whether the service did its work, and bills it, nevertheless.
    """

    code: grpc.StatusCode | None = None
    text: str = "as the script has it"
    retry_after: float | None = None
    status: int = StatusCode.SUCCESS
    images: Mapping[int, int] = field(default_factory=dict)
    fewer: int = 0
    late: float = 0.0
    cut: bool = False
    version: str = MODEL_VERSION
    billed: bool = True


WELL = Fault()


class VisionServer(ABC):
    """A service that tags images and bills for it. Used by many threads.

    Attributes:
        script: faults of the next calls.
        chance: makes the fault of a call after the script's end.
        latency: seconds that every call takes.
        billed: units billed for each image, by the SHA-256 of the bytes sent.
        calls: number of images of each call received, regardless of its outcome.
        on_call: called with each call's number, from 1, before it is answered.
        on_end: likewise, after it was.
        endpoint: its address.
    """

    def __init__(self) -> None:
        self.script: deque[Fault] = deque()
        self.chance: Callable[[], Fault] = lambda: WELL
        self.latency = 0.0
        self.billed: Counter[str] = Counter()
        self.calls: list[int] = []
        self.on_call: Callable[[int], None] = lambda _: None
        self.on_end: Callable[[int], None] = lambda _: None
        self.endpoint = ""
        self.cut: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    @abstractmethod
    def handler(self) -> grpc.GenericRpcHandler:
        """The handlers of a gRPC server's calls."""

    def meet(self, context: grpc.ServicerContext, images: Sequence[bytes], units: int) -> Fault:
        """The fault of this call; does not return from a call without an answer."""
        with self._lock:
            fault = self.script.popleft() if self.script else self.chance()
            self.calls.append(len(images))
            number = len(self.calls)
            if fault.billed:
                for image in images:
                    self.billed[sha256(image).hexdigest()] += units
        context.add_callback(lambda: self.on_end(number))
        self.on_call(number)
        time.sleep(self.latency + fault.late)
        if fault.cut:
            self.cut()
        if fault.code is not None:
            abort(context, fault)
        return fault


def abort(context: grpc.ServicerContext, fault: Fault) -> NoReturn:
    """End a call with an error, like Google's services: details in the trailing metadata."""
    assert fault.code is not None
    if fault.retry_after is not None:
        detail = AnyMessage()
        detail.Pack(RetryInfo(retry_delay=Duration(nanos=int(fault.retry_after * 1e9))))
        status = RpcStatus(code=fault.code.value[0], message=fault.text, details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(fault.code, fault.text)
    raise AssertionError


def seen_in(image: bytes) -> list[tuple[str, float]]:
    """Tags of an image by both services: a theme of four, a thing of nine, and a certain one."""
    digest = sha256(image).digest()
    return [
        (f"theme {digest[0] % 4}", 0.5 + digest[1] / 1024),
        (f"thing {digest[2] % 9}", 0.25 + digest[3] / 2048),
        ("picture", 0.96875),
    ]


class ClarifaiServer(VisionServer):
    """``clarifai.api.V2/PostModelOutputs``."""

    def handler(self) -> grpc.GenericRpcHandler:
        method = grpc.unary_unary_rpc_method_handler(
            self.post_model_outputs,
            request_deserializer=service_pb2.PostModelOutputsRequest.FromString,
            response_serializer=service_pb2.MultiOutputResponse.SerializeToString,
        )
        return grpc.method_handlers_generic_handler("clarifai.api.V2", {"PostModelOutputs": method})

    def post_model_outputs(
        self, request: service_pb2.PostModelOutputsRequest, context: grpc.ServicerContext
    ) -> service_pb2.MultiOutputResponse:
        """The answer to a call."""
        key = dict(context.invocation_metadata()).get("authorization", "")
        if key != f"Key {KEY}":
            return failed_call(StatusCode.CONN_KEY_INVALID, f"Invalid API key: {key}")
        app = request.user_app_id
        if (app.user_id, app.app_id) != ("clarifai", "main"):
            return failed_call(StatusCode.MODEL_DOES_NOT_EXIST, "Model does not exist")
        if request.model_id != "general-image-recognition":
            return failed_call(StatusCode.MODEL_DOES_NOT_EXIST, "Model does not exist")
        images = [each.data.image.base64 for each in request.inputs]
        fault = self.meet(context, images, 1)
        if fault.status != StatusCode.SUCCESS:
            return failed_call(fault.status, fault.text)
        most = request.model.output_info.output_config.max_concepts
        model = resources_pb2.Model(
            id=request.model_id, model_version=resources_pb2.ModelVersion(id=fault.version)
        )
        outputs = [
            resources_pb2.Output(
                status=status_of(fault.images.get(place, StatusCode.SUCCESS)),
                model=model,
                input=each,
                data=resources_pb2.Data(
                    concepts=[
                        resources_pb2.Concept(name=name, value=score)
                        for name, score in seen_in(each.data.image.base64)[:most]
                        if place not in fault.images
                    ]
                ),
            )
            for place, each in enumerate(request.inputs)
        ]
        code = StatusCode.MIXED_STATUS if fault.images else StatusCode.SUCCESS
        return service_pb2.MultiOutputResponse(
            status=status_of(code), outputs=outputs[: len(outputs) - fault.fewer]
        )


def status_of(code: int, text: str = "") -> Status:
    return Status(code=code, description=text or StatusCode.Name(code))


def failed_call(code: int, text: str) -> service_pb2.MultiOutputResponse:
    return service_pb2.MultiOutputResponse(status=status_of(code, text))


class GoogleVisionServer(VisionServer):
    """``google.cloud.vision.v1.ImageAnnotator/BatchAnnotateImages``."""

    def handler(self) -> grpc.GenericRpcHandler:
        method = grpc.unary_unary_rpc_method_handler(
            self.batch_annotate_images,
            request_deserializer=BatchAnnotateImagesRequest.pb().FromString,
            response_serializer=BatchAnnotateImagesResponse.pb().SerializeToString,
        )
        return grpc.method_handlers_generic_handler(
            "google.cloud.vision.v1.ImageAnnotator", {"BatchAnnotateImages": method}
        )

    def batch_annotate_images(
        self, request: BatchAnnotateImagesRequest, context: grpc.ServicerContext
    ) -> Message:
        """The answer to a call."""
        key = dict(context.invocation_metadata()).get("x-goog-api-key", "")
        if key != KEY:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, f"API key not valid: {key}")
        images = [each.image.content for each in request.requests]
        if sum(map(len, images)) > 10 * 2**20:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Request payload size exceeds limit")
        features: set[int] = {
            feature.type_ for each in request.requests for feature in each.features
        }
        fault = self.meet(context, images, len(features))
        responses = [
            self._annotate(each.image.content, features, fault.images.get(place, 0))
            for place, each in enumerate(request.requests)
        ]
        return BatchAnnotateImagesResponse.pb()(responses=responses[: len(responses) - fault.fewer])

    def _annotate(self, image: bytes, features: set[int], code: int) -> Message:
        response = AnnotateImageResponse.pb()()
        if code:
            response.error.code = code
            response.error.message = "Bad image data."
            return response
        seen = seen_in(image)
        kinds = Feature.Type
        for kind, found in (
            (kinds.LABEL_DETECTION, response.label_annotations),
            (kinds.LANDMARK_DETECTION, response.landmark_annotations),
            (kinds.LOGO_DETECTION, response.logo_annotations),
        ):
            if kind in features:
                for name, score in seen:
                    found.add(description=name, score=score)
        if kinds.OBJECT_LOCALIZATION in features:
            for name, score in [*seen, (seen[0][0], 0.125)]:
                response.localized_object_annotations.add(name=name, score=score)
        if kinds.WEB_DETECTION in features:
            response.web_detection.web_entities.add(score=3.0)
            for name, score in seen:
                response.web_detection.web_entities.add(description=name, score=4 * score)
        return response


@contextmanager
def running(server: VisionServer, *, can_cut: bool = True) -> Iterator[VisionServer]:
    """Run the server during the block.

    Args:
        server: the service.
        can_cut: whether connections can be cut: they then go through a relay, which is slower.
    """
    workers = ThreadPoolExecutor(96, thread_name_prefix="vision-server")
    listener = grpc.server(workers, options=[("grpc.max_receive_message_length", -1)])
    listener.add_generic_rpc_handlers((server.handler(),))
    port = listener.add_insecure_port("127.0.0.1:0")
    listener.start()
    relay = Relay(port) if can_cut else None
    server.endpoint = f"127.0.0.1:{port}"
    if relay is not None:
        server.endpoint, server.cut = relay.endpoint, relay.cut
    try:
        yield server
    finally:
        if relay is not None:
            relay.close()
        listener.stop(0).wait()
        workers.shutdown()


class Relay:
    """Relays bytes between clients and a port of this machine, until connections are cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def cut(self) -> None:
        """Close all present connections."""
        with self._lock:
            cut, self._open = self._open, []
        for each in cut:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Accept no more connections, and close the present ones."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._port))
            with self._lock:
                self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=pass_on, args=(one, other), daemon=True).start()


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Bytes from one to the other, until either is closed."""
    with suppress(OSError), one:
        while data := one.recv(1 << 16):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


def failing(share: float, faults: Sequence[Fault], seed: int = 0) -> Callable[[], Fault]:
    """A random choice: a share of all calls gets one of these faults."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    return lambda: dice.choice(faults) if dice.random() < share else WELL
