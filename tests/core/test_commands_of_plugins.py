"""Commands that plugins of strangers bring: listed, run, called from Python, and wrong ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command import Starter

from tagatlas.cli import COMMANDS, in_order

Run = Callable[..., subprocess.CompletedProcess[str]]

HELLO = '''
import click
from dataclasses import dataclass
from typing import Annotated
from msgspec import Meta
from tagatlas import CommandSpec, hookimpl

@dataclass(frozen=True)
class GreetingOptions:
    """How people are greeted."""
    loud: Annotated[bool, Meta(description="In capitals.")] = False

def hello(name, *, loud=False):
    """Greet somebody."""
    if name == "nobody":
        from tagatlas.errors import UsageError
        raise UsageError("there is nobody to greet: name somebody")
    return f"HELLO {name.upper()}" if loud else f"hello {name}"

def hello_command(plugins):
    from tagatlas.toolkit.calls import Owner, step_names
    from tagatlas.toolkit.commands import Argument, Command, Outcome

    def run(*, name, **options):
        """Greet somebody, aloud or not."""
        greeting = hello(name, **{key: value for key, value in options.items()})
        return Outcome({"greeting": greeting}, [greeting])

    names = step_names(plugins, further=[Owner("hello", GreetingOptions, heading="Greeting")])
    return Command(run, [Argument("name", "NAME", "Who is greeted.")], names)

@hookimpl
def tagatlas_commands():
    return [CommandSpec(name="hello", summary="Greet somebody.", after="tag",
                        factory=hello_command, function="hello_plugin:hello")]
'''

PLAIN = """
import click
from tagatlas import CommandSpec, hookimpl
from tagatlas.errors import InputError

def plain_command(plugins):
    @click.command()
    @click.argument("word")
    def run(word):
        '''Say a word.'''
        if word == "crash":
            return {}["word"]
        if word == "refuse":
            raise InputError("this word is not said")
        click.echo(word)
        return word
    return run

def broken_command(plugins):
    from tagatlas.toolkit.commands import Command

    def run():
        '''Fail.'''
        return 1 / 0

    return Command(run)

@hookimpl
def tagatlas_commands():
    return [CommandSpec(name="plain", summary="Say a word.", factory=plain_command),
            CommandSpec(name="failing", summary="Fail.", after="plain", factory=broken_command)]
"""

COMMAND = """
from tagatlas import CommandSpec, hookimpl

@hookimpl
def tagatlas_commands():
    return [CommandSpec(name="{name}", summary="{summary}", factory={factory}, after="{after}",
                        extra={extra!r})]
"""


def command(
    name: str, factory: str, summary: str = "Bad.", after: str = "", extra: str | None = None
) -> str:
    return COMMAND.format(name=name, factory=factory, summary=summary, after=after, extra=extra)


BAD = {
    "raising": (
        command("raising", "lambda plugins: 1 / 0"),
        "command raising (raising-plugin 1.0) cannot be made (ZeroDivisionError: ",
    ),
    "nocommand": (
        command("nocommand", "lambda plugins: 'click'"),
        "command nocommand (nocommand-plugin 1.0): its factory made a str ('click'), which is no",
    ),
    "nomodule": (
        command("nomodule", "'not_there_at_all:command'"),
        "command nomodule (nomodule-plugin 1.0) cannot be imported: No module named",
    ),
    "noname": (
        command("noname", "'noname_plugin:command'"),
        "command noname (noname-plugin 1.0) cannot be made: there is no 'command' in the module",
    ),
    "lacking": (
        command("lacking", "'not_there_at_all:command'", extra="lacking-plugin[all]"),
        "command lacking (lacking-plugin 1.0) needs: pip install 'lacking-plugin[all]'",
    ),
}
"""By the name of a plugin and of its command: its text, and what is said where it is called."""


def distribution(site: Path, name: str, source: str, entry_point: str | None = None) -> None:
    """An installed distribution of one module, as pip leaves it."""
    (site / f"{name}_plugin.py").write_text(source, "utf-8")
    info = site / f"{name}_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.0\n")
    entry = f"[tagatlas]\n{entry_point or name} = {name}_plugin\n"
    (info / "entry_points.txt").write_text(entry, "utf-8")


def environment(site: Path, *, strict: bool) -> dict[str, str]:
    variables = {"COLUMNS": "80", "TAGATLAS_STRICT_PLUGINS": "1" if strict else ""}
    return {**os.environ, "PYTHONPATH": str(site), **variables}


def python(site: Path, *words: str, strict: bool = False) -> subprocess.CompletedProcess[str]:
    """Run Python where a site's distributions are installed."""
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        encoding="utf-8",
        env=environment(site, strict=strict),
        check=False,
    )


