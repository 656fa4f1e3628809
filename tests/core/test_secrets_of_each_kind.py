"""A secret of a plugin of each kind: its texts, errors and tracebacks do not show it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import polars as pl
import pytest
from strangers import lay_plugin

from tagatlas import (
    ImageInput,
    Mark,
    Records,
    Recovery,
    RecoverySpec,
    Tag,
    Tagger,
    TagResult,
    TagStatus,
    open_atlas,
)
from tagatlas.cli import exit_status
from tagatlas.contracts import Spec
from tagatlas.errors import OptionError, PluginFailed
from tagatlas.masking import hide
from tagatlas.options import make_options, option_fields, option_values
from tagatlas.plugins import (
    COMMANDS,
    IMAGE_STORES,
    KINDS,
    RECOVERIES,
    Kind,
    PluginChoice,
    load_plugins,
    plugin_owner,
)
from tagatlas.plugins.checking import is_unmarked_key
from tagatlas.selection import Selection
from tagatlas.settings import SettingsFile
from tagatlas.step_options import plugin_owners
from tagatlas.steps.fetch import fetch_collection
from tagatlas.testing import sample_images
from tagatlas_fetching import FetchOptions
from tagatlas_guards import guarded
from tagatlas_options.names import OptionNames

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

SECRET = "-".join(["s3cr3t", "zw/ei d&rei"])

SPECS = {
    "source": ("SourceSpec", "tagatlas_sources", "Source", ", accepts=lambda text: False"),
    "store": ("ImageStoreSpec", "tagatlas_image_stores", "ImageStore", ""),
    "recovery": ("RecoverySpec", "tagatlas_recoveries", "Recovery", ""),
    "tagger": ("TaggerSpec", "tagatlas_taggers", "Tagger", ""),
    "builder": ("GraphBuilderSpec", "tagatlas_graph_builders", "GraphBuilder", ""),
    "layout": ("LayoutSpec", "tagatlas_layouts", "Layout", ""),
    "clusterer": ("ClustererSpec", "tagatlas_clusterers", "Clusterer", ""),
    "renderer": ("RendererSpec", "tagatlas_renderers", "Renderer", ""),
}
"""By key of the kind: class of spec, hook, class, further arguments."""

KEYS = [each.key for each in KINDS if each is not COMMANDS]

PLUGIN = """
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from msgspec import Meta
import tagatlas
from tagatlas import Mark, hookimpl
from tagatlas.toolkit.calls import Owner, select, opened
from tagatlas.toolkit.commands import Command, Outcome, ATLAS


@dataclass(frozen=True)
class Options:
    password: Annotated[str, Meta(description="Of the service."), Mark.SECRET] = ""
    codes: Annotated[tuple[str, ...], Mark.SECRET] = ()
    side: int = 8


class Locked:
    def __init__(self, options, *further):
        self.options = options

    def __getattr__(self, name):
        raise AttributeError(name)


def failing(self, *arguments, **named):
    from urllib.parse import quote
    try:
        raise KeyError({"password": self.options.password})
    except KeyError:
        url = "https://host/?password=" + quote(self.options.password, safe="")
        raise ConnectionError(f"no {self.options!r} at {url}: {self.options.password}")


def made_of(contract):
    names = [name for name in contract.__abstractmethods__]
    return type("Of" + contract.__name__, (contract,),
                {"__init__": Locked.__init__, **dict.fromkeys(names, failing)})

