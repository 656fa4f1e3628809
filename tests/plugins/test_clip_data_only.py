"""No code that came with a model is run by the tagger ``clip``.

Every hostile model would make a file if any of its code ran.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch  # noqa: TID253 - this module is read only where it is installed
from safetensors.torch import load_file

from tagatlas.contracts import ImageInput
from tagatlas.errors import OptionError
from tagatlas.testing import sample_images
from tagatlas_clip import ClipOptions
from tagatlas_clip.tagger import make_tagger

pytestmark = pytest.mark.extras("open_clip")

MODEL = Path(__file__).parents[1] / "data" / "shapes_clip"
CONFIG, SAFE = "open_clip_config.json", "open_clip_model.safetensors"
HIDDEN = "models--hostile--words"


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, (str(self.path),))


class Hostile:
    """A folder with a model, a cache of the hub, and the file that no code may make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "model"
        self.hub = folder / "hub"
        self.marker = folder / "code ran"
        shutil.copytree(MODEL, self.folder)
        self.code = f"import pathlib\npathlib.Path({str(self.marker)!r}).touch()\n"

    def configure(self, change: Callable[[dict[str, dict[str, object]]], object]) -> None:
        """Change the architecture."""
        path = self.folder / CONFIG
        config = json.loads(path.read_text("utf-8"))
        change(config["model_cfg"])
        path.write_text(json.dumps(config), "utf-8")

    def write(self, name: str, content: object) -> None:
        """Write a file of JSON into the model's folder."""
        (self.folder / name).write_text(json.dumps(content), "utf-8")

    def in_hub(self, files: Mapping[str, str]) -> None:
        """Files of a repository in the hub's cache."""
        repository = self.hub / HIDDEN
        snapshot = repository / "snapshots" / ("0" * 40)
        snapshot.mkdir(parents=True)
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text("0" * 40, "utf-8")
        for name, text in files.items():
            (snapshot / name).write_text(text, "utf-8")

    def tag(self, pretrained: str | None = None) -> None:
        """Do all that a tagger does with a model."""
        options = ClipOptions(
            model=str(self.folder), pretrained=pretrained, device="cpu", vocabulary="scenes"
        )
        tagger = make_tagger(options)
        tagger.fingerprint()
        [sample] = sample_images(1)
        tagger.tag([ImageInput(sample.id, sample.data)])


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hostile:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return Hostile(tmp_path)


AUTO_MAP = {
    "auto_map": {
        "AutoConfig": "evil.EvilConfig",
        "AutoModel": "evil.EvilModel",
        "AutoTokenizer": ["evil.EvilTokenizer", "evil.EvilTokenizer"],
    }
}


def of_folder(hostile: Hostile, **settings: object) -> None:
    """The model takes its tokenizer, with Python code, from its own folder."""
    text = {"hf_tokenizer_name": "hostile/words", **settings}
    hostile.configure(lambda model: model["text_cfg"].update(text))
    (hostile.folder / "evil.py").write_text(hostile.code, "utf-8")


def test_a_tokenizers_own_code(hostile: Hostile) -> None:
    of_folder(hostile)
    hostile.write("tokenizer_config.json", {"tokenizer_class": "EvilTokenizer", **AUTO_MAP})
    refused(hostile, r"tokenizer_config.json names code that came with the model \(auto_map\)")


def test_a_tokenizers_own_code_that_the_architecture_trusts(hostile: Hostile) -> None:
    of_folder(hostile, tokenizer_kwargs={"trust_remote_code": True})
    hostile.write("tokenizer_config.json", {"tokenizer_class": "EvilTokenizer", **AUTO_MAP})
    refused(hostile, "sets 'trust_remote_code' for its tokenizer|names code that came")


def test_a_tokenizers_code_named_by_the_models_configuration(hostile: Hostile) -> None:
    of_folder(hostile)
    hostile.write("config.json", {"model_type": "evil", **AUTO_MAP})
    hostile.write("tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast"})
    refused(hostile, r"config.json names code that came with the model")


def test_a_text_models_own_code(hostile: Hostile) -> None:
    of_folder(hostile, hf_model_name="hostile/words")
    hostile.write("tokenizer_config.json", {})
    config = {"model_type": "evil", **AUTO_MAP}
    hostile.in_hub({"config.json": json.dumps(config), "evil.py": hostile.code})
    refused(hostile, "names code that came with the model")


@pytest.mark.parametrize("kind", ["evil", "gpt2", None, 3, "wav2vec2"])
def test_a_text_model_of_an_unknown_kind(hostile: Hostile, kind: object) -> None:
    of_folder(hostile, hf_model_name="hostile/words")
    hostile.write("tokenizer_config.json", {})
    hostile.in_hub({"config.json": json.dumps({"model_type": kind}), "evil.py": hostile.code})
    refused(hostile, f"is of the kind {kind!r}; text models are of: roberta")


