"""A model of open_clip on one device."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import open_clip
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from torchvision.transforms import Normalize

from tagatlas.errors import OptionError
from tagatlas_clip.data_only import plain_text_config, tokenizer_settings
from tagatlas_clip.device import Precision, autocast
from tagatlas_clip.files import TEXT_MODEL
from tagatlas_clip.geometry import geometry_of
from tagatlas_clip.memory import free_memory, is_out_of_memory
from tagatlas_clip.weights import SAFE, read_pickle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tagatlas_clip.files import ModelFiles
    from tagatlas_clip.geometry import Scaling
    from tagatlas_clip.resample import GpuResizer


class ClipModel:
    """Embeds pictures and texts, with the same numbers as open_clip.

    Attributes:
        scale: factor of cosines.
        bias: added after scaling; None for a model that compares texts by softmax.
    """

    def __init__(self, files: ModelFiles, device: torch.device, precision: Precision) -> None:
        """Load the model.

        Raises:
            OptionError: the weights do not fit the architecture, or are not plain weights.
        """
        self._device = device
        self._precision = precision
        self._network = _load(files).to(device)
        self._resizer = _resizer(device)
        self._tokenize = _tokenizer(files)
        wanted = {**files.preprocessing, "size": self._network.visual.image_size}
        transform = image_transform_v2(PreprocessCfg(**wanted), is_train=False)
        *geometry, _, normalize = transform.transforms
        self._geometry = geometry_of(geometry)
        self._normalize: Normalize = normalize
        self.scale = float(self._network.logit_scale.exp())
        bias = self._network.logit_bias
        self.bias = None if bias is None else float(bias)

    @property
    def device(self) -> torch.device:
        """The device it runs on."""
        return self._device

    def prepare(self, pictures: Sequence[NDArray[np.uint8]]) -> list[torch.Tensor]:
        """Resize and crop pictures as open_clip does. May be called from several threads.

        A GPU does it itself, with identical pixels, unless it is out of memory.

        Args:
            pictures: RGB, each of shape (height, width, 3).

        Returns:
            An array of uint8 and :attr:`picture_shape` for each.
        """
        prepared = {} if self._resizer is None else self._prepared_by(self._resizer, pictures)
        return [
            prepared[place] if place in prepared else self._prepare_here(pixels)
            for place, pixels in enumerate(pictures)
        ]

    def _prepared_by(
        self, resizer: GpuResizer, pictures: Sequence[NDArray[np.uint8]]
    ) -> dict[int, torch.Tensor]:
        """By index, the pictures that a GPU can prepare."""
        scalings: dict[int, Scaling] = {}
        for place, pixels in enumerate(pictures):
            height, width, _ = pixels.shape
            scaling = self._geometry.scaling(width, height)
            if scaling is not None and resizer.knows(pixels, scaling):
                scalings[place] = scaling
        if not scalings:
            return {}
        try:
            made = resizer([pictures[place] for place in scalings], list(scalings.values()))
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            free_memory(self._device)
            return {}
        return dict(zip(scalings, made, strict=True))

    def _prepare_here(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        return torch.from_numpy(np.array(self._geometry(Image.fromarray(pixels))))

    def embed_pictures(self, pictures: Sequence[torch.Tensor]) -> NDArray[np.float32]:
        """Vectors of length 1, shape (n, d), of n prepared pictures; n > 0.

        Raises:
            RuntimeError: out of memory, among others.
        """
        batch = torch.stack([picture.to(self._device) for picture in pictures])
        batch = batch.permute(0, 3, 1, 2).contiguous()
        with torch.inference_mode(), autocast(str(self._device), self._precision):
            # ToTensor and Normalize, for all pictures at once.
            normal = self._normalize(batch.float().div(255))
            vectors = self._network.encode_image(normal, normalize=True)
        found: NDArray[np.float32] = vectors.float().cpu().numpy()
        return found

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1, shape (texts, d); always computed in fp32."""
        with torch.inference_mode():
            vectors = self._network.encode_text(
                self._tokenize(list(texts)).to(self._device), normalize=True
            )
        found: NDArray[np.float32] = vectors.float().cpu().numpy()
        return found

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """The shape of a prepared picture: height, width, 3."""
        size = self._network.visual.image_size
        height, width = (size, size) if isinstance(size, int) else size
        return height, width, 3


def _resizer(device: torch.device) -> GpuResizer | None:
    """The resizer for a GPU; it needs Triton, which not every PyTorch includes."""
    if device.type != "cuda" or find_spec("triton") is None:
        return None
    from tagatlas_clip.resample import GpuResizer

    return GpuResizer(device)


def _load(files: ModelFiles) -> torch.nn.Module:
    if files.checkpoint.suffix in (".npz", ".npy"):
        raise OptionError(f"{files.checkpoint}: save the weights as safetensors")
    if files.checkpoint.suffix != SAFE:
        # What is refused here must not reach open_clip, which tries again with fewer precautions.
        read_pickle(files.checkpoint)
    network = _architecture(files)
    try:
        open_clip.load_checkpoint(network, str(files.checkpoint), weights_only=True)
    except Exception as error:  # a file of another kind can cause any exception
        reason = " ".join(str(error).split())[:200]
        raise OptionError(
            f"{files.checkpoint} has no weights for {files.name}: {reason}"
        ) from error
    network.eval().requires_grad_(False)
    return network


def _architecture(files: ModelFiles) -> torch.nn.Module:
    """A model without its weights, as ``open_clip.create_model`` makes it from a configuration.

    That function itself logs through Python's root logger, which sets up logging for the whole
    process, and finds the configuration of a text model by its name on the hub.
    """
    config, text = dict(files.config), dict(files.text_config)
    vision = config["vision_cfg"]
    if isinstance(vision, Mapping) and "timm_model_name" in vision:
        config["vision_cfg"] = {**vision, "timm_model_pretrained": False}
    custom = bool(config.pop("custom_text", False)) or files.text_model is not None
    kind = open_clip.CustomTextCLIP if custom else open_clip.CLIP
    if custom and "multimodal_cfg" in config:
        kind = open_clip.CoCa
    # The weights that it makes up are none of ours, nor is its folder.
    with torch.random.fork_rng(devices=[]), TemporaryDirectory(prefix="tagatlas-") as folder:
        if files.text_model is not None:
            said = plain_text_config(files.text_model / TEXT_MODEL)
            with (Path(folder) / TEXT_MODEL).open("x", encoding="utf-8") as file:
                json.dump(said, file)
            text |= {"hf_model_name": folder, "hf_model_pretrained": False}
        return kind(**{**config, "text_cfg": text})


def _tokenizer(files: ModelFiles) -> open_clip.SimpleTokenizer | open_clip.HFTokenizer:
    text = files.text_config
    length = text.get("context_length", open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH)
    settings = tokenizer_settings(text, files.name)
    if files.tokenizer is None:
        return open_clip.SimpleTokenizer(context_length=length, **settings)
    return open_clip.tokenizer.HFTokenizer(
        str(files.tokenizer),
        context_length=length,
        tokenizer_mode=text.get("tokenizer_mode"),
        local_files_only=True,
        trust_remote_code=False,
        **settings,
    )
