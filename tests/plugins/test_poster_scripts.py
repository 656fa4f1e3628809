"""Posters set every script as it is written: shaped, in order, and with emoji in colours."""

from __future__ import annotations

import dataclasses
import unicodedata
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from tagatlas.contracts import loaded
from tagatlas.testing import sample_map
from tagatlas_posters.engine.bidi import levels, visual_runs
from tagatlas_posters.engine.fonts import Fonts, letters_of
from tagatlas_posters.engine.text import Block, Line, Typesetter
from tagatlas_posters.pdf import tagatlas_renderers

FONTS = [
    Path(__file__).parents[1] / "data" / "fonts" / name
    for name in ("cjk.otf", "thai.ttf", "devanagari.ttf", "emoji.ttf")
]
TEXTS = [
    "山水画 日本語",
    "한국어",
    "น้ำตกที่นี่",
    "हिन्दी क्षेत्र",
    "العربية ١٢",
    "עברית שָׁלוֹם",
    "😀 👩‍🚀 ❤️ 🇩🇪",
]
PAPER, INK = (255, 255, 255), (0, 0, 0)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose user has no fonts."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def visual(text: str) -> str:
    """The characters of a line from left to right."""
    pieces = (text[run.start : run.end][:: -1 if run.is_rtl else 1] for run in visual_runs(text))
    return "".join(pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Capital letters stand for Hebrew ones, as in the annex's examples.
        ("car means CAR.", "car means RAC."),
        ("CAR means car.", ".means car RAC"),
        ("A (b) C", "C (b) A".replace("(", "*").replace(")", "(").replace("*", ")")),
        ("A 123 B", "B 123 A"),
        ("a (B) c", "a (B) c"),
        ("A 10-20%", "10-20% A"),
        ("A 10 - 20", "20 - 10 A"),
        ("", ""),
    ],
)
def test_letters_are_in_order(text: str, expected: str) -> None:
    hebrew = {65 + n: 0x5D0 + n for n in range(26)}
    assert visual(text.translate(hebrew)) == expected.translate(hebrew)


@given(st.text(alphabet="ab אב سل١12 .,:+-%$()[]\u0301\u200d", max_size=20))  # noqa: RUF001
@settings(max_examples=60, deadline=None)
def test_runs_hold_every_character_once(text: str) -> None:
    runs = visual_runs(text)
    places = [at for run in runs for at in range(run.start, run.end)]
    assert sorted(places) == list(range(len(text)))
    found = levels(text)
    assert all((found[at] % 2 == 1) == run.is_rtl for run in runs for at in (run.start,))
    strong = {"L": 0, "R": 1, "AL": 1}
    for char, level in zip(text, found, strict=True):
        kind = unicodedata.bidirectional(char)
        assert kind not in strong or level % 2 == strong[kind]


@pytest.mark.parametrize("text", TEXTS)
def test_every_letter_has_a_glyph(text: str) -> None:
    typesetter = Typesetter(Fonts(FONTS))
    shaped = typesetter.shape(Line(text, 20, INK))
    assert all(glyph.number for glyph in shaped.glyphs)
    assert sorted("".join(glyph.text for glyph in shaped.glyphs)) == sorted(text)
    assert shaped.length == pytest.approx(sum(glyph.advance for glyph in shaped.glyphs))
    assert not typesetter.fonts.lacking([text])


def test_arabic_letters_are_joined_and_run_to_the_left() -> None:
    typesetter = Typesetter(Fonts())
    joined = typesetter.shape(Line("سلام", 20, INK)).glyphs
    alone = [typesetter.shape(Line(letter, 20, INK)).glyphs[0].number for letter in "سلام"]
    assert [glyph.text for glyph in joined] == ["م", "لا", "س"]
    assert joined[2].number != alone[0]


def test_scripts_of_one_font_are_shaped_each_by_its_rules() -> None:
    typesetter = Typesetter(Fonts())
    alone = [glyph.number for glyph in typesetter.shape(Line("سلام", 20, INK)).glyphs]
    mixed = [glyph.number for glyph in typesetter.shape(Line("שלום سلام", 20, INK)).glyphs]
    assert mixed[: len(alone)] == alone


def test_marks_stand_over_their_letters() -> None:
    typesetter = Typesetter(Fonts(FONTS))
    stacked, plain = (typesetter.shape(Line(text, 20, INK)).glyphs for text in ("ที่", "ท่"))
    assert (len(stacked), len(plain)) == (3, 2)
    higher, low = stacked[-1], plain[-1]
    assert (higher.number, higher.y) != (low.number, low.y)
    assert higher.advance == low.advance == 0
    syllable = typesetter.shape(Line("हि", 20, INK)).glyphs
    other = typesetter.shape(Line("ह", 20, INK)).glyphs
    assert syllable[-1].number == other[0].number, "the vowel is written before its letter"


def test_what_is_joined_to_a_picture_is_one_letter() -> None:
    assert letters_of("😀👩‍🚀❤️🇩🇪🇫🇷👍🏽") == ["😀", "👩‍🚀", "❤️", "🇩🇪", "🇫🇷", "👍🏽"]
    assert letters_of("ที่ né") == ["ที่", " ", "n", "é"]
    typesetter = Typesetter(Fonts(FONTS))
    assert len(typesetter.shape(Line("👩‍🚀", 20, INK)).glyphs) == 1


def test_a_line_is_never_broken_within_a_letter() -> None:
    typesetter = Typesetter(Fonts(FONTS))
    lines = typesetter.wrap("น้ำตกที่นี่น้ำตกที่นี่", 20, bold=False, width=30, most=20)
    assert len(lines) > 2
    assert all(unicodedata.category(line[0]) != "Mn" for line in lines)


def drawn(text: str) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    block = Block((Line(text, 60, INK),), PAPER)
    image = Typesetter(Fonts(FONTS)).draw(block)
    on_paper = Image.new("RGBA", image.size, PAPER)
    on_paper.alpha_composite(image)
    return np.asarray(on_paper.convert("RGB"))


def test_emoji_have_their_colours() -> None:
    red, green, blue = (drawn("😀")[:, :, channel].astype(int) for channel in range(3))
    assert ((red > 200) & (green > 150) & (blue < 120)).mean() > 0.2
    plain = drawn("a").astype(int)
    assert (np.ptp(plain, axis=2) <= 1).all()


@pytest.mark.extras("pydyf")
def test_a_pdf_has_every_script_and_the_pictures_of_emoji(tmp_path: Path) -> None:
    [spec] = tagatlas_renderers()
    renderer = loaded(spec.factory)(spec.options(width=900, font=tuple(map(str, FONTS))))
    for number, text in enumerate(TEXTS):
        map_ = sample_map()
        names = [text, *map_.clusters["name"][1:]]
        clusters = map_.clusters.with_columns(name=pl.Series(names))
        folder = tmp_path / str(number)
        folder.mkdir()
        named = dataclasses.replace(map_, clusters=clusters, annotations=[])
        [path] = renderer.render(named, folder)
        assert list(renderer.notes) == []
        [page] = PdfReader(path).pages
        found = page.extract_text()
        assert all(letter in found for letter in letters_of(text.replace(" ", "")))
        objects = page["/Resources"]["/XObject"]  # type: ignore[index] # pypdf's union
        emoji = [each for name, each in objects.items() if name.startswith("/Emoji")]
        assert len(emoji) == (4 if "😀" in text else 0)
        assert all("/SMask" in each.get_object() for each in emoji)