"""

COMMAND = '''

def secret_command(plugins):
    def run(*, atlas, **options: object):
        """Fails."""
        owner = Owner("safe", Options)
        from tagatlas_options.names import OptionNames
        from tagatlas.selection import Selection
        chosen = Selection(plugins, None, OptionNames([owner]), options).options("safe", Options)
        print(repr(chosen))
        if chosen.side == 8:
            return Outcome({"it": chosen.password}, [f"it is {chosen.password}"])
        failing(type("It", (), {"options": chosen}))

    from tagatlas_options.names import OptionNames
    return Command(run, [ATLAS], OptionNames([Owner("safe", Options)]))


@hookimpl
def tagatlas_commands():
    return [tagatlas.CommandSpec(name="safe", summary="Fails.", factory=secret_command)]
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site")
    hooks = [
        f"\n@hookimpl\ndef {hook}():\n    return [tagatlas.{spec}(name='safe', summary='Safe.', "
        f"options=Options, factory=made_of(tagatlas.{contract}){further})]\n"
        for spec, hook, contract, further in SPECS.values()
    ]
    lay_plugin(site, "safeplugin", PLUGIN + "\n".join(hooks) + COMMAND)
    return site


@pytest.mark.parametrize("kind", [each for each in KINDS if each is not COMMANDS], ids=KEYS)
def test_a_secret_of_each_kind_is_not_shown(
    kind: Kind[Spec, object], site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(site)
    variable = f"TAGATLAS_{kind.key}_SAFE_PASSWORD".upper()
    monkeypatch.setenv(variable, SECRET)
    monkeypatch.setenv(variable.replace("PASSWORD", "CODES"), f"{SECRET},more")
    plugins = load_plugins(strict=True)
    settings = SettingsFile(tmp_path / "atlas.toml")
    names = OptionNames(plugin_owners(plugins, kind))
    selection = Selection(plugins, settings, names, {f"{kind.key}_safe_side": 7})
    chosen = selection.look_up(kind, "safe")
    password, codes = chosen.options.password, chosen.options.codes  # type: ignore[attr-defined]
    assert (password, codes) == (SECRET, (SECRET, "more"))
    with selection.remembered():
        assert "side = 7" in settings.text
    shown = [repr(chosen), repr(chosen.options), settings.text, option_values(chosen.options)]
    made = chosen.make(*([tmp_path] if kind is IMAGE_STORES else []))
    method = next(iter(sorted(kind.product.__abstractmethods__)))  # type: ignore[attr-defined]
    with pytest.raises(PluginFailed) as caught:
        getattr(made, method)("x")
    shown += [str(caught.value), *traceback.format_exception(caught.value)]
    assert "ConnectionError" in repr(shown)
    for form in (SECRET, quote(SECRET, safe="")):
        assert form not in repr(shown)
    with settings_of(tmp_path, plugin_owner(kind, "safe")) as written:
        refusing = Selection(plugins, written, names, {})
        with pytest.raises(
            OptionError, match=r"is a secret.* set TAGATLAS_\w*SAFE_PASSWORD instead"
        ) as refused:
            refusing.look_up(kind, "safe")
        assert "in-the-file" not in str(refused.value)


@contextmanager
def settings_of(folder: Path, table: str) -> Iterator[SettingsFile]:
    """Settings in which somebody wrote a password."""
    path = folder / "written.toml"
    path.write_text(f'[{table}]\npassword = "in-the-file"\n', "utf-8")
    yield SettingsFile(path)


@pytest.mark.parametrize("side", ["8", "9"], ids=["done", "failed"])
@pytest.mark.parametrize("how", ["--json", "--debug"])
def test_a_secret_of_a_command_is_not_shown(
    site: Path,
    side: str,
    how: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("TAGATLAS_SAFE_PASSWORD", SECRET)
    status = exit_status(["safe", str(tmp_path), "--side", side, how])
    said = capfd.readouterr()
    assert status == (0 if side == "8" else 1)
    assert "***" in said.out + said.err
    for form in (SECRET, quote(SECRET, safe="")):
        assert form not in said.out + said.err
    assert exit_status(["safe", str(tmp_path), "--password", SECRET]) == 2
    assert SECRET not in "".join(capfd.readouterr())


class Teller(Tagger):
    """Says its token, and the key from the environment, in all its texts."""

    key_variable = "TELLER_KEY"

    def __init__(self, token: str) -> None:
        self._said = f"{token} and {os.environ['TELLER_KEY']}"

    def tag(self, images: Sequence[ImageInput]) -> Sequence[TagResult]:
        failed = TagResult.failed("transient", f"not with {self._said}")
        return [TagResult.ok([Tag("cat", 0.5)]), failed]

    def fingerprint(self) -> str:
        return f"teller {self._said}"

    def check(self) -> Sequence[str]:
        return [f"works with {self._said}"]


@dataclass(frozen=True)
class TokenOptions:
    token: Annotated[str, Mark.SECRET] = ""


def test_what_a_plugin_tells_is_stored_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELLER_KEY", "k3y-of-it")
    options = make_options(TokenOptions, {"token": SECRET}, "teller")
    tagger = guarded(Teller(options.token), "tagger teller", options=options)
    results = tagger.tag(sample_images(2))
    assert results[0] == TagResult.ok([Tag("cat", 0.5)])
    assert results[1].message == "not with *** and ***"
    assert results[1].status is TagStatus.FAILED
    assert tagger.fingerprint() == "teller *** and ***"
    assert tagger.check() == ["works with *** and ***"]


class Keyed(Recovery):
    """Says that a copy is at an address that needs its token."""

    def __init__(self, options: TokenOptions, host: str) -> None:
        self._start = f"{host}/copy?token={options.token}&of="

    def copies(self, url: str) -> Sequence[str]:
        return [self._start + url]


def test_a_token_in_the_address_of_a_copy_is_sent_and_not_kept(
    tmp_path: Path, image_server: ImageServer, picture: MakePicture
) -> None:
    image_server.serve("/copy", picture())
    options = make_options(TokenOptions, {"token": "t0ken-of-it"}, "keyed")
    spec = RecoverySpec(
        name="keyed",
        summary="Keyed.",
        options=TokenOptions,
        factory=lambda given: Keyed(given, image_server.url("")),
    )
    fetching = FetchOptions(allow_private=True, retries=0, recover=())
    with open_atlas(tmp_path / "x.atlas", load_plugins(), create=True) as atlas:
        table = pl.DataFrame({"location": [image_server.url("/gone")], "frequency": [1]})
        atlas.catalog.records.add("list", "table", Records(table, "1 URL"))
        choice = PluginChoice(RECOVERIES, spec, options)
        assert fetch_collection(atlas, fetching, recoveries=[choice]).images == 1
        assert "copy?token=***&of=" in str(
            pl.concat(atlas.catalog.addresses.fates())["final_url"][0]
        )
    assert image_server.requests["/copy"] == 1


def test_an_exception_that_cannot_be_changed_is_taken_out_of_the_traceback() -> None:
    class Told(Exception):
        def __str__(self) -> str:
            return f"it is {SECRET}"

    def fail() -> None:
        raise Told

    def fail_again() -> None:
        try:
            fail()
        except Told as told:
            raise ValueError("no") from told

    with pytest.raises(ValueError, match="no") as caught:
        fail_again()
    hide(caught.value, [SECRET])
    shown = "".join(traceback.format_exception(caught.value))
    assert "ValueError: no" in shown
    assert SECRET not in shown


@pytest.mark.parametrize("name", ["api_token", "db_password", "apikey", "credentials", "auth"])
def test_an_option_with_the_name_of_a_secret_is_found(name: str) -> None:
    [plain] = option_fields(make_dataclass("Options", [(name, str, "")], frozen=True))
    [marked] = option_fields(
        make_dataclass("Options", [(name, Annotated[str, Mark.SECRET], "")], frozen=True)
    )
    [switch] = option_fields(make_dataclass("Options", [(name, bool, False)], frozen=True))
    assert [is_unmarked_key(each) for each in (plain, marked, switch)] == [True, False, False]