@pytest.fixture(scope="module")
def tagatlas(starter: Starter) -> Run:
    """Runs the command where a site's distributions are installed."""

    def run(site: Path, *words: str, strict: bool = False) -> subprocess.CompletedProcess[str]:
        return starter.run(words, Path.cwd(), environment(site, strict=strict))

    return run


def listed(text: str) -> dict[str, str]:
    """The commands that a help lists, in its order, with the first line of each summary."""
    lines = text.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    rows = (line.split(maxsplit=1) for line in lines if not line.startswith("     "))
    return {row[0]: row[1] for row in rows}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a whole command, and two of which one is plain click's."""
    site = tmp_path_factory.mktemp("site")
    distribution(site, "hello", HELLO)
    distribution(site, "plain", PLAIN)
    return site


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with every bad command, a plugin that cannot be imported, and a whole command."""
    site = tmp_path_factory.mktemp("bad")
    for name, (source, _) in BAD.items():
        distribution(site, name, source)
    distribution(site, "unimportable", "raise RuntimeError('unfinished')")
    distribution(site, "hello", HELLO)
    return site


def test_a_command_stands_in_the_help_where_it_belongs(tagatlas: Run, site: Path) -> None:
    done = tagatlas(site, "--help", strict=True)
    assert (done.returncode, done.stderr) == (0, "")
    commands = listed(done.stdout)
    assert commands["hello"] == "Greet somebody."
    names = list(commands)
    assert names[names.index("tag") + 1] == "hello"
    assert names[names.index("models") :][:3] == ["models", "compare", "bench"]
    assert names[-2:] == ["plain", "failing"]


def test_it_has_a_help_of_its_own(tagatlas: Run, site: Path) -> None:
    done = tagatlas(site, "hello", "--help")
    assert done.returncode == 0, done.stderr
    for text in ("Usage: tagatlas hello", "aloud or not", "Who is greeted.", "Greeting:", "--json"):
        assert text in done.stdout
    assert "--[no-]loud" in done.stdout


@pytest.mark.slow
def test_it_runs_and_prints_for_people_and_for_programs(tagatlas: Run, site: Path) -> None:
    done = tagatlas(site, "hello", "Ada", "--loud")
    assert (done.returncode, done.stdout, done.stderr) == (0, "HELLO ADA\n", "")
    done = tagatlas(site, "hello", "Ada", "--json")
    assert json.loads(done.stdout) == {"greeting": "hello Ada"}
    refused = tagatlas(site, "hello", "nobody", "--json")
    assert refused.returncode == 2
    assert json.loads(refused.stdout) == {"error": "there is nobody to greet: name somebody"}
    assert refused.stderr == "tagatlas: there is nobody to greet: name somebody\n"


@pytest.mark.slow
def test_wrong_words_are_told_as_those_of_our_commands(tagatlas: Run, site: Path) -> None:
    done = tagatlas(site, "hello", "Ada", "--lowd")
    assert done.returncode == 2
    assert done.stderr == "tagatlas: there is no option --lowd; did you mean --loud?\n"
    done = tagatlas(site, "hallo", "Ada")
    assert done.stderr == "tagatlas: there is no command hallo; did you mean hello?\n"
    done = tagatlas(site, "info", "--loud")
    assert "it belongs to tagatlas hello" in done.stderr


def test_python_calls_it_by_its_name(site: Path) -> None:
    code = "import tagatlas; print(tagatlas.hello('Ada', loud=True), hasattr(tagatlas, 'hallo'))"
    done = python(site, "-c", code)
    assert (done.stdout, done.stderr) == ("HELLO ADA False\n", "")


PLACES = {"lost": "nomod:nope", "nameless": "nameless_plugin:nope", "slip": "slip"}
"""By the name of a command: where its function is said to be."""


def test_a_function_that_is_not_there_is_said_with_its_plugin(tmp_path: Path) -> None:
    absent = HELLO.replace('"hello"', '"{0}"').replace("hello_plugin:hello", "{1}")
    for name, place in PLACES.items():
        distribution(tmp_path, name, absent.replace("{0}", name).replace("{1}", place))
    code = (
        "import tagatlas\n"
        f"for name in {list(PLACES)}:\n"
        "    try: getattr(tagatlas, name)\n"
        "    except AttributeError as error: print(error)\n"
    )
    done = python(tmp_path, "-c", f"import tagatlas.errors\n{code}")
    lost, nameless, slip = done.stdout.splitlines()
    said = "its function 'nomod:nope' cannot be imported (ModuleNotFoundError: No module named"
    assert lost.startswith(f"command lost (lost-plugin 1.0): {said}")
    assert nameless == (
        "command nameless (nameless-plugin 1.0): its function 'nameless_plugin:nope' cannot be "
        "imported (there is no 'nope' in the module nameless_plugin)"
    )
    assert slip.startswith("plugin slip (slip-plugin 1.0) cannot be used: PluginError: ")
    assert "the function of slip is neither a function nor" in slip


def test_no_command_displaces_a_module_of_ours(tmp_path: Path) -> None:
    own = HELLO.replace('name="hello"', 'name="errors"').replace("hello_plugin:", "errors_plugin:")
    distribution(tmp_path, "errors", own)
    code = "import tagatlas; print(callable(getattr(tagatlas, 'errors', None)))"
    code += "; import tagatlas.errors; print(tagatlas.errors.TagatlasError.__name__)"
    done = python(tmp_path, "-c", code)
    assert (done.stdout, done.stderr) == ("False\nTagatlasError\n", "")


@pytest.mark.slow
def test_our_own_commands_are_called_so_too() -> None:
    code = "import tagatlas, tagatlas_compare as own"
    code += "; assert tagatlas.compare is own.compare; assert tagatlas.bench is own.bench"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["compare", "bench", "import-tags"])
def test_the_help_of_ours_is_cheap(name: str) -> None:
    heavy = ("torch", "PIL", "numpy", "polars", "onnxruntime", "numba", "scipy", "aiohttp", "rich")
    code = "import sys; from tagatlas.cli import exit_status"
    code += f"; exit_status([{name!r}, '--help'])"
    code += f"; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_plain_command_of_click_does_as_well(tagatlas: Run, site: Path) -> None:
    done = tagatlas(site, "plain", "word")
    assert (done.returncode, done.stdout, done.stderr) == (0, "word\n", "")
    done = tagatlas(site, "plain", "refuse")
    assert (done.returncode, done.stderr) == (1, "tagatlas: this word is not said\n")


@pytest.mark.parametrize(
    ("words", "error"),
    [(("plain", "crash"), "KeyError: 'word'"), (("failing",), "ZeroDivisionError: division")],
)
def test_what_nobody_thought_of_is_the_plugins_fault(
    tagatlas: Run, site: Path, words: tuple[str, ...], error: str
) -> None:
    done = tagatlas(site, *words)
    assert done.returncode == 1
    assert f"command {words[0]} (plain-plugin 1.0) failed: {error}" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", BAD)
def test_a_bad_command_is_told_in_a_line(tagatlas: Run, bad: Path, name: str) -> None:
    done = tagatlas(bad, name)
    assert done.returncode == 1
    [*broken, line] = done.stderr.splitlines()
    assert BAD[name][1] in line
    skipped = "plugin unimportable (unimportable-plugin 1.0) is skipped: RuntimeError: unfinished"
    assert broken == [f"tagatlas: {skipped}"]


@pytest.mark.slow
def test_bad_commands_break_no_others(tagatlas: Run, bad: Path) -> None:
    done = tagatlas(bad, "--help")
    assert done.returncode == 0
    assert listed(done.stdout).keys() >= {*COMMANDS, "compare", "bench", "hello", *BAD}
    assert tagatlas(bad, "hello", "Ada").stdout == "hello Ada\n"
    assert tagatlas(bad, "compare", "--help").returncode == 0
    wrong = tagatlas(bad, "info", "--loud")
    assert wrong.returncode == 2
    assert "it belongs to tagatlas hello" in wrong.stderr
    plugins = json.loads(tagatlas(bad, "plugins", "--json").stdout)
    commands = {each["name"] for each in plugins["plugins"] if each["kind"] == "command"}
    assert commands >= {"compare", "bench", "hello", *BAD}
    assert [each["name"] for each in plugins["broken"]] == ["unimportable"]


def test_of_two_commands_of_one_name_the_first_is_used(tagatlas: Run, tmp_path: Path) -> None:
    distribution(tmp_path, "hello", HELLO)
    distribution(tmp_path, "other", command("hello", "lambda plugins: 1 / 0", "Other."))
    done = tagatlas(tmp_path, "hello", "Ada")
    assert (done.returncode, done.stdout) == (0, "hello Ada\n")
    assert done.stderr == (
        "tagatlas: two commands are named 'hello': hello (hello-plugin 1.0) is used, "
        "other (other-plugin 1.0) is not; uninstall one of them\n"
    )


@pytest.mark.slow
def test_no_plugin_displaces_a_command_of_ours(tagatlas: Run, tmp_path: Path) -> None:
    distribution(tmp_path, "info", command("info", "lambda plugins: 1 / 0", "Other."))
    distribution(tmp_path, "compare", command("compare", "lambda plugins: 1 / 0", "Other."))
    said = "info (info-plugin 1.0) brings a command 'info', which is not used: tagatlas has one"
    done = tagatlas(tmp_path, "--help")
    assert listed(done.stdout)["info"].startswith("Say what is in an atlas")
    assert listed(done.stdout)["compare"].startswith("Compare what backends make")
    assert done.stderr.count("\n") == 2
    assert f"tagatlas: {said}\n" in done.stderr
    assert "Say what is in an atlas" in tagatlas(tmp_path, "info", "--help").stdout
    assert f"tagatlas: {said}\n" in tagatlas(tmp_path, "tag", "--help").stderr
    warnings = json.loads(tagatlas(tmp_path, "plugins", "--json").stdout)["warnings"]
    assert said in warnings
    strict = tagatlas(tmp_path, "--help", strict=True)
    assert (strict.returncode, strict.stdout) == (1, "")


@pytest.mark.parametrize(
    ("after", "names"),
    [
        ({}, ["a", "b"]),
        ({"x": "a"}, ["a", "x", "b"]),
        ({"x": "a", "y": "a"}, ["a", "x", "y", "b"]),
        ({"x": "y", "y": "a"}, ["a", "y", "x", "b"]),
        ({"x": "", "y": "b"}, ["a", "b", "y", "x"]),
        ({"x": "gone", "y": "x"}, ["a", "b", "x", "y"]),
        ({"x": "y", "y": "x", "z": "z"}, ["a", "b", "x", "y", "z"]),
    ],
)
def test_the_order_of_the_help(after: dict[str, str], names: list[str]) -> None:
    assert in_order(["a", "b"], after) == names
