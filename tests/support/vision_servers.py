"""Clarifai's and Google Vision's services on loopback: real gRPC servers that count what they bill.

What a server sees in an image follows from the image's bytes alone. What goes wrong is scripted:
each call takes the next fault of the script, and goes well where there is none.
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
    """What goes wrong with one call; nothing where all is left at its default.

    Attributes:
        code: gRPC's code that the call is aborted with.
        text: what the service says to that.
        retry_after: seconds it asks to wait, as ``RetryInfo``.
        status: Clarifai's code for the call as a whole.
        images: codes of single images, by their place in the call.
        fewer: so many results are left out at the end.
        late: seconds that the answer takes longer.
        cut: whether the connection is closed instead of an answer.
        billed: whether the service did its work, and bills it, all the same.
    """

    code: grpc.StatusCode | None = None
    text: str = "as the script has it"
    retry_after: float | None = None
    status: int = StatusCode.SUCCESS
    images: Mapping[int, int] = field(default_factory=dict)
    fewer: int = 0
    late: float = 0.0
    cut: bool = False
    billed: bool = True


WELL = Fault()


class VisionServer(ABC):
    """A service that looks at images and bills for it. Used by many threads.

    Attributes:
        script: what the next calls meet.
        chance: what a call meets when the script is at its end.
        latency: seconds that every call takes.
        billed: units billed for each image, by the SHA-256 of the bytes sent.
        calls: number of images of each call that came, whatever became of it.
        on_call: told of each call's number, from 1, before it is answered.
        on_end: likewise, after it was.
        endpoint: where it listens.
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
        """What a gRPC server hands its calls to."""

    def meet(self, context: grpc.ServicerContext, images: Sequence[bytes], units: int) -> Fault:
        """What this call meets; does not come back from a call that is to have no answer."""
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
    """End a call with an error, as Google's services do: details in the trailing metadata."""
    assert fault.code is not None
    if fault.retry_after is not None:
        detail = AnyMessage()
        detail.Pack(RetryInfo(retry_delay=Duration(nanos=int(fault.retry_after * 1e9))))
        status = RpcStatus(code=fault.code.value[0], message=fault.text, details=[detail])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(fault.code, fault.text)
    raise AssertionError


def seen_in(image: bytes) -> list[tuple[str, float]]:
    """What both services see in an image: a theme of four, a thing of nine, and something sure."""
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
            id=request.model_id, model_version=resources_pb2.ModelVersion(id=MODEL_VERSION)
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
    """The server listens as long as the block runs.

    Args:
        server: what it does.
        can_cut: whether connections can be cut: they go through a relay then, and take longer.
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
    """Passes bytes on between clients and a port of this machine, until it is told to cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def cut(self) -> None:
        """Close all connections there are now."""
        with self._lock:
            cut, self._open = self._open, []
        for each in cut:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections, and close those there are."""
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
    """A chance that so many calls of all meet one of these faults."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    return lambda: dice.choice(faults) if dice.random() < share else WELL
