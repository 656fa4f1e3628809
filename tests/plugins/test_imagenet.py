"""The tagger ``imagenet``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from io import BytesIO, StringIO

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tagatlas.contracts import ImageInput, TaggerSpec, TagStatus
from tagatlas.testing import TaggerContract
from tagatlas_taggers.imagenet import ImageNetOptions, tagatlas_taggers
from tagatlas_taggers.imagenet.labels import Labels
from tagatlas_taggers.imagenet.preprocessing import SIDE, to_pixels
from tagatlas_taggers.imagenet.tagger import ImageNetTagger

DATA = files("tagatlas_taggers.imagenet") / "data"
SAMPLE = files("tagatlas") / "cli" / "sample"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO((DATA / name).read_text(encoding="utf-8"))))


def as_input(picture: Image.Image, format_: str = "JPEG") -> ImageInput:
    buffer = BytesIO()
    picture.save(buffer, format_)
    return ImageInput(id=sha256(buffer.getvalue()).hexdigest(), data=buffer.getvalue())


def drawing(name: str) -> Image.Image:
    return Image.open(BytesIO((SAMPLE / name).read_bytes())).convert("RGB")


def crossword() -> Image.Image:
    picture = Image.new("RGB", (260, 200), "white")
    draw = ImageDraw.Draw(picture)
    black = np.random.default_rng(1).random((10, 13)) < 0.25
    for row, column in np.ndindex(black.shape):
        corner = (column * 20, row * 20, column * 20 + 20, row * 20 + 20)
        draw.rectangle(corner, fill="black" if black[row, column] else "white", outline="black")
    return picture


@pytest.fixture(scope="module")
def tagger() -> ImageNetTagger:
    return ImageNetTagger(ImageNetOptions(minimum_score=0.05))


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels.parse((DATA / "classes.csv").read_bytes(), (DATA / "ancestors.csv").read_bytes())


def test_the_model_is_small_enough_to_ship() -> None:
    assert len((DATA / "model.onnx").read_bytes()) <= 15_000_000


def test_every_label_is_unique_whatever_the_case(labels: Labels) -> None:
    assert len({name.casefold() for name in labels.names}) == len(labels.names)
    assert all(name == name.strip() and "_" not in name for name in labels.names)


def test_classes_are_in_the_models_order() -> None:
    classes = rows("classes.csv")
    assert [int(row["index"]) for row in classes] == list(range(1000))
    synsets = [row["synset"] for row in classes]
    assert synsets == sorted(set(synsets))
    assert (synsets[0], classes[0]["label"]) == ("n01440764", "tench")
    assert (synsets[999], classes[999]["label"]) == ("n15075141", "toilet paper")


def test_ancestors_stand_above_2_to_250_classes_and_differ() -> None:
    below = [row["classes"] for row in rows("ancestors.csv")]
    assert all(2 <= len(set(classes.split())) <= 250 for classes in below)
    assert len(set(below)) == len(below)


@pytest.mark.parametrize(
    ("ancestor", "member", "stranger"),
    [
        ("dog", "beagle", "tabby"),
        ("bird", "toucan", "airliner"),
        ("musical instrument", "electric guitar", "typewriter keyboard"),
        ("vehicle", "fire engine", "castle"),
        ("insect", "ladybug", "barn spider"),
    ],
)
def test_ancestors_hold_what_they_say(ancestor: str, member: str, stranger: str) -> None:
    index = {row["label"]: row["index"] for row in rows("classes.csv")}
    [classes] = [
        row["classes"].split() for row in rows("ancestors.csv") if row["label"] == ancestor
    ]
    assert index[member] in classes
    assert index[stranger] not in classes


@given(seed=st.integers(0, 2**32), sharpness=st.floats(0.0, 60.0))
def test_an_ancestors_score_is_the_sum_of_its_classes(seed: int, sharpness: float) -> None:
    labels = Labels.parse(
        (DATA / "classes.csv").read_bytes(), (DATA / "ancestors.csv").read_bytes()
    )
    powers = np.exp(sharpness * np.random.default_rng(seed).random(1000))
    probabilities = (powers / powers.sum()).astype(np.float32)
    scores = dict(zip(labels.names, labels.scores(probabilities).tolist(), strict=True))
    for row in rows("ancestors.csv"):
        naive = sum(float(probabilities[int(index)]) for index in row["classes"].split())
        assert scores[row["label"]] == pytest.approx(min(naive, 1.0), abs=1e-6)
    assert all(0.0 <= score <= 1.0 for score in scores.values())


@pytest.mark.parametrize(
    ("theme", "tag"),
    [
        ("birds", "bird"),
        ("clocks", "timepiece"),
        ("cups", "vessel"),
        ("electronics", "electronic equipment"),
        ("insects", "arthropod"),
        ("mammals", "mammal"),
        ("music", "musical instrument"),
        ("tools", "tool"),
        ("vehicles", "vehicle"),
    ],
)
def test_it_sees_what_the_sample_drawings_show(
    tagger: ImageNetTagger, theme: str, tag: str
) -> None:
    drawings = [path for path in SAMPLE.iterdir() if path.name.startswith(f"{theme}-")]
    assert len(drawings) >= 10
    results = [tagger.tag([ImageInput("0" * 64, path.read_bytes())])[0] for path in drawings]
    seen = [tag in {each.label for each in result.tags} for result in results]
    assert sum(seen) >= 0.9 * len(drawings)


def test_bytes_that_are_no_picture_fail_alone(tagger: ImageNetTagger) -> None:
    good = as_input(crossword())
    cut = ImageInput(id="1" * 64, data=good.data[: len(good.data) // 2])
    text = ImageInput(id="2" * 64, data=b"<html>not found</html>")
    nothing = ImageInput(id="3" * 64, data=b"")
    results = tagger.tag([cut, good, text, nothing])
    assert [result.status for result in results] == [
        TagStatus.FAILED,
        TagStatus.OK,
        TagStatus.FAILED,
        TagStatus.FAILED,
    ]
    assert {result.kind for result in results if result.status is TagStatus.FAILED} == {"image"}
    assert results[1] == tagger.tag([good])[0]


def test_thresholds(tagger: ImageNetTagger) -> None:
    image = as_input(crossword())
    [usual] = tagger.tag([image])
    [strict] = ImageNetTagger(ImageNetOptions(minimum_score=0.9)).tag([image])
    assert strict.tags == tuple(tag for tag in usual.tags if tag.score >= 0.9)
    [few] = ImageNetTagger(ImageNetOptions(tags_per_image=1)).tag([image])
    assert few.tags == usual.tags[:1]
    [everything] = ImageNetTagger(ImageNetOptions(minimum_score=0.0, tags_per_image=5000)).tag(
        [image]
    )
    assert len(everything.tags) == len(tagger._labels.names)


def test_nothing_likely_enough_is_empty_not_failed() -> None:
    grey = as_input(Image.new("RGB", (64, 64), (128, 128, 128)))
    [result] = ImageNetTagger(ImageNetOptions(minimum_score=1.0)).tag([grey])
    assert result.status is TagStatus.EMPTY


def test_the_number_of_threads_changes_nothing() -> None:
    images = [as_input(drawing("mammals-tiger-face.png")), as_input(crossword())] * 4
    one = ImageNetTagger(ImageNetOptions(threads=1)).tag(images)
    four = ImageNetTagger(ImageNetOptions(threads=4)).tag(images)
    assert list(one) == list(four)


@pytest.mark.parametrize("size", [(256, 192), (1024, 683), (700, 1024), (20, 9), (1000, 1)])
def test_the_picture_is_whole_centred_and_on_white(size: tuple[int, int]) -> None:
    pixels = to_pixels(as_input(Image.new("RGB", size, (0, 0, 255)), "PNG").data)
    assert pixels.shape == (SIDE, SIDE, 3)
    is_blue = (pixels == (0, 0, 255)).all(axis=2)
    is_white = (pixels == 255).all(axis=2)
    assert (is_blue | is_white).all()
    height, width = is_blue.any(axis=1).sum(), is_blue.any(axis=0).sum()
    assert max(height, width) == 256
    assert width / height == pytest.approx(size[0] / size[1], rel=0.02) or min(width, height) == 1
    assert (is_blue == is_blue[:, ::-1]).all() or width % 2 == 1
    assert (is_blue == is_blue[::-1]).all() or height % 2 == 1


def test_a_jpeg_decoded_at_a_quarter_is_the_same_picture() -> None:
    large = drawing("vehicles-forklift.png").resize((1024, 1024), Image.Resampling.BICUBIC)
    quarter = to_pixels(as_input(large).data).astype(float)
    whole = to_pixels(as_input(large, "PNG").data).astype(float)
    assert np.abs(quarter - whole).mean() < 3.0


def test_the_answer_is_that_of_the_model_on_the_pixels(tagger: ImageNetTagger) -> None:
    image = as_input(drawing("mammals-tiger-face.png"))
    session = onnxruntime.InferenceSession(
        (DATA / "model.onnx").read_bytes(), providers=["CPUExecutionProvider"]
    )
    [[probabilities], [features]] = session.run(
        ["probabilities", "features"], {"images": to_pixels(image.data)[np.newaxis]}
    )
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-4)
    label = {int(row["index"]): row["label"] for row in rows("classes.csv")}
    [result] = tagger.tag([image])
    scores = {tag.label: tag.score for tag in result.tags}
    best = int(probabilities.argmax())
    assert scores[label[best]] == pytest.approx(float(probabilities[best]), abs=1e-4)
    assert result.embedding is not None
    assert result.embedding.tolist() == features.astype(np.float16).tolist()


def test_alike_pictures_have_alike_embeddings(tagger: ImageNetTagger) -> None:
    names = ["birds-duck.png", "birds-swan.png", "music-cello.png", "music-violin.png"]
    images = [as_input(drawing(name)) for name in names]
    vectors = np.array([result.embedding for result in tagger.tag(images)], dtype=np.float32)
    assert vectors.shape == (4, 1280)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, 0.0)
    assert cosines.argmax(axis=1).tolist() == [1, 0, 3, 2]


class TestContract(TaggerContract):
    """The rules of every tagger."""

    @pytest.fixture
    def spec(self) -> TaggerSpec:
        [spec] = tagatlas_taggers()
        return spec

    @pytest.fixture
    def images(self) -> Sequence[ImageInput]:
        return [
            as_input(drawing("mammals-tiger-face.png")),
            as_input(crossword()),
            as_input(Image.new("RGB", (300, 90), "red")),
        ]

    @pytest.fixture
    def answer_options(self) -> Mapping[str, object]:
        return {"minimum_score": 0.1, "tags_per_image": 3}

    @pytest.fixture
    def neutral_options(self) -> Mapping[str, object]:
        return {"threads": 3}