@pytest.mark.parametrize("settings", [{"bpe_path": "/etc/passwd"}, {"cache_dir": "cache"}, ["a"]])
def test_settings_of_a_tokenizer_that_are_no_plain_ones(hostile: Hostile, settings: object) -> None:
    hostile.configure(lambda model: model["text_cfg"].update(tokenizer_kwargs=settings))
    refused(hostile, "for its tokenizer")


@pytest.mark.parametrize(
    "name", ["hf-hub:hostile/words", "local-dir:/x", "hostile/words", "../x", 3, ["a"]]
)
def test_an_image_model_of_another_place(hostile: Hostile, name: object) -> None:
    vision = {"timm_model_name": name, "timm_model_pretrained": True, "image_size": 64}
    hostile.configure(lambda model: model["vision_cfg"].update(vision))
    refused(hostile, "takes its image model from .*, which is not read")


def test_an_image_model_is_made_without_weights_of_another_place(hostile: Hostile) -> None:
    vision = {"timm_model_name": "resnet10t", "timm_model_pretrained": True, "image_size": 64}
    hostile.configure(lambda model: model["vision_cfg"].update(vision))
    refused(hostile, "has no weights for model")  # made without a network, and of another form


@pytest.mark.parametrize("name", ["w.pt", "w.bin", "w.pth", "w", "w.ckpt"])
@pytest.mark.parametrize("form", ["pickle", "zip", "tensors", "checkpoint"])
def test_pickles_with_code(hostile: Hostile, name: str, form: str) -> None:
    path = hostile.folder / name
    state = load_file(hostile.folder / SAFE)
    touch = Touch(hostile.marker)
    match form:
        case "pickle":
            path.write_bytes(pickle.dumps({"state_dict": touch}))
        case "zip":
            torch.save({"state_dict": state, "more": touch}, path)
        case "tensors":
            torch.save({**state, "more": touch}, path, _use_new_zipfile_serialization=False)
        case _:
            torch.save({"epoch": 1, "state_dict": {**state, "more": touch}}, path)
    refused(hostile, "holds more than weights, which could run code|has no weights", str(path))


def test_a_user_who_lets_pytorch_unpickle_anything_is_safe_here(
    hostile: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    path = hostile.folder / "w.pt"
    torch.save({"state_dict": Touch(hostile.marker)}, path)
    refused(hostile, "holds more than weights", str(path))


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
def test_programs_of_torchscript(hostile: Hostile) -> None:
    class Program(torch.nn.Module):  # type: ignore[misc] # torch's types are not read
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    path = hostile.folder / "w.pt"
    torch.jit.save(torch.jit.trace(Program(), torch.zeros(1)), path)
    refused(hostile, "has no weights", str(path))


def test_a_sound_model_beside_code_is_used_without_it(hostile: Hostile) -> None:
    for name in ("evil.py", "__init__.py", "open_clip.py", "tokenization_evil.py", "torch.py"):
        (hostile.folder / name).write_text(hostile.code, "utf-8")
    hostile.tag()
    assert not hostile.marker.exists()


def test_what_a_text_model_says_of_code_of_the_hub_is_dropped(tmp_path: Path) -> None:
    from tagatlas_clip.data_only import plain_text_config

    said = {
        "model_type": "bert",
        "hidden_size": 16,
        "attn_implementation": "hostile/attention",
        "_attn_implementation": "hostile/attention",
        "_attn_implementation_internal": "hostile/attention",
        "experts_implementation": "hostile/experts",
        "quantization_config": {"quant_method": "evil"},
        "use_kernels": True,
    }
    (tmp_path / "config.json").write_text(json.dumps(said), "utf-8")
    assert plain_text_config(tmp_path / "config.json") == {
        "model_type": "bert",
        "hidden_size": 16,
    }


def refused(hostile: Hostile, message: str, pretrained: str | None = None) -> None:
    """The model is refused in a line, and no code of it ran."""
    with pytest.raises(OptionError, match=message) as caught:
        hostile.tag(pretrained)
    assert len(str(caught.value).splitlines()) == 1
    assert not hostile.marker.exists()


def test_the_hostile_models_would_run_code_elsewhere(hostile: Hostile) -> None:
    path = hostile.folder / "w.pt"
    torch.save({"state_dict": Touch(hostile.marker)}, path)
    torch.load(path, weights_only=False)
    assert hostile.marker.exists()
    hostile.marker.rmdir()

    from transformers import AutoTokenizer

    of_folder(hostile)
    hostile.write("tokenizer_config.json", {"tokenizer_class": "EvilTokenizer", **AUTO_MAP})
    with pytest.raises(AttributeError):  # it has no such class, but has run
        AutoTokenizer.from_pretrained(hostile.folder, trust_remote_code=True)
    assert hostile.marker.exists()
