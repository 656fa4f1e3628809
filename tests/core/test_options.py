from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from tagatlas.contracts.marks import Mark
from tagatlas.errors import OptionError
from tagatlas.options import make_options, option_fields, option_values
from tagatlas.plugins import IMAGE_STORES, load_plugins
from tagatlas.step_options import plugin_owners, step_owners


@dataclass(frozen=True)
class Poster:
    width: Annotated[int, Meta(ge=256, description="Width in pixels.")] = 4096
    opacity: Annotated[float, Meta(gt=0, le=1)] = 0.5
    outlines: Annotated[bool, Meta(description="Draw outlines.")] = True
    background: Literal["light", "dark"] = "light"
    stop_tags: tuple[str, ...] = ()
    title: str | None = None
    font: Path | None = None


def test_fields_say_what_flags_and_help_need() -> None:
    width, _, outlines, background, stop_tags, title, font = option_fields(Poster)
    assert (width.flag, width.help, width.default) == ("--width", "Width in pixels.", "4096")
    assert (outlines.is_switch, width.is_switch) == (True, False)
    assert [field.metavar for field in (width, background, stop_tags, title, font)] == [
        "NUMBER",
        "light|dark",
        "A,B,...",
        "TEXT",
        "PATH",
    ]
    assert stop_tags.flag == "--stop-tags"


def test_text_is_read_as_the_fields_type() -> None:
    values = {
        "width": "300",
        "opacity": "0.25",
        "outlines": "false",
        "background": "dark",
        "stop_tags": "person, no person",
        "title": "Birds",
        "font": "fonts/a.ttf",
    }
    assert make_options(Poster, values, "poster") == Poster(
        300, 0.25, False, "dark", ("person", "no person"), "Birds", Path("fonts/a.ttf")
    )


@dataclass(frozen=True)
class Bird:
    parts: tuple[Literal["head", "tail"], ...] = ()
    side: Literal[64, 128] | None = None
    sings: bool | None = None


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"parts": "tail,legs"}, "--parts (bird): Expected head|tail; given: 'tail,legs'"),
        ({"side": 65}, "--side (bird): Expected 64|128; given: 65"),
        ({"sings": "no"}, "--sings (bird): Expected true or false; given: 'no'"),
    ],
)
def test_choices_are_listed_wherever_they_are(values: dict[str, object], says: str) -> None:
    with pytest.raises(OptionError) as caught:
        make_options(Bird, values, "bird")
    assert str(caught.value) == says


def test_paths_from_python_are_taken_where_text_or_texts_are() -> None:
    values = {"title": Path("a,b"), "stop_tags": Path("c,d"), "font": Path("fonts/a.ttf")}
    chosen = make_options(Poster, values, "poster")
    assert (chosen.title, chosen.stop_tags) == ("a,b", ("c,d",))
    assert chosen.font == Path("fonts/a.ttf")
    assert make_options(Poster, {"stop_tags": [Path("c")]}, "poster").stop_tags == ("c",)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"width": "12"}, "--width (poster): Expected int >= 256; given: '12'"),
        ({"width": "wide"}, "--width (poster): Expected int, got str; given: 'wide'"),
        ({"opacity": 0}, "--opacity (poster): Expected float > 0.0; given: 0"),
        ({"background": "grey"}, "--background (poster): Expected light|dark; given: 'grey'"),
        ({"outlines": "no"}, "--outlines (poster): Expected true or false; given: 'no'"),
        ({"widht": 3}, "poster has no option 'widht'; did you mean width?"),
        ({"colour": 3}, "poster has no option 'colour'; it has: width, opacity, outlines"),
    ],
)
def test_a_value_that_does_not_fit_is_one_line(values: dict[str, object], says: str) -> None:
    with pytest.raises(OptionError) as caught:
        make_options(Poster, values, "poster")
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


@dataclass(frozen=True)
class Waves:
    height: float | None = None
    lengths: tuple[float, ...] = ()
    speed: Annotated[float, Meta(ge=0)] = 1.0
    phase: Annotated[float | None, Mark.SECRET] = None


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", float("inf"), float("nan"), "1e999"])
@pytest.mark.parametrize("name", ["height", "lengths", "speed", "phase"])
def test_no_number_may_be_infinite(name: str, value: object) -> None:
    with pytest.raises(OptionError) as caught:
        make_options(Waves, {name: [value] if name == "lengths" else value}, "waves")
    assert str(caught.value).startswith(f"--{name} (waves): ")
    assert (str(value) in str(caught.value)) == (name != "phase")


@pytest.mark.parametrize("value", ["inf", "nan", float("inf"), float("-inf"), float("nan")])
def test_no_option_of_any_plugin_takes_infinity(value: object) -> None:
    plugins = load_plugins()
    tried = 0
    for owner in [*step_owners(plugins), *plugin_owners(plugins, IMAGE_STORES)]:
        for option in owner.fields:
            if "NUMBER" in option.metavar:
                with pytest.raises(OptionError):
                    make_options(owner.options, {option.name: value}, owner.table)
                tried += 1
    assert tried > 50


@given(
    width=st.integers(256, 10**6),
    outlines=st.booleans(),
    tags=st.lists(
        st.text(
            st.characters(exclude_characters=",", exclude_categories=["Cc", "Zs", "Cs"])
        ).filter(bool)
    ),
    title=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
)
def test_values_written_down_read_back_the_same(
    width: int, outlines: bool, tags: list[str], title: str | None
) -> None:
    options = Poster(
        width=width,
        outlines=outlines,
        stop_tags=tuple(tag.strip() for tag in tags if tag.strip()),
        title=title,
    )
    assert make_options(Poster, option_values(options), "poster") == options
