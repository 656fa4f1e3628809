from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta

from tagatlas.cli.flags import Choices, Section, flags_of
from tagatlas.errors import OptionError
from tagatlas.settings import SettingsFile


@dataclass(frozen=True)
class Fast:
    model: str = "small"
    threads: Annotated[int, Meta(ge=1)] = 1
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exact:
    model: str = "large"


@dataclass(frozen=True)
class Spring:
    threads: int = 2
    seed: int = 3


@dataclass(frozen=True)
class Map:
    seed: int = 0


FAST = Section("plugin.fast", Fast, "Backends")
EXACT = Section("plugin.exact", Exact, "Backends")
SPRING = Section("plugin.spring", Spring, "Layouts")
MAP = Section("map", Map, "Map")


def names(*sections: Section, taken: frozenset[str] = frozenset()) -> list[str]:
    return [flag.name for flag in flags_of(sections, set(taken))]


def choices(sections: list[Section], given: dict[str, str | bool], **variables: str) -> Choices:
    flags = {flag.name: flag for flag in flags_of(sections, set())}
    return Choices({flags[name]: value for name, value in given.items()}, variables)


def test_alternatives_share_a_flag_and_others_get_their_own() -> None:
    assert names(FAST, EXACT) == ["--model", "--threads", "--words"]
    assert names(FAST, SPRING, MAP) == [
        "--model",
        "--fast-threads",
        "--words",
        "--spring-threads",
        "--spring-seed",
        "--map-seed",
    ]
    assert names(MAP, taken=frozenset({"--seed"})) == ["--map-seed"]


def test_a_flag_goes_before_a_variable_before_a_setting_before_the_default(tmp_path: Path) -> None:
    settings = SettingsFile(tmp_path / "atlas.toml")

    def threads(given: dict[str, str | bool], **variables: str) -> int:
        return choices([FAST], given, **variables).options("plugin.fast", Fast, settings).threads

    assert threads({}) == 1
    settings.update("plugin.fast", {"threads": 5})
    assert threads({}) == 5
    assert threads({}, TAGATLAS_THREADS="6") == 6
    assert threads({}, TAGATLAS_THREADS="6", TAGATLAS_FAST_THREADS="7") == 7
    assert threads({"--threads": "8"}, TAGATLAS_THREADS="6") == 8


def test_only_typed_flags_are_remembered_with_their_types(tmp_path: Path) -> None:
    settings = SettingsFile(tmp_path / "atlas.toml")
    chosen = choices([FAST], {"--threads": "8", "--words": "a,b"}, TAGATLAS_MODEL="huge")
    chosen.remember("plugin.fast", chosen.options("plugin.fast", Fast, settings), settings)
    kept = SettingsFile(tmp_path / "atlas.toml").values("plugin.fast")
    assert kept == {"threads": 8, "words": ["a", "b"]}


def test_a_flag_that_nothing_uses_is_refused() -> None:
    chosen = choices([FAST, EXACT], {"--threads": "8", "--model": "x"})
    chosen.require_use({"plugin.fast"})
    with pytest.raises(OptionError, match="--threads is an option of fast, which is not in use"):
        chosen.require_use({"plugin.exact"})
