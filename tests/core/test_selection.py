from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta

from tagatlas.contracts import ImageInput, Layout, LayoutSpec, Tagger, TaggerSpec, TagResult
from tagatlas.errors import EmptyMap, MissingDependency, OptionError, TaggerError
from tagatlas.plugins import LAYOUTS, OWN, TAGGERS, InstalledPlugin, Plugins
from tagatlas.selection import Selection
from tagatlas.settings import SettingsFile
from tagatlas.step_options import plugin_owners
from tagatlas_options.names import OptionNames, Owner


@dataclass(frozen=True)
class Fast:
    model: str = "small"
    threads: Annotated[int, Meta(ge=1)] = 1
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spring:
    threads: int = 2


@dataclass(frozen=True)
class Map:
    layout: str = "spring"
    seed: int = 0


class Looker(Tagger):
    def __init__(self, options: object) -> None: ...

    def tag(self, images: Sequence[ImageInput]) -> list[TagResult]:
        return [TagResult.empty() for _ in images]

    def fingerprint(self) -> str:
        return "looker 1"


class Nowhere(Layout):
    def __init__(self, options: object) -> None:
        if isinstance(options, Spring) and options.threads == 13:
            raise ImportError("no such luck")

    def place(self, network, *, start, seed, progress):  # type: ignore[no-untyped-def] # never called
        return start


def own_plugins() -> Plugins:
    plugins = Plugins([])
    ours = InstalledPlugin("ours", "ours", OWN, "1")
    plugins.add(
        LAYOUTS,
        LayoutSpec(
            name="spring", summary="Springs.", factory=Nowhere, options=Spring, extra="tagatlas[x]"
        ),
        ours,
    )
    plugins.add(
        LAYOUTS, LayoutSpec(name="fast", summary="Fast.", factory=Nowhere, options=Fast), ours
    )
    return plugins


@pytest.fixture
def settings(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "atlas.toml")


def selection(settings: SettingsFile, given: Mapping[str, object], **variables: str) -> Selection:
    plugins = own_plugins()
    names = OptionNames([Owner("map", Map), *plugin_owners(plugins, LAYOUTS)])
    return Selection(plugins, settings, names, given, variables)


def test_given_goes_before_a_variable_before_a_setting_before_the_default(
    settings: SettingsFile,
) -> None:
    def threads(given: Mapping[str, object], **variables: str) -> int:
        chosen = selection(settings, given, **variables).plugin(LAYOUTS, "spring").options
        assert isinstance(chosen, Spring)
        return chosen.threads

    assert threads({}) == 2
    settings.update("layout.spring", {"threads": 5})
    assert threads({}) == 5
    assert threads({}, TAGATLAS_THREADS="6") == 6
    assert threads({}, TAGATLAS_THREADS="6", TAGATLAS_SPRING_THREADS="7") == 7
    assert threads({"threads": "8"}, TAGATLAS_SPRING_THREADS="7") == 8
    assert threads({"threads": 8, "spring_threads": 9}) == 9
    assert threads({"threads": None}) == 5


def test_two_names_of_one_option_with_two_values_are_refused(settings: SettingsFile) -> None:
    chosen = selection(settings, {"threads": 8, "spring_threads": 9, "layout_spring_threads": 9})
    chosen.plugin(LAYOUTS, "spring")
    said = r"^--threads and --spring-threads are names of one option, and were given 8 and 9: give"
    with pytest.raises(OptionError, match=said):
        chosen.check()
    alike = selection(settings, {"threads": 9, "spring_threads": 9})
    alike.plugin(LAYOUTS, "spring")
    alike.check()
    narrower = selection(settings, {"threads": 8, "spring_threads": 9})
    narrower.plugin(LAYOUTS, "spring")
    narrower.plugin(LAYOUTS, "fast")
    narrower.check()


def test_a_value_that_does_not_fit_is_told_with_where_it_stands(settings: SettingsFile) -> None:
    def said(given: Mapping[str, object], **variables: str) -> str:
        with pytest.raises(OptionError) as caught:
            selection(settings, given, **variables).plugin(LAYOUTS, "spring")
        return str(caught.value)

    fault = "(spring): Expected int, got str; given: 'x'"
    assert said({"spring_threads": "x"}, TAGATLAS_THREADS="y") == f"--threads {fault}"
    assert said({}, TAGATLAS_SPRING_THREADS="x") == f"TAGATLAS_SPRING_THREADS {fault}"
    settings.update("layout.spring", {"threads": "x"})
    assert said({}) == f"threads in {settings.path} {fault}"


