from __future__ import annotations

from dataclasses import dataclass

import pytest

from tagatlas.errors import OptionError
from tagatlas_options.names import OptionNames, Owner, Target


@dataclass(frozen=True)
class Fast:
    model: str = "small"
    threads: int = 1
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
    threshold: float = 0.1


@dataclass(frozen=True)
class Greedy:
    """What a stranger's plugin may call its options."""

    threads: int = 4
    seed: int = 5
    backend: str = ""
    fast_threads: int = 6


FAST = Owner("tagger.fast", Fast, "tagger")
EXACT = Owner("tagger.exact", Exact, "tagger")
SPRING = Owner("layout.spring", Spring, "layout")
MAP = Owner("map", Map)
STRANGE = Owner("layout.strange", Greedy, "layout", is_built_in=False)


def meant(names: OptionNames, name: str) -> list[str]:
    return [f"{each.owner.table}.{each.option.name}" for each in names.targets(name)]


def target(owner: Owner, option: str) -> Target:
    return next(Target(owner, each) for each in owner.fields if each.name == option)


def test_a_short_name_belongs_to_the_step_then_to_all_built_in_plugins() -> None:
    names = OptionNames([FAST, EXACT, SPRING, MAP])
    assert meant(names, "model") == ["tagger.fast.model", "tagger.exact.model"]
    assert meant(names, "threads") == ["tagger.fast.threads", "layout.spring.threads"]
    assert meant(names, "seed") == ["map.seed"]
    assert meant(names, "spring_seed") == ["layout.spring.seed"]


def test_the_long_name_always_stands_for_its_option() -> None:
    for owners in ([FAST], [FAST, EXACT, SPRING, MAP], [STRANGE, FAST]):
        names = OptionNames(owners, reserved={"threads"})
        assert meant(names, "fast_threads") == ["tagger.fast.threads"]
        assert meant(names, "tagger_fast_threads") == ["tagger.fast.threads"]


def test_a_strangers_plugin_changes_and_takes_no_name() -> None:
    plain = OptionNames([FAST, EXACT, SPRING, MAP])
    joined = OptionNames([STRANGE, FAST, EXACT, SPRING, MAP])
    for name in plain:
        assert meant(joined, name) == meant(plain, name)
    assert joined.of(target(STRANGE, "threads")) == ["strange_threads", "layout_strange_threads"]
    assert joined.of(target(STRANGE, "backend")) == ["strange_backend", "layout_strange_backend"]
    assert joined.of(target(STRANGE, "fast_threads"))[0] == "strange_fast_threads"


def test_a_step_keeps_its_short_names_where_a_command_does_not_have_them() -> None:
    names = OptionNames([SPRING], steps=[MAP])
    with pytest.raises(OptionError, match=r"no option seed; did you mean spring_seed\?"):
        names.targets("seed")
    assert meant(names, "threads") == ["layout.spring.threads"]


def test_two_plugins_of_one_name_share_no_option() -> None:
    tagger = Owner("tagger.lab", Fast, "tagger", is_built_in=False)
    layout = Owner("layout.lab", Spring, "layout", is_built_in=False)
    names = OptionNames([tagger, layout])
    assert meant(names, "lab_threads") == ["tagger.lab.threads", "layout.lab.threads"]
    assert meant(names, "tagger_lab_threads") == ["tagger.lab.threads"]
    assert meant(names, "lab_seed") == ["layout.lab.seed"]


def test_options_that_share_their_long_name_are_proposed_by_one_of_their_own() -> None:
    tagger = Owner("tagger.lab", Fast, "tagger", is_built_in=False)
    layout = Owner("layout.lab", Spring, "layout", is_built_in=False)
    names = OptionNames([tagger, layout])
    assert names.named_alike("threads") == ["tagger_lab_threads", "layout_lab_threads"]
    assert names.named_alike("seed") == ["lab_seed"]


def test_what_was_a_steps_goes_by_its_former_name_too_unless_another_has_that() -> None:
    moved = Owner("layout.spring", Spring, "layout", former="map")
    names = OptionNames([MAP, moved])
    assert meant(names, "map_threads") == ["layout.spring.threads"]
    assert meant(names, "map_seed") == ["map.seed"]
    assert names.of(target(moved, "threads")) == [
        "threads",
        "spring_threads",
        "layout_spring_threads",
    ]
    assert names.all_of(target(moved, "threads"))[-1] == "map_threads"
    assert "map_seed" not in names.all_of(target(moved, "seed"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("thread", r"there is no option thread; did you mean threads\?"),
        ("colour", "there is no option colour$"),
    ],
)
def test_a_name_that_is_none_is_told_with_one_that_is_like_it(name: str, hint: str) -> None:
    with pytest.raises(OptionError, match=hint):
        OptionNames([FAST]).targets(name)
