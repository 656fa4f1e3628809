"""Tags read from kept answers: what is asked, what is read, and what is kept of both."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from kept_answers import kept_answer
from PIL import Image

from tagatlas.atlas import Atlas, open_atlas
from tagatlas.contracts import (
    ImageInput,
    KeptAnswer,
    Reading,
    Records,
    RereadingTagger,
    Tag,
    TaggerSpec,
    TagResult,
)
from tagatlas.errors import PluginError, QuotaExceeded
from tagatlas.plugins import TAGGERS, PluginChoice, load_plugins
from tagatlas.steps.fetch import fetch_collection
from tagatlas.steps.tag import TagReport, tag_collection
from tagatlas.steps.trust import trust
from tagatlas_fetching import FetchOptions

TONES = (40, 80, 120, 160, 200)


@dataclass
class Grey(RereadingTagger):
    """Keeps how light an image is, and reads whether that is light; counts its work."""

    threshold: int = 100
    collective: bool = False
    most_asked: int | None = None
    broken: bool = False
    asked: list[str] = field(default_factory=list)
    read_together: list[int] = field(default_factory=list)

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        if self.most_asked is not None and len(self.asked) >= self.most_asked:
            raise QuotaExceeded("no more")
        self.asked += [image.id for image in images]
        return [self._look(image) for image in images]

    def fingerprint(self) -> str:
        return "grey 1"

    def reading(self) -> str:
        return f"threshold {self.threshold}, collective {self.collective}"

    def read(self, answers: Iterable[KeptAnswer]) -> Reading:
        tones = [answer.raw[0] for answer in answers if answer.raw]
        self.read_together.append(len(tones))
        threshold = float(np.mean(tones)) if self.collective else self.threshold
        results = ((answer.id, self._read(answer.raw, threshold)) for answer in answers)
        return Reading(list(results)[1:] if self.broken else results, {"threshold": threshold})

    def _look(self, image: ImageInput) -> TagResult:
        tone = image.open().convert("L").tobytes()[0]
        if tone < 60:
            return TagResult.failed("transient", "too dark")
        raw = bytes([tone])
        result = self._read(raw, self.threshold)
        return TagResult.ok(result.tags, raw, [float(tone), 1.0])

    def _read(self, raw: bytes | None, threshold: float) -> TagResult:
        assert raw is not None
        return TagResult.ok([Tag("light" if raw[0] > threshold else "dark", 0.5)])


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for tone in TONES:
        add_picture(folder, tone)
    return folder


@pytest.fixture
def atlas(tmp_path: Path, pictures: Path) -> Iterator[Atlas]:
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as opened:
        fetch(opened, pictures)
        yield opened


def add_picture(folder: Path, tone: int) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (tone, tone, tone)).save(buffer, "PNG")
    (folder / f"{tone}.png").write_bytes(buffer.getvalue())


def fetch(atlas: Atlas, folder: Path) -> None:
    files = sorted(str(path) for path in folder.iterdir())
    table = pl.DataFrame({"location": files, "frequency": [1] * len(files)})
    atlas.catalog.records.add("pictures", "folder", Records(table, "a folder", local=True))
    trust(atlas)
    fetch_collection(atlas, FetchOptions())


def tag(atlas: Atlas, tagger: Grey, *, retry_failed: bool = False) -> TagReport:
    spec = TaggerSpec(name="grey", summary="Light or dark.", factory=lambda _: tagger)
    return tag_collection(atlas, PluginChoice(TAGGERS, spec, None), retry_failed=retry_failed)


def labels(atlas: Atlas) -> list[str]:
    backend = atlas.catalog.tagging.last_used("grey")
    assert backend is not None
    tags = atlas.catalog.tagging.tags(backend.id).collect()
    return sorted(tags["tag"].to_list())


def notes(atlas: Atlas) -> dict[str, object]:
    with closing(sqlite3.connect(atlas.folder / "catalog.sqlite")) as connection:
        [text] = connection.execute(
            "SELECT notes FROM backends ORDER BY used DESC LIMIT 1"
        ).fetchone()
    found: dict[str, object] = json.loads(text)
    return found


def test_another_threshold_asks_for_nothing_and_both_readings_stay(atlas: Atlas) -> None:
    first, second, third = Grey(), Grey(threshold=170), Grey()
    assert tag(atlas, first).counts == {"ok": 4, "empty": 0, "failed": 1, "pending": 0}
    assert labels(atlas) == ["dark", "light", "light", "light"]
    assert tag(atlas, second).counts == {"ok": 4, "empty": 0, "failed": 1, "pending": 0}
    assert labels(atlas) == ["dark", "dark", "dark", "light"]
    assert tag(atlas, third).asked == 0
    assert labels(atlas) == ["dark", "light", "light", "light"]
    assert (len(first.asked), second.asked, third.asked) == (5, [], [])
    assert (first.read_together, second.read_together, third.read_together) == ([4], [4], [])


def test_raw_answers_and_embeddings_are_kept_once_for_all_readings(atlas: Atlas) -> None:
    tag(atlas, Grey())
    tag(atlas, Grey(threshold=170))
    tagging = atlas.catalog.tagging
    backend = tagging.last_used()
    assert backend is not None
    assert backend.fingerprint == "grey 1; threshold 170, collective False"
    image = tagging.tags(backend.id).collect()["image"][0]
    assert kept_answer(atlas.folder, backend.id, image).raw is not None
    embeddings = tagging.embeddings(backend.id, [image])
    assert embeddings is not None
    assert embeddings[0, 0] > 60
    assert tagging.embedding_size(backend.id) == embeddings.shape[1]
    statuses = tagging.statuses(backend.id)
    [failed] = statuses.filter(status="failed")["image"]
    assert kept_answer(atlas.folder, backend.id, failed).message == "too dark"


def test_new_images_alone_are_read_by_a_tagger_that_looks_at_each(
    atlas: Atlas, pictures: Path
) -> None:
    tag(atlas, Grey())
    add_picture(pictures, 90)
    fetch(atlas, pictures)
    later = Grey()
    tag(atlas, later)
    assert (len(later.asked), later.read_together) == (1, [1])
    assert labels(atlas) == ["dark", "dark", "light", "light", "light"]


def test_a_collective_reading_is_made_anew_when_the_collection_changes(
    atlas: Atlas, pictures: Path
) -> None:
    tag(atlas, Grey(collective=True))
    assert labels(atlas) == ["dark", "dark", "light", "light"]
    assert notes(atlas) == {"threshold": 140.0}
    same = Grey(collective=True)
    tag(atlas, same)
    assert same.read_together == []
    add_picture(pictures, 250)
    fetch(atlas, pictures)
    grown = Grey(collective=True)
    tag(atlas, grown)
    assert (len(grown.asked), grown.read_together) == (1, [5])
    assert labels(atlas) == ["dark", "dark", "dark", "light", "light"]
    for path in pictures.glob("2*.png"):
        path.unlink()
    fetch(atlas, pictures)
    shrunk = Grey(collective=True)
    tag(atlas, shrunk)
    assert (shrunk.asked, shrunk.read_together) == ([], [3])
    assert notes(atlas) == {"threshold": 120.0}


def test_a_failure_that_is_answered_later_is_read_then(atlas: Atlas) -> None:
    tag(atlas, Grey())
    retried = Grey()
    report = tag(atlas, retried, retry_failed=True)
    assert len(retried.asked) == 1
    assert report.counts["failed"] == 1


def test_what_was_answered_before_the_end_of_a_quota_is_read(atlas: Atlas) -> None:
    with pytest.raises(QuotaExceeded):
        tag(atlas, Grey(most_asked=3))
    found = labels(atlas)
    assert 2 <= len(found) <= 3  # one of the images is too dark to be answered
    rest = Grey()
    tag(atlas, rest)
    assert len(rest.asked) == 2
    assert labels(atlas) == ["dark", "light", "light", "light"]


def test_a_reading_that_breaks_the_contract_is_kept_in_no_part(atlas: Atlas) -> None:
    with pytest.raises(PluginError, match="read other images than it was given"):
        tag(atlas, Grey(broken=True))
    assert labels(atlas) == []
    sound = Grey()
    tag(atlas, sound)
    assert sound.asked == []
    assert labels(atlas) == ["dark", "light", "light", "light"]
