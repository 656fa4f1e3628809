"""Models of the tagger ``clip``: what they are known by, their activation and their scores."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch  # noqa: TID253 - this module is read only where it is installed
from safetensors.torch import load_file, save_file
from shape_pictures import draw, held_out

import tagatlas
from tagatlas.contracts import ImageInput, KeptAnswer
from tagatlas.errors import ModelMissing, OptionError
from tagatlas.steps.run import run_steps
from tagatlas_clip import ClipOptions
from tagatlas_clip.activation import activation_of_file, activation_of_repository, activation_of_tag
from tagatlas_clip.files import PREPROCESSING, ModelFiles, Named, locate
from tagatlas_clip.model import ClipModel
from tagatlas_clip.tagger import ClipTagger, make_tagger
from tagatlas_clip.weights import digest

pytestmark = pytest.mark.extras("open_clip")

MODEL = Path(__file__).parents[1] / "data" / "shapes_clip"
SAFE = "open_clip_model.safetensors"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def options(tmp_path: Path) -> ClipOptions:
    vocabulary = tmp_path / "labels.txt"
    vocabulary.write_text("\n".join(map(str, held_out())), "utf-8")
    return ClipOptions(
        model=str(MODEL),
        device="cpu",
        vocabulary=str(vocabulary),
        templates="a photo of {}.",
        threshold=0.0,
    )


def images() -> list[ImageInput]:
    found = []
    for motif in held_out()[:3]:
        buffer = io.BytesIO()
        draw(motif, 3).save(buffer, "JPEG", quality=90)
        found.append(ImageInput(sha256(buffer.getvalue()).hexdigest(), buffer.getvalue()))
    return found


# What embeddings are known by


def test_one_fingerprint_for_all_forms_and_places_of_weights(
    options: ClipOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = make_tagger(options).fingerprint()
    copy = tmp_path / "a copy"
    shutil.copytree(MODEL, copy)
    state = load_file(MODEL / SAFE)
    pickles = {
        "plain.pt": state,
        "shuffled.bin": dict(sorted(state.items(), reverse=True)),
        "training.pt": {"epoch": 3, "state_dict": state},
        "devices.pt": {"state_dict": {f"module.{name}": each for name, each in state.items()}},
    }
    for name, content in pickles.items():
        torch.save(content, tmp_path / name)
    torch.save(state, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    save_file(state, tmp_path / "told.safetensors", {"format": "pt", "trained": "on shapes"})
    monkeypatch.chdir(tmp_path)
    assert make_tagger(replace(options, model="a copy")).fingerprint() == wanted
    assert make_tagger(replace(options, model=str(copy))).fingerprint() == wanted
    for name in [*pickles, "old.pt", "told.safetensors"]:
        again = make_tagger(replace(options, pretrained=name))
        assert again.fingerprint() == wanted, name
    beside = replace(options, model=str(MODEL / "open_clip_config.json"), pretrained="plain.pt")
    assert make_tagger(beside).fingerprint() == wanted


def test_other_weights_or_settings_are_another_backend(
    options: ClipOptions, tmp_path: Path
) -> None:
    found = {make_tagger(options).fingerprint()}
    other = tmp_path / "model"
    shutil.copytree(MODEL, other)
    config = json.loads((other / "open_clip_config.json").read_text("utf-8"))
    config["preprocess_cfg"] = {**PREPROCESSING, "interpolation": "bilinear"}
    (other / "open_clip_config.json").write_text(json.dumps(config), "utf-8")
    found.add(make_tagger(replace(options, model=str(other))).fingerprint())
    config["preprocess_cfg"] = PREPROCESSING
    (other / "open_clip_config.json").write_text(json.dumps(config), "utf-8")
    assert make_tagger(replace(options, model=str(other))).fingerprint() in found
    weights = load_file(other / SAFE)
    weights["logit_scale"] += 0.5
    save_file(weights, other / SAFE)
    found.add(make_tagger(replace(options, model=str(other))).fingerprint())
    found.add(make_tagger(replace(options, precision="bf16")).fingerprint())
    assert len(found) == 4


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int64, torch.bool])
def test_tensors_of_each_type_have_one_digest(tmp_path: Path, dtype: torch.dtype) -> None:
    state = {"b": torch.arange(6).reshape(2, 3).to(dtype), "a": torch.tensor(1).to(dtype)}
    save_file(state, tmp_path / "a.safetensors")
    torch.save({"a": state["a"], "b": state["b"].T.contiguous().T}, tmp_path / "a.pt")
    first = digest(tmp_path / "a.safetensors", tmp_path / "cache")
    assert digest(tmp_path / "a.pt", tmp_path / "cache") == first
    save_file({**state, "b": state["b"].flatten()}, tmp_path / "flat.safetensors")
    assert digest(tmp_path / "flat.safetensors", tmp_path / "cache") != first


def test_weights_are_read_once_and_again_when_they_change(tmp_path: Path) -> None:
    weights, cache = tmp_path / "w.safetensors", tmp_path / "cache"
    save_file({"a": torch.zeros(3)}, weights)
    first = digest(weights, cache)
    (kept,) = cache.iterdir()
    kept.write_text("0" * 64)
    assert digest(weights, cache) == "0" * 64  # it was not read
    kept.write_text("damaged")
    assert digest(weights, cache) == first
    save_file({"a": torch.ones(3)}, weights)
    assert digest(weights, cache) != first
    (tmp_path / "file").touch()
    assert digest(weights, tmp_path / "file") == digest(weights, cache)  # a cache that cannot be


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"12345678",
        b"\xff" * 16,
        (2).to_bytes(8, "little") + b"[]",
        (40).to_bytes(8, "little")
        + b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}'[:40],
        (55).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}',
    ],
)
def test_files_without_weights_have_no_digest(tmp_path: Path, content: bytes) -> None:
    for name in ("w.safetensors", "w.pt"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(OptionError, match=r"has no weights|holds more") as caught:
            digest(tmp_path / name, tmp_path / "cache")
        assert len(str(caught.value).splitlines()) == 1


def test_the_defaults_of_preprocessing_are_open_clips() -> None:
    from open_clip.transform import PreprocessCfg

    said = PreprocessCfg()
    assert {name: getattr(said, name) for name in PREPROCESSING} == dict(PREPROCESSING)


# Activation


def test_every_offered_model_runs_with_the_activation_it_was_trained_with() -> None:
    offered = open_clip.list_pretrained()
    assert len(offered) > 150
    for model, tag in offered:
        said = open_clip.get_pretrained_cfg(model, tag)
        if said.get("quick_gelu"):
            assert activation_of_tag(model, tag), (model, tag)
            assert activation_of_repository(said["hf_hub"].rpartition("/")[0]), (model, tag)
    assert not activation_of_tag("ViT-B-32", "laion2b_s34b_b79k")
    # Its tag says nothing; open_clip itself runs it as its architecture is written.
    assert activation_of_tag("roberta-ViT-B-32", "laion2b_s12b_b32k")


def in_hub(hub: Path, repository: str, name: str) -> Path:
    """A place for a file in the hub's cache."""
    folder = hub / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0" * 40, "utf-8")
    return snapshot / name


