"""The tagger ``clip`` gives the numbers of open_clip.

Three architectures as open_clip has them, with random weights. A script that uses open_clip alone
and one that uses the tagger run side by side, without a network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tagatlas_fetching.normalise import normalise

pytestmark = pytest.mark.extras("open_clip")

SUPPORT = Path(__file__).parents[1] / "support"
MODELS = {
    "ViT-S-32-alt": {},
    "ViT-B-16-SigLIP": {
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
        "image_interpolation": "bicubic",
        "image_resize_mode": "squash",
    },
    "MobileCLIP2-S0": {
        "image_mean": [0.0] * 3,
        "image_std": [1.0] * 3,
        "image_interpolation": "bilinear",
        "image_resize_mode": "shortest",
    },
}
"""Architectures, with what open_clip says that weights of theirs want of pictures."""

LABELS = ["cat", "red car", ("a very long label " * 20).strip(), "Straße", "猫"]
TEMPLATES = ["a photo of a {}.", "{}"]
SIZES = [(1600, 1200), (700, 1100), (224, 224), (50, 40)]


def pictures(folder: Path) -> list[str]:
    """Pictures as an atlas stores them, of at most 1,024 pixels."""
    paths = []
    for number, size in enumerate(SIZES):
        coarse = np.random.default_rng(number).integers(0, 256, (9, 12, 3), dtype=np.uint8)
        buffer = BytesIO()
        Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(buffer, "PNG")
        path = folder / f"{number}.jpg"
        path.write_bytes(normalise(buffer.getvalue(), max_side=1024, max_pixels=10**8).image)
        paths.append(str(path))
    return paths


def cache_tokenizer(hub: Path, repository: str) -> None:
    """A small tokenizer in the hub's cache, where that of a SigLIP model would be."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<pad>", "</s>", "<unk>"])
    tokenizer.train_from_iterator([*LABELS, *TEMPLATES], trainer)
    snapshot = hub / f"models--{repository.replace('/', '--')}" / "snapshots" / ("0" * 40)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    fast.save_pretrained(snapshot)
    (snapshot / "config.json").write_text('{"model_type": "t5"}', encoding="utf-8")
    refs = snapshot.parents[1] / "refs"
    refs.mkdir()
    (refs / "main").write_text("0" * 40, encoding="utf-8")


Numbers = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Numbers]]:
    """What open_clip and the tagger say, by script and model."""
    from tagatlas_clip.templates import BACKGROUND

    folder = tmp_path_factory.mktemp("parity")
    cache_tokenizer(folder / "hub", "timm/ViT-B-16-SigLIP")
    cases = [
        {
            "model": name,
            "weights": str(folder / f"{name}.safetensors"),
            "preprocessing": preprocessing,
            "pictures": pictures(folder),
            "labels": LABELS,
            "templates": TEMPLATES,
            "background": list(BACKGROUND),
        }
        for name, preprocessing in MODELS.items()
    ]
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    environment = {
        **os.environ,
        "HF_HUB_CACHE": str(folder / "hub"),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",  # more wait for one another where other work is going on
        "XDG_CACHE_HOME": str(folder / "cache"),
    }

    def run(script: str, *words: str | Path) -> None:
        command = [sys.executable, "-W", "ignore", SUPPORT / script, *words]
        subprocess.run(command, env=environment, check=True, timeout=600)

    run("make_weights.py", folder, *MODELS)
    found = {}
    for script in ("plain_open_clip", "clip_of_tagatlas"):
        out = folder / script
        out.mkdir()
        run(f"{script}.py", folder / "cases.json", out)
        found[script] = {name: dict(np.load(out / f"{name}.npz")) for name in MODELS}
    yield found
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_embeddings_and_probabilities_are_open_clips(
    numbers: dict[str, Numbers], model: str
) -> None:
    wanted, found = numbers["plain_open_clip"][model], numbers["clip_of_tagatlas"][model]
    assert wanted["embeddings"].shape[0] == len(SIZES)
    assert np.abs(wanted["embeddings"][0] - wanted["embeddings"][1]).max() > 1e-5
    assert np.abs(found["embeddings"] - wanted["embeddings"]).max() <= 1e-5
    assert wanted["probabilities"].shape == (len(SIZES), len(LABELS))
    assert wanted["probabilities"].std() > 1e-3
    assert np.abs(found["probabilities"] - wanted["probabilities"]).max() <= 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_tags_are_read_from_float16_to_a_thousandth(
    numbers: dict[str, Numbers], model: str
) -> None:
    wanted, found = numbers["plain_open_clip"][model], numbers["clip_of_tagatlas"][model]
    assert np.abs(found["kept"] - wanted["probabilities"]).max() <= 1e-3