def test_an_option_that_is_unused_is_not_compared_with_one_of_another_kind() -> None:
    plugins = own_plugins()
    ours = InstalledPlugin("ours", "ours", OWN, "1")
    plugins.add(
        TAGGERS, TaggerSpec(name="lab", summary="Looks.", factory=Looker, options=Spring), ours
    )
    names = OptionNames([*plugin_owners(plugins, TAGGERS), *plugin_owners(plugins, LAYOUTS)])
    chosen = Selection(plugins, None, names, {"lab_threads": 3}, {})
    chosen.plugin(LAYOUTS, "spring")
    with pytest.raises(OptionError, match=r"not in use here$"):
        chosen.check()


def test_only_what_was_given_is_kept_with_its_type(settings: SettingsFile, tmp_path: Path) -> None:
    chosen = selection(settings, {"threads": "8", "words": "a,b"}, TAGATLAS_MODEL="huge")
    chosen.plugin(LAYOUTS, "fast")
    with chosen.remembered():
        pass
    kept = SettingsFile(tmp_path / "atlas.toml").values("layout.fast")
    assert kept == {"threads": 8, "words": ["a", "b"]}


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (OptionError("no"), {}),
        (EmptyMap("no"), {}),
        (TaggerError("the service is down"), {"threads": 8}),
        (KeyboardInterrupt(), {"threads": 8}),
    ],
)
def test_what_is_refused_is_not_kept_and_work_that_ended_is(
    settings: SettingsFile, error: BaseException, kept: dict[str, object]
) -> None:
    chosen = selection(settings, {"threads": 8})
    chosen.plugin(LAYOUTS, "spring")
    with pytest.raises(type(error)), chosen.remembered():
        raise error
    assert settings.values("layout.spring") == kept
    assert settings.path.exists() == bool(kept)


def test_a_plugin_that_cannot_be_made_is_refused_before_anything_is_kept(
    settings: SettingsFile,
) -> None:
    with pytest.raises(MissingDependency, match=r"spring .*needs: pip install 'tagatlas\[x\]'"):
        selection(settings, {"threads": 13}).plugin(LAYOUTS, "spring")
    assert not settings.path.exists()


def test_what_nothing_uses_is_refused_with_what_is_used(settings: SettingsFile) -> None:
    chosen = selection(settings, {"fast_threads": 3})
    chosen.plugin(LAYOUTS, "spring")
    with pytest.raises(
        OptionError,
        match=r"--fast-threads is an option of fast \(layout\), which is not in use"
        r" here; there is --threads$",
    ):
        chosen.check()


def test_one_name_for_two_kinds_in_use_is_refused_with_the_names_of_each(
    settings: SettingsFile,
) -> None:
    plugins = own_plugins()
    tagger = Owner("tagger.looker", Spring, "tagger")
    names = OptionNames([tagger, *plugin_owners(plugins, LAYOUTS)])
    plugins.add(
        TAGGERS,
        TaggerSpec(name="looker", summary="Looks.", factory=Looker, options=Spring),
        InstalledPlugin("looker", "looker", OWN, "1"),
    )
    chosen = Selection(plugins, settings, names, {"threads": 3}, {})
    chosen.plugin(LAYOUTS, "spring")
    chosen.check()
    chosen.look_up(TAGGERS, "looker")
    with pytest.raises(OptionError, match="say --looker-threads or --spring-threads"):
        chosen.check()


def test_tables_of_before_plugins_had_kinds_still_count(settings: SettingsFile) -> None:
    settings.update("plugin.spring", {"threads": 5, "cutoff": 0.1})
    chosen = selection(settings, {}).plugin(LAYOUTS, "spring").options
    assert chosen == Spring(threads=5)
    settings.update("layout.spring", {"threads": 6})
    assert selection(settings, {}).plugin(LAYOUTS, "spring").options == Spring(threads=6)


def test_a_setting_that_a_plugin_lost_is_told_with_its_place(settings: SettingsFile) -> None:
    settings.update("layout.spring", {"stiffness": 3})
    with pytest.raises(
        OptionError, match=r"atlas.toml: \[layout.spring\] has stiffness, and there is no such"
    ):
        selection(settings, {}).plugin(LAYOUTS, "spring")


def test_two_plugins_of_one_name_keep_their_settings_apart(settings: SettingsFile) -> None:
    plugins = own_plugins()
    plugins.add(
        TAGGERS,
        TaggerSpec(name="spring", summary="Looks.", factory=Looker, options=Fast),
        InstalledPlugin("looker", "looker", "strange", "1"),
    )
    names = OptionNames([*plugin_owners(plugins, TAGGERS), *plugin_owners(plugins, LAYOUTS)])
    chosen = Selection(plugins, settings, names, {"threads": 7, "tagger_spring_threads": 3}, {})
    assert chosen.plugin(LAYOUTS, "spring").options == Spring(threads=7)
    assert chosen.look_up(TAGGERS, "spring").options == Fast(threads=3)
    with chosen.remembered():
        pass
    assert settings.values("layout.spring") == {"threads": 7}
    assert settings.values("tagger.spring") == {"threads": 3}