SMALL = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 8, "vocab_size": 49408, "width": 32, "heads": 1, "layers": 1},
}


def test_weights_run_with_quick_gelu_give_open_clips_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An architecture as small as can be in the place of the one that the tag is for.
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "ViT-B-32", SMALL)
    torch.manual_seed(1)
    network = open_clip.create_model("ViT-B-32", force_quick_gelu=True)
    with torch.no_grad():
        for each in network.parameters():
            each.mul_(3.0)  # so that the activation shows
    place = in_hub(tmp_path / "hub", "timm/vit_base_patch32_clip_224.openai", SAFE)
    save_file(network.state_dict(), place)
    pictures = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    texts = ["a cat", "two dogs"]
    with torch.inference_mode():
        wanted = network.eval().encode_image(pictures, normalize=True)
        words = network.encode_text(open_clip.SimpleTokenizer(context_length=8)(texts))
        words = torch.nn.functional.normalize(words, dim=-1).numpy()
    found = {}
    for named in (
        Named("ViT-B-32", "openai"),
        Named("ViT-B-32", str(place)),
        Named("ViT-B-32", "laion"),
    ):
        if named.pretrained == "laion":  # the same weights in a file that says nothing
            other = tmp_path / "plain.safetensors"
            shutil.copy(place, other)
            named = Named("ViT-B-32", str(other))
        files = locate(named)
        model = ClipModel(files, torch.device("cpu"), "fp32")
        with torch.inference_mode():
            vectors = model._network.encode_image(pictures, normalize=True)
        found[files.name] = (
            bool((vectors - wanted).abs().max() < 1e-5),
            bool(np.abs(model.embed_texts(texts) - words).max() < 1e-5),
            files.notes,
        )
    note = (
        "plain.safetensors is run without QuickGELU, as ViT-B-32 is written: for weights that were"
        " trained with it, --model ViT-B-32-quickgelu"
    )
    assert found == {
        "ViT-B-32/openai": (True, True, ()),
        f"ViT-B-32/{SAFE}": (True, True, ()),
        "ViT-B-32/plain.safetensors": (False, False, (note,)),
    }


