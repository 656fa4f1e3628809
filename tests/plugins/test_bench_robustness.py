"""Robustness of planted taggers: every figure equals the one known beforehand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tagatlas import ImageInput, Tag, TagResult, Variant
from tagatlas.testing import MemoryStore
from tagatlas.toolkit import copies_of
from tagatlas_compare.benching.robustness.curves import Ask, RobustnessRow, robustness
from tagatlas_compare.benching.robustness.perturbations import PERTURBATIONS
from tagatlas_compare.statistics.estimates import SHUFFLES
from tagatlas_taggers.imagenet import ImageNetOptions
from tagatlas_taggers.imagenet.tagger import ImageNetTagger

IMAGES = 24
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")


def planted(size: tuple[int, int] = (120, 96)) -> tuple[MemoryStore, list[str]]:
    """A store of discs in six colours on white, four of each, and the ids in order."""
    store, names = MemoryStore(), []
    for number in range(IMAGES):
        picture = Image.new("RGB", size, "white")
        middle, radius = (size[0] / 2, size[1] / 2), min(size) * (0.25 + 0.03 * (number // 6))
        pen = ImageDraw.Draw(picture)
        pen.circle(middle, radius, COLOURS[number % 6])
        buffer = BytesIO()
        picture.save(buffer, "PNG")
        name = hashlib.sha256(buffer.getvalue()).hexdigest()
        names.append(name)
        for variant, data in copies_of(buffer.getvalue(), max_side=1024).items():
            store.put(name, variant, data)
    return store, sorted(names)


STORE, NAMES = planted()
MEASURED = partial(robustness, store=STORE, variant=Variant.IMAGE, images=NAMES, top=10)


def tags(*labels: str) -> TagResult:
    return TagResult.ok([Tag(label, 1 - 0.01 * place) for place, label in enumerate(labels)])


def measured(ask: Ask, *kinds: str) -> dict[tuple[str, float], RobustnessRow]:
    rows = MEASURED(ask, kinds=kinds or tuple(PERTURBATIONS))
    return {(row.perturbation, row.strength): row for row in rows}


def middle_colour(image: ImageInput) -> tuple[int, ...]:
    """The mean colour of the middle."""
    pixels = image.pixels()
    height, width = pixels.shape[:2]
    middle = pixels[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5]
    return tuple(int(part) for part in middle.reshape(-1, 3).mean(axis=0))


def seeing(images: Sequence[ImageInput]) -> list[TagResult]:
    """Right about whatever does not change colours: the nearest of the six, and its hue alone."""
    found = []
    for image in images:
        colour = np.array(middle_colour(image), dtype=float)
        colour -= colour.min()
        shades = np.array([Image.new("RGB", (1, 1), name).getpixel((0, 0)) for name in COLOURS])
        shades = shades - shades.min(axis=1, keepdims=True)
        unit = shades / np.linalg.norm(shades, axis=1, keepdims=True)
        found.append(tags(COLOURS[int(np.argmax(unit @ colour))], "disc"))
    return found


@pytest.mark.slow
def test_one_that_sees_the_same_keeps_all_tags_but_for_what_it_sees_by() -> None:
    rows = measured(seeing)
    assert len(rows) == sum(len(kind.strengths) for kind in PERTURBATIONS.values())
    for (kind, strength), row in rows.items():
        assert (row.tags.images, row.too_small, row.silent) == (IMAGES, 0, 0)
        assert row.tags.control == 1
        if (kind, strength) != ("grey", 100):
            assert row.tags.value == pytest.approx(1)
    blind = rows["grey", 100]  # it answers "red" to all: right for one colour of six
    assert blind.tags.value == pytest.approx((1 + 5 / 3) / 6, abs=0.01)
    assert blind.tags.low is not None
    assert blind.tags.high is not None
    assert blind.tags.low < (1 + 5 / 3) / 6 < blind.tags.high


def test_chance_is_that_of_the_answers_for_other_images() -> None:
    row = measured(seeing, "crop")["crop", 5]
    own = [
        result.tags
        for result in seeing([ImageInput(n, STORE.get(n, Variant.IMAGE)) for n in NAMES])
    ]
    names = [{tag.label for tag in each} for each in own]
    expected = np.mean(
        [
            len(one & names[(place + by) % IMAGES]) / len(one | names[(place + by) % IMAGES])
            for place, one in enumerate(names)
            for by in range(1, SHUFFLES + 1)
        ]
    )
    assert row.tags.chance == pytest.approx(expected)
    assert 0.3 < expected < 0.6


def test_one_that_always_says_the_same_is_robust_by_chance_alone() -> None:
    rows = measured(lambda images: [tags("picture", "thing") for _ in images], "blur")
    for row in rows.values():
        assert (row.tags.value, row.tags.control, row.tags.chance) == pytest.approx((1, 1, 1))


def test_one_that_answers_by_id_gains_nothing() -> None:
    def by_id(images: Sequence[ImageInput]) -> list[TagResult]:
        return [tags(*(image.id[part : part + 3] for part in (0, 3))) for image in images]

    kept = {name: tags(f"tag {name}") for name in NAMES}

    def remembering(images: Sequence[ImageInput]) -> list[TagResult]:
        return [kept.get(image.id, TagResult.empty()) for image in images]

    for row in measured(by_id, "grey").values():
        assert row.tags.value is not None
        assert row.tags.value < 0.05
    for row in measured(remembering, "grey").values():
        assert (row.tags.value, row.tags.control, row.tags.images) == (0, 0, IMAGES)


def test_silence_is_not_rewarded() -> None:
    def mute(images: Sequence[ImageInput]) -> list[TagResult]:
        return [TagResult.empty() for _ in images]

    def half(images: Sequence[ImageInput]) -> list[TagResult]:
        quiet = set(NAMES[::2])
        return [
            TagResult.empty() if image.id in quiet else found
            for image, found in zip(images, seeing(images), strict=True)
        ]

    row = measured(mute, "jpeg")["jpeg", 50]
    assert row.tags.value is None
    assert (row.tags.images, row.silent) == (0, IMAGES)
    row = measured(half, "jpeg")["jpeg", 50]
    assert row.tags.value == pytest.approx(1)
    assert (row.tags.images, row.silent) == (IMAGES // 2, IMAGES // 2)


def test_one_that_falls_silent_or_fails_loses() -> None:
    def shy(images: Sequence[ImageInput]) -> list[TagResult]:
        """Answers half of the pictures that are not dark, fails for the dark ones."""
        found = []
        for image in images:
            corner = image.pixels()[:20, :20].mean()
            found.append(tags("light") if corner > 200 else TagResult.failed("image", "dark"))
        return found

    rows = measured(shy, "brightness", "grey")
    assert rows["brightness", -60].tags.value == 0
    assert rows["brightness", 60].tags.value == pytest.approx(1)
    assert rows["grey", 100].tags.value == pytest.approx(1)


def test_embeddings_are_measured_without_words_and_for_silent_images() -> None:
    def by_colour(images: Sequence[ImageInput]) -> list[TagResult]:
        return [TagResult.empty(embedding=middle_colour(image)) for image in images]

    rows = measured(by_colour, "jpeg", "grey")
    assert rows["jpeg", 50].embeddings.images == IMAGES
    assert rows["jpeg", 50].embeddings.value == pytest.approx(1, abs=0.001)
    assert rows["jpeg", 50].tags.images == 0
    greyed = rows["grey", 100].embeddings
    colours = [middle_colour(ImageInput(name, STORE.get(name, Variant.IMAGE))) for name in NAMES]
    expected = np.mean([sum(each) / np.sqrt(3) / np.linalg.norm(each) for each in colours])
    assert greyed.value == pytest.approx(expected, abs=0.01)
    assert rows["grey", 100].document()["embedding_value"] == greyed.value


def test_small_pictures_are_left_out_and_counted() -> None:
    store, names = planted((80, 60))
    rows = robustness(seeing, store, Variant.THUMBNAIL, names, ("jpeg", "scale"), top=10)
    left = {row.perturbation: (row.tags.images, row.too_small) for row in rows}
    assert left == {"jpeg": (IMAGES, 0), "scale": (0, IMAGES)}
    assert {row.tags.value for row in rows if row.perturbation == "scale"} == {None}


def test_only_the_best_tags_count() -> None:
    def wordy(images: Sequence[ImageInput]) -> list[TagResult]:
        return [tags("sure", *(f"{image.id}{place}" for place in range(5))) for image in images]

    rows = robustness(wordy, STORE, Variant.IMAGE, NAMES, ("grey",), top=1)
    assert [row.tags.value for row in rows] == pytest.approx([1] * 3)


@pytest.mark.slow
def test_the_same_model_with_two_variants_has_the_same_curve() -> None:
    """A model that shrinks pictures itself, and the same that gets them small."""

    def texture(images: Sequence[ImageInput]) -> list[TagResult]:
        found = []
        for image in images:
            small = image.open().convert("L").resize((16, 16), Image.Resampling.BOX)
            means = np.asarray(small, dtype=float)
            order = np.argsort(means.ravel() + 0.01 * np.arange(256))[:10]
            found.append(tags(*(f"place {place}" for place in order)))
        return found

    store, names = planted((600, 480))
    curves = [
        [
            row.tags.value
            for row in robustness(
                texture, store, variant, names[:8], ("jpeg", "crop", "blur"), top=10
            )
        ]
        for variant in (Variant.IMAGE, Variant.THUMBNAIL)
    ]
    away = np.abs(np.subtract(*np.array(curves, dtype=float)))
    assert away.mean() < 0.05


@pytest.mark.thorough
def test_imagenet_is_as_robust_whether_it_or_the_store_shrinks_pictures() -> None:
    store, names = MemoryStore(), []
    sample = sorted((files("tagatlas.cli") / "sample").iterdir(), key=lambda path: path.name)
    for path in [each for each in sample if each.name.endswith(".png")][::8]:
        data = path.read_bytes()
        names.append(hashlib.sha256(data).hexdigest())
        for variant, copy in copies_of(data, max_side=1024).items():
            store.put(names[-1], variant, copy)
    tagger = ImageNetTagger(ImageNetOptions())
    of_variants = [
        robustness(tagger.tag, store, variant, sorted(names), ("jpeg", "crop", "blur"), top=10)
        for variant in (Variant.IMAGE, Variant.THUMBNAIL)
    ]
    tagger.close()
    tags, embeddings = (
        np.array([[getattr(row, kept).value for row in rows] for rows in of_variants], dtype=float)
        for kept in ("tags", "embeddings")
    )
    assert tags.min() > 0.2
    assert abs(tags[0].mean() - tags[1].mean()) < 0.05
    assert np.abs(embeddings[0] - embeddings[1]).max() < 0.05
