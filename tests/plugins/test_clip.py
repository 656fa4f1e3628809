"""The tagger ``clip``, with the small model of ``tests/data/shapes_clip``."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch  # noqa: TID253 - this module is read only where it is installed
from shape_pictures import Motif, draw, held_out, motifs

from tagatlas.contracts import ImageInput, KeptAnswer, TaggerSpec, TagResult, TagStatus
from tagatlas.errors import ModelMissing, OptionError, TaggerError
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.testing import RereadingTaggerContract, sample_images
from tagatlas_clip import ClipOptions, tagatlas_taggers
from tagatlas_clip.device import FullFp32
from tagatlas_clip.embedding import Embedder, Replica
from tagatlas_clip.model import ClipModel
from tagatlas_clip.scores import best_tags
from tagatlas_clip.tagger import make_tagger
from tagatlas_clip.templates import read_templates

pytestmark = pytest.mark.extras("open_clip")

MODEL = Path(__file__).parents[1] / "data" / "shapes_clip"
SCRIPTS = [
    "قطة", "կատու", "বিড়াল", "ᏪᏌ", "кошка", "बिल्ली", "ድመት", "კატა", "γάτα", "બિલાડી",
    "ਬਿੱਲੀ", "貓", "고양이", "חתול", "くろねこ", "ಬೆಕ್ಕು", "ឆ្មា", "ແມວ", "kočka", "പൂച്ച", "แมว",
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of texts are kept apart from the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vocabulary") / "motifs.txt"
    path.write_text("\n".join(map(str, motifs())), encoding="utf-8")
    return path


def shape_options(vocabulary: Path) -> ClipOptions:
    return ClipOptions(
        model=str(MODEL),
        device="cpu",
        vocabulary=str(vocabulary),
        templates="a photo of {}.",
        threshold=0.2,
    )


@pytest.fixture
def options(vocabulary: Path) -> ClipOptions:
    return shape_options(vocabulary)


def as_input(picture_of: object, seed: int = 0) -> ImageInput:
    motif = next(motif for motif in motifs() if str(motif) == str(picture_of))
    buffer = io.BytesIO()
    draw(motif, seed).save(buffer, "JPEG", quality=90)
    return ImageInput(sha256(buffer.getvalue()).hexdigest(), buffer.getvalue())


def many_inputs(each: int, chosen: Sequence[Motif] | None = None) -> list[tuple[str, ImageInput]]:
    """Images with their motif, ordered by id; by default of motifs not seen in training."""
    found = [
        (str(motif), as_input(motif, seed))
        for motif in chosen or held_out()
        for seed in range(1000, 1000 + each)
    ]
    return sorted(found, key=lambda item: item[1].id)


def kept(images: Sequence[ImageInput], results: Sequence[TagResult]) -> list[KeptAnswer]:
    return [
        KeptAnswer(image.id, result.raw, result.embedding)
        for image, result in zip(images, results, strict=True)
    ]


class TestContract(RereadingTaggerContract):
    """The rules of every tagger that reads tags from kept answers."""

    @pytest.fixture
    def spec(self) -> TaggerSpec:
        [spec] = tagatlas_taggers()
        return spec

    @pytest.fixture
    def options(self, vocabulary: Path) -> ClipOptions:
        return shape_options(vocabulary)

    @pytest.fixture
    def images(self) -> Sequence[ImageInput]:
        return [as_input(motif) for motif in held_out()[:4]]

    @pytest.fixture
    def reading_options(self, tmp_path: Path) -> Mapping[str, object]:
        other = tmp_path / "other.txt"
        other.write_text("red circle\nblue star\n", encoding="utf-8")
        return {
            "vocabulary": str(other),
            "templates": "photo",
            "threshold": 0.3,
            "top_k": 2,
            "calibrate": False,
            "scoring": "softmax",
        }

    @pytest.fixture
    def answer_options(self) -> Mapping[str, object]:
        return {"precision": "bf16"}

    @pytest.fixture
    def neutral_options(self, tmp_path: Path) -> Mapping[str, object]:
        same = tmp_path / "same.txt"
        same.write_text("\n".join(f" {motif}\t" for motif in motifs()), encoding="utf-8")
        return {"threads": 3, "model_batch": 2, "vocabulary": str(same)}


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 3_000_000


def test_it_names_what_it_never_saw_together(options: ClipOptions) -> None:
    tagger = make_tagger(replace(options, threshold=0.02))
    named = many_inputs(5, motifs())
    new = {str(motif) for motif in held_out()}
    images = [image for _, image in named]
    first = [
        result
        for start in range(0, len(images), tagger.batch_size)
        for result in tagger.tag(images[start : start + tagger.batch_size])
    ]
    reading = tagger.read(kept(images, first))
    found = dict(reading.results)
    best = {image.id: found[image.id].tags[:1] for _, image in named}
    hits = [
        bool(best[image.id]) and best[image.id][0].label == motif
        for motif, image in named
        if motif in new
    ]
    assert len(hits) == 60
    assert sum(hits) >= 0.95 * len(hits)
    notes = reading.notes["calibration"]
    assert isinstance(notes, dict)
    assert set(notes) == {str(motif) for motif in motifs()}
    assert all(set(each) == {"temperature", "bias"} for each in notes.values())


def test_labels_that_the_collection_does_not_show_are_not_taken_for_near_misses(
    options: ClipOptions,
) -> None:
    tagger = make_tagger(replace(options, threshold=0.02))
    named = many_inputs(10, held_out())
    images = [image for _, image in named]
    first = [
        result
        for start in range(0, len(images), tagger.batch_size)
        for result in tagger.tag(images[start : start + tagger.batch_size])
    ]
    found = dict(tagger.read(kept(images, first)).results)
    hits = [found[image.id].tags[0].label == motif for motif, image in named]
    assert len(hits) == 120
    assert sum(hits) >= 0.95 * len(hits)


def test_few_images_are_not_calibrated(options: ClipOptions) -> None:
    tagger = make_tagger(options)
    images = [as_input(motif) for motif in held_out()]
    assert "calibration" not in tagger.read(kept(images, tagger.tag(images))).notes


def test_another_vocabulary_reads_the_same_embeddings(options: ClipOptions, tmp_path: Path) -> None:
    colours = tmp_path / "colours.csv"
    colours.write_text("label,prompts\nrouge,something red\nbleu,something blue\n", "utf-8")
    first = make_tagger(options)
    second = make_tagger(
        replace(options, vocabulary=str(colours), top_k=1, threshold=0.0, calibrate=False)
    )
    assert first.fingerprint() == second.fingerprint()
    images = [
        as_input(name, 3) for name in ("one red circle", "two blue stars", "three red squares")
    ]
    results = [result for _, result in second.read(kept(images, first.tag(images))).results]
    assert [result.tags[0].label for result in results] == ["rouge", "bleu", "rouge"]


def test_texts_and_images_share_a_space(options: ClipOptions) -> None:
    tagger = make_tagger(options)
    names = ["one red circle", "three blue stars", "two green squares"]
    vectors, failures = tagger.embed_images([as_input(name, 5) for name in names])
    assert not failures
    pictures = np.stack([vectors[place] for place in range(3)])
    texts = tagger.embed_texts([f"a photo of {name}." for name in names])
    assert np.linalg.norm(texts, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (pictures @ texts.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_none_of_these_is_an_answer(options: ClipOptions) -> None:
    [result] = make_tagger(replace(options, threshold=1.0)).tag([as_input("one red circle")])
    assert result.status is TagStatus.EMPTY
    assert result.embedding is not None


def test_what_was_kept_without_an_embedding_is_empty(options: ClipOptions) -> None:
    [(image_id, result)] = make_tagger(options).read([KeptAnswer("0" * 64)]).results
    assert (image_id, result.status) == ("0" * 64, TagStatus.EMPTY)


@pytest.mark.parametrize("most", [1, 2, 3, 10])
def test_the_best_tags_above_the_threshold_are_kept(most: int) -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.3])
    tags = best_tags(scores, ["a", "b", "c", "d"], 0.3, most)
    assert sorted(tag.label for tag in tags) == ["b", "c", "d"][:most]


def test_labels_in_20_scripts_duplicates_and_odd_ones(options: ClipOptions, tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text(
        "\n".join([*SCRIPTS, "Café", "cafe\u0301", "🙂", "{}", "a|b", "x" * 5000]), "utf-8"
    )
    assert len(SCRIPTS) >= 20
    tagger = make_tagger(replace(options, vocabulary=str(odd), threshold=0.0, top_k=100))
    [result] = tagger.tag([as_input("one red circle")])
    assert {tag.label for tag in result.tags} == {*SCRIPTS, "Café", "🙂", "{}", "a|b", "x" * 5000}


def test_an_empty_vocabulary_is_refused_in_one_line(options: ClipOptions, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n \n", "utf-8")
    with pytest.raises(OptionError, match="no label: write one a line"):
        make_tagger(replace(options, vocabulary=str(tmp_path / "empty.txt")))


def test_ten_thousand_labels(options: ClipOptions, tmp_path: Path) -> None:
    many = tmp_path / "many.txt"
    many.write_text("\n".join(f"thing {number}" for number in range(10_000)), "utf-8")
    tagger = make_tagger(replace(options, vocabulary=str(many), threshold=0.0))
    images = [image for _, image in many_inputs(5)]
    results = tagger.tag(images[:2])
    assert [len(result.tags) for result in results] == [20, 20]
    vectors, _ = tagger.embed_images(images)
    answers = [
        KeptAnswer(image.id, embedding=vectors[place].astype(np.float16))
        for place, image in enumerate(images)
    ]
    reading = tagger.read(answers)
    assert len(list(reading.results)) == len(images) >= 50
    calibration = reading.notes["calibration"]
    assert isinstance(calibration, dict)
    assert len(calibration) == 10_000


def test_texts_are_embedded_once(options: ClipOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_tagger(options)
    image = as_input("one red circle")
    [wanted] = first.tag([image])
    cache = Path(os.environ["XDG_CACHE_HOME"]) / "tagatlas" / "clip-texts"
    files = sorted(cache.iterdir())
    assert len(files) == 2  # the labels and the background
    before = [path.stat().st_mtime_ns for path in files]
    [again] = make_tagger(options).tag([image])
    assert [path.stat().st_mtime_ns for path in sorted(cache.iterdir())] == before
    assert again == wanted
    for path in files:
        path.write_bytes(b"damaged")
    [third] = make_tagger(options).tag([image])
    assert third == wanted
    make_tagger(replace(options, templates="photo")).tag([image])
    assert len(list(cache.iterdir())) == 3


def test_weights_may_be_a_file_beside_a_configuration(options: ClipOptions, tmp_path: Path) -> None:
    weights = tmp_path / "weights.safetensors"
    shutil.copy(MODEL / "open_clip_model.safetensors", weights)
    image = as_input("two blue stars")
    wanted = make_tagger(options).tag([image])
    config = str(MODEL / "open_clip_config.json")
    for model in (str(MODEL), config):
        assert (
            make_tagger(replace(options, model=model, pretrained=str(weights))).tag([image])
            == wanted
        )
    with pytest.raises(OptionError, match="needs its weights: --pretrained FILE"):
        make_tagger(replace(options, model=config))


def test_plain_pickles_are_read_and_others_refused(options: ClipOptions, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    state = load_file(MODEL / "open_clip_model.safetensors")
    plain, hostile = tmp_path / "plain.pt", tmp_path / "hostile.pt"
    torch.save({"state_dict": state}, plain)
    image = as_input("two blue stars")
    tagger = make_tagger(replace(options, pretrained=str(plain)))
    assert tagger.tag([image]) == make_tagger(options).tag([image])

    marker = tmp_path / "code ran"
    hostile.write_bytes(pickle.dumps({"state_dict": Touch(str(marker))}))
    torch.save({"state_dict": state, "more": Touch(str(marker))}, tmp_path / "zipped.pt")
    for path in (hostile, tmp_path / "zipped.pt"):
        with pytest.raises(OptionError, match=r"could run code|has no weights"):
            make_tagger(replace(options, pretrained=str(path))).tag([image])
    assert not marker.exists()


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, (self.path,))


@pytest.mark.parametrize("content", [b"", b"not weights", b"PK\x03\x04 not a zip"])
@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pt"])
def test_weights_that_are_none_are_refused_in_one_line(
    options: ClipOptions, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    tagger = make_tagger(replace(options, pretrained=str(tmp_path / name)))
    with pytest.raises(OptionError) as caught:
        tagger.tag([as_input("one red circle")])
    assert len(str(caught.value).splitlines()) == 1
    assert name in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "ViT-B-33"}, "open_clip has no model 'ViT-B-33'"),
        ({"model": "ViT-B-32"}, "ViT-B-32 has several weights; choose --pretrained: openai"),
        ({"model": "ViT-B-32", "pretrained": "opena"}, "ViT-B-32 has no 'opena'"),
        ({"model": "ViT-S-32"}, "no weights are known for --model ViT-S-32"),
        ({"device": "cuda:99"}, "there is no device 'cuda:99' here; there is: cpu"),
        ({"device": "tpu"}, "there is no device 'tpu'"),
        ({"vocabulary": "nowhere"}, "no vocabulary 'nowhere'"),
        ({"groups": ("a",)}, "has no group 'a'"),
        ({"templates": "nowhere"}, "no templates 'nowhere'"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(
    options: ClipOptions, changes: Mapping[str, object], message: str
) -> None:
    with pytest.raises(OptionError) as caught:
        make_tagger(replace(options, **changes))  # type: ignore[arg-type] # by name, on purpose
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("model", "pretrained", "asked"),
    [
        ("ViT-B-16-SigLIP2", None, "ViT-B-16-SigLIP2/webli"),
        ("ViT-B-32", "openai", "ViT-B-32/openai"),
        ("hf-hub:timm/ViT-B-16-SigLIP2", None, "hf-hub:timm/ViT-B-16-SigLIP2"),
        ("auto", None, "ViT-B-32-256/datacomp_s34b_b86k"),
    ],
)
def test_missing_weights_say_what_to_run(
    options: ClipOptions, model: str, pretrained: str | None, asked: str
) -> None:
    with pytest.raises(
        ModelMissing, match=f"is not on this machine: tagatlas models pull {asked}$"
    ):
        make_tagger(replace(options, model=model, pretrained=pretrained))


def test_templates() -> None:
    assert read_templates("photo") == ("a photo of a {}.",)
    assert read_templates("label") == ("{}",)
    assert len(read_templates("simple")) == 7
    assert len(read_templates("imagenet")) == 80
    assert all("{}" in template for template in read_templates("imagenet"))


def test_templates_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "templates.txt"
    path.write_text("a drawing of {}.\n\nthe {}\n", "utf-8")
    assert read_templates(str(path)) == ("a drawing of {}.", "the {}")
    path.write_text("a drawing of {}.\nthe\n", "utf-8")
    with pytest.raises(OptionError, match="each line of the templates"):
        read_templates(str(path))
    path.write_text("ein Bild für {}.\nes zeigt {}\n", "utf-16")
    assert read_templates(str(path)) == ("ein Bild für {}.", "es zeigt {}")
    path.write_text("ein Bild für {}.\n", "cp1252")
    with pytest.raises(OptionError, match="are not in UTF-8: save them as UTF-8"):
        read_templates(str(path))


class Starved(ClipModel):
    """A model on a device whose allocator has room for so many pictures."""

    def __init__(self, options: ClipOptions, room: int, message: str) -> None:
        tagger = make_tagger(options)
        super().__init__(tagger._files, torch.device("cpu"), "fp32")
        self._room = room
        self._message = message
        self.tried: list[int] = []

    def embed_pictures(self, pictures: Sequence[torch.Tensor]) -> np.ndarray:
        self.tried.append(len(pictures))
        if len(pictures) > self._room:
            raise torch.OutOfMemoryError(self._message)
        return super().embed_pictures(pictures)


def test_out_of_memory_halves_the_batch_and_loses_nothing(options: ClipOptions) -> None:
    model = Starved(options, 3, "CUDA out of memory.")
    images = [image for _, image in many_inputs(2)]
    embedder = Embedder([Replica(model, 16)])
    found, failures = embedder.embed(images)
    wanted, _ = make_tagger(options).embed_images(images)
    assert not failures
    assert sorted(found) == list(range(len(images)))
    for place, vector in wanted.items():
        assert found[place] == pytest.approx(vector, abs=1e-5)
    assert model.tried[:4] == [16, 8, 4, 2]
    assert max(model.tried[4:]) == 2
    embedder.embed(images)
    assert max(model.tried[4:]) == 2  # it is remembered


def test_a_model_that_has_no_room_for_one_picture_stops_the_run(options: ClipOptions) -> None:
    embedder = Embedder([Replica(Starved(options, 0, "out of memory"), 4)])
    with pytest.raises(TaggerError, match="not enough memory for the model: choose a smaller"):
        embedder.embed([as_input("one red circle")])


_STARVE = """
import resource, sys
from pathlib import Path
from tagatlas.contracts import ImageInput
from tagatlas_clip import ClipOptions
from tagatlas_clip.tagger import make_tagger
import torch
model, picture = sys.argv[1:]
options = ClipOptions(
    model=model, device="cpu", vocabulary="scenes", model_batch=4096, threads=2
)
tagger = make_tagger(options)
images = [ImageInput("0" * 64, Path(picture).read_bytes())] * 1024
tagger.embed_images(images[:16])  # starts all threads, whose stacks count
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000, -1))
vectors, failures = tagger.embed_images(images)
print(len(vectors), len(failures), tagger._embedder.replicas[0].batch)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
def test_the_processors_own_allocator_may_have_no_more(tmp_path: Path) -> None:
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(as_input("two blue stars").data)
    command = [sys.executable, "-W", "ignore", "-c", _STARVE, str(MODEL), str(picture)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    vectors, failures, batch = map(int, done.stdout.split())
    assert (vectors, failures) == (1024, 0)
    assert batch < 1024


def test_several_devices_share_the_work(options: ClipOptions) -> None:
    one, two = (Starved(options, 64, "") for _ in range(2))
    embedder = Embedder([Replica(one, 8), Replica(two, 8)])
    images = [image for _, image in many_inputs(1)]
    for _ in range(4):
        embedder.embed(images)
    assert one.tried
    assert two.tried


def test_doctor_says_what_is_there(options: ClipOptions) -> None:
    lines = make_tagger(options).check()
    assert any(str(MODEL / "open_clip_model.safetensors") in line for line in lines)
    assert any("on cpu" in line and "fp32" in line for line in lines)
    assert any("60 labels, scores calibrated on the collection" in line for line in lines)


def test_a_sigmoid_model_keeps_its_own_scores(options: ClipOptions, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = tmp_path / "siglip"
    shutil.copytree(MODEL, model)
    config = json.loads((model / "open_clip_config.json").read_text("utf-8"))
    config["model_cfg"]["init_logit_bias"] = -10
    (model / "open_clip_config.json").write_text(json.dumps(config), "utf-8")
    weights = load_file(model / "open_clip_model.safetensors")
    save_file({**weights, "logit_bias": torch.tensor(-7.5)}, model / "open_clip_model.safetensors")
    tagger = make_tagger(replace(options, model=str(model), threshold=0.0, top_k=60))
    assert not tagger.collective
    images = [image for _, image in many_inputs(5)]
    results = tagger.tag(images[:2])
    vectors, _ = tagger.embed_images(images[:2])
    texts = tagger.embed_texts([f"a photo of {motif}." for motif in motifs()])
    scale = float(weights["logit_scale"].float().exp())
    for place, result in enumerate(results):
        logits = scale * texts @ vectors[place] - 7.5
        wanted = dict(zip(map(str, motifs()), 1 / (1 + np.exp(-logits)), strict=True))
        assert {tag.label: tag.score for tag in result.tags} == pytest.approx(wanted, abs=2e-3)
    assert "calibration" not in tagger.read(kept(images[:2], results)).notes


def test_the_plugin_is_listed_and_needs_its_extra() -> None:
    spec = load_plugins(strict=True).get(TAGGERS, "clip")
    assert spec.extra == "tagatlas[clip]"
    assert spec.models is not None


NO_GPU = "there is no CUDA device here"


def test_fp32_is_in_full_while_any_model_computes_and_then_as_it_was() -> None:
    before = torch.backends.cudnn.allow_tf32
    try:
        for was in (True, False):
            torch.backends.cudnn.allow_tf32 = was
            full = FullFp32()
            with full:
                with full:
                    assert not torch.backends.cudnn.allow_tf32
                assert not torch.backends.cudnn.allow_tf32
            assert torch.backends.cudnn.allow_tf32 is was
    finally:
        torch.backends.cudnn.allow_tf32 = before


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
@pytest.mark.parametrize(
    ("precision", "tolerance"), [("fp32", 1e-4), ("bf16", 5e-2), ("fp16", 1e-2)]
)
def test_a_gpu_gives_the_processors_vectors(
    options: ClipOptions, precision: str, tolerance: float
) -> None:
    images = [image for _, image in many_inputs(4)]
    wanted, _ = make_tagger(options).embed_images(images)
    found, failures = make_tagger(
        replace(options, device="cuda:0", precision=precision)  # type: ignore[arg-type]
    ).embed_images(images)
    assert not failures
    for place, vector in wanted.items():
        assert found[place] == pytest.approx(vector, abs=tolerance)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
@pytest.mark.parametrize("size", [(1024, 768), (640, 1024), (300, 300), (48, 30)])
def test_a_gpu_prepares_the_processors_pictures(
    options: ClipOptions, size: tuple[int, int]
) -> None:
    pictures = [sample.pixels() for sample in (*sample_images(3, size), *sample_images(2))]
    on_gpu, on_processor = (
        make_tagger(replace(options, device=device))._models[0].prepare(pictures)
        for device in ("cuda:0", "cpu")
    )
    for found, wanted in zip(on_gpu, on_processor, strict=True):
        assert torch.equal(found.cpu(), wanted)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason=NO_GPU)
def test_a_gpus_batch_is_found_and_halved_when_memory_is_short(options: ClipOptions) -> None:
    tagger = make_tagger(replace(options, device="cuda:0"))
    images = [image for _, image in many_inputs(8)]
    wanted, _ = tagger.embed_images(images)
    (replica,) = tagger._embedder.replicas
    assert replica.batch >= 8
    prepared = replica.model.prepare([images[0].pixels()]) * 4096
    torch.cuda.empty_cache()
    _, total = torch.cuda.mem_get_info()
    room = torch.cuda.memory_allocated() + 2**26
    torch.cuda.set_per_process_memory_fraction(room / total)
    try:
        replica.batch = 4096
        assert replica.embed(prepared).shape[0] == 4096
        assert replica.batch < 4096
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert len(wanted) == len(images)


@pytest.mark.gpu
@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="there are no two CUDA devices here")
def test_all_gpus_work(options: ClipOptions) -> None:
    tagger = make_tagger(replace(options, device="cuda"))
    assert tagger.concurrency == 3 * torch.cuda.device_count()
    images = [image for _, image in many_inputs(2)]
    for _ in range(4):
        vectors, failures = tagger.embed_images(images)
        assert len(vectors) == len(images)
        assert not failures