def test_files_are_run_like_the_known_weights_of_their_architecture(tmp_path: Path) -> None:
    weights = tmp_path / "mine.pt"
    assert activation_of_file("RN50x4", weights) == (
        True,
        "mine.pt is run with QuickGELU, like all known weights of RN50x4",
    )
    assert activation_of_file("ViT-B-32-quickgelu", weights) == (True, "")
    assert activation_of_file("ViT-S-32", weights) == (False, "")


# Scores


def kept(tagger: ClipTagger) -> list[KeptAnswer]:
    vectors, failures = tagger.embed_images(images())
    assert not failures
    return [
        KeptAnswer(image.id, embedding=vectors[place].astype(np.float16))
        for place, image in enumerate(images())
    ]


@pytest.mark.parametrize("scoring", ["softmax", "cosine"])
def test_a_papers_scores_are_read_from_the_same_embeddings(
    options: ClipOptions, scoring: str
) -> None:
    first = make_tagger(options)
    tagger = make_tagger(replace(options, scoring=scoring, top_k=100))  # type: ignore[arg-type]
    assert tagger.fingerprint() == first.fingerprint()
    assert tagger.reading() != first.reading()
    assert not tagger.collective
    answers = kept(first)
    found = {image: result.tags for image, result in tagger.read(answers).results}

    # open_clip alone, as its README does it, from the embeddings that were kept
    labels = [str(motif) for motif in held_out()]
    model = tagger._models[0]._network
    texts = tagger._models[0]._tokenize([f"a photo of {label}." for label in labels])
    with torch.inference_mode():
        words = model.encode_text(texts, normalize=True)
        for answer in answers:
            assert answer.embedding is not None
            picture = torch.from_numpy(answer.embedding.astype(np.float32))
            picture /= picture.norm()
            cosines = picture @ words.T
            wanted = cosines.clip(0, 1)
            if scoring == "softmax":
                wanted = (model.logit_scale.exp() * cosines).softmax(dim=-1)
            scores = {tag.label: tag.score for tag in found[answer.id]}
            assert scores == pytest.approx(
                dict(zip(labels, wanted.tolist(), strict=True)), abs=1e-5
            )
            if scoring == "softmax":
                assert sum(scores.values()) == pytest.approx(1.0)


def test_paths_are_kept_absolute_and_names_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    (tmp_path / "label").mkdir()
    for name in ("w.pt", "labels.txt", "templates.txt", "photo", "{}"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    kept = ClipOptions("model", "w.pt", vocabulary="labels.txt", templates="templates.txt")
    assert (kept.model, kept.pretrained) == (str(tmp_path / "model"), str(tmp_path / "w.pt"))
    assert kept.vocabulary == str(tmp_path / "labels.txt")
    assert kept.templates == str(tmp_path / "templates.txt")
    for templates in ("photo", "label", "{}", "x" * 5000):
        assert ClipOptions(templates=templates).templates == templates
    names = ClipOptions("ViT-B-32", "openai", vocabulary="everyday")
    assert (names.model, names.pretrained, names.vocabulary) == ("ViT-B-32", "openai", "everyday")


def test_an_atlas_is_tagged_again_from_another_folder(
    options: ClipOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MODEL, tmp_path / "w" / "model")
    (tmp_path / "pictures").mkdir()
    for place, image in enumerate(images()):
        (tmp_path / "pictures" / f"{place}.jpg").write_bytes(image.data)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    atlas = tmp_path / "a.atlas"
    tagatlas.add(atlas, "pictures")
    tagatlas.fetch(atlas)
    with pytest.raises(ModelMissing, match="tagatlas models pull ViT-B-32/openai"):
        tagatlas.tag(atlas, backend="clip", model="ViT-B-32", pretrained="openai")
    first = tagatlas.tag(
        atlas, backend="clip", model="w/model", vocabulary="labels.txt", device="cpu"
    )
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = tagatlas.tag(atlas, scoring="softmax")
    shutil.copytree(MODEL, "copy")
    torch.save(load_file(f"copy/{SAFE}"), "copy/w.pt")
    other = tagatlas.tag(atlas, model="copy", pretrained="copy/w.pt", scoring="cosine")
    assert (first.asked, again.asked, other.asked) == (3, 0, 0)
    with tagatlas.open_atlas(atlas) as opened:
        last = opened.catalog.tagging.last_used()
        assert last is not None
        assert last.notes == {
            "model": "copy",
            "vocabulary": "labels.txt",
            "labels": 12,
            "templates": "photo",
            "scoring": "cosine",
        }


def test_missing_weights_are_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "urls.csv").write_text("url\nhttp://127.0.0.1:9/a.jpg\n", "utf-8")
    for options in (
        ClipOptions(model="ViT-B-32", pretrained="openai"),
        ClipOptions(vocabulary="nowhere.txt"),
        ClipOptions(templates="nowhere.txt"),
        ClipOptions(model="ViT-B-32", pretrained="no/file.pt"),
    ):
        reports = run_steps(
            tmp_path / "urls.csv",
            tmp_path / "a.atlas",
            backend="clip",
            model=options.model,
            pretrained=options.pretrained,
            vocabulary=options.vocabulary,
            templates=options.templates,
        )
        with pytest.raises((ModelMissing, OptionError)):
            next(iter(reports))  # the first step's report would come first


def test_a_reading_names_model_vocabulary_and_templates(
    options: ClipOptions, tmp_path: Path
) -> None:
    templates = tmp_path / "engravings.txt"
    templates.write_text("an engraving of {}.", "utf-8")
    tagger = make_tagger(replace(options, templates=str(templates)))
    assert tagger.read([]).notes == {
        "model": "shapes_clip",
        "vocabulary": "labels.txt",
        "labels": 12,
        "templates": "engravings.txt",
        "scoring": "calibrated (rivalry 4) contrast",
    }


def test_a_model_says_where_a_file_is_missing() -> None:
    for named, message in [
        (Named("no/such/folder"), "--model no/such/folder: there is no such folder or file"),
        (Named("ViT-B-32", "no/file.pt"), "--pretrained no/file.pt: there is no such file"),
        (Named("local-dir:/tmp"), "--model local-dir:/tmp: there is no such folder or file"),
    ]:
        with pytest.raises(OptionError) as caught:
            locate(named)
        assert str(caught.value) == message


def test_files_of_a_model_are_checked_when_made(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="takes its image model from 'hf-hub:evil/model'"):
        ModelFiles(
            "m",
            {"vision_cfg": {"timm_model_name": "hf-hub:evil/model"}, "text_cfg": {}},
            {},
            tmp_path,
            None,
        )
