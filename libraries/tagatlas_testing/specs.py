"""Shared by all suites: the rules of a spec and of a plugin's module."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from tagatlas.contracts import Citation, Spec
from tagatlas.options import option_fields
from tagatlas.plugins import KINDS
from tagatlas.plugins.checking import fits, is_option_type, is_unmarked_key, unmarked_authorities

HEAVY = frozenset(
    [
        "PIL",
        "clarifai_grpc",
        "cv2",
        "google",
        "matplotlib",
        "networkx",
        "numba",
        "numpy",
        "onnxruntime",
        "pandas",
        "polars",
        "scipy",
        "sklearn",
        "tensorflow",
        "torch",
        "transformers",
    ]
)
"""Packages that importing a plugin's module must not import."""

_UNBOUNDED = 2**64

_NAMES_AFTER_IMPORT = """
import importlib, json, sys
before = set(sys.modules)
module = importlib.import_module(sys.argv[1])
for name, hook in list(vars(module).items()):
    if name.startswith("tagatlas_") and callable(hook):
        list(hook())
print()
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


class SpecContract:
    """Rules that hold for every kind of plugin; subclassed by the suite of each kind."""

    @pytest.fixture
    def spec(self) -> Spec:
        """The plugin's spec, as its hook announces it. To be overridden."""
        raise NotImplementedError("override the fixture `spec`: return your plugin's spec")

    @pytest.fixture
    def options(self, spec: Spec) -> object:
        """The options the plugin is tested with; the defaults unless overridden."""
        return spec.options()

    @pytest.fixture
    def module_name(self, spec: Spec) -> str:
        """The module that the plugin's entry point names.

        By default the module of the factory, or the nearest package around it that has a hook;
        override it where the hooks live elsewhere.
        """
        factory = spec.factory
        module = factory if isinstance(factory, str) else factory.__module__
        parts = module.partition(":")[0].split(".")
        around = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        hooks = [kind.hook for kind in KINDS]
        announcing = (
            name for name in around if any(hasattr(import_module(name), hook) for hook in hooks)
        )
        return next(announcing, parts[0])

    def test_name_is_lower_case_letters_digits_and_hyphens(self, spec: Spec) -> None:
        """The name consists of lower-case letters, digits and hyphens."""
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", spec.name)

    def test_summary_is_one_line(self, spec: Spec) -> None:
        """The summary is one non-empty line."""
        assert is_one_line(spec.summary)

    def test_extra_names_a_distribution_and_its_extra(self, spec: Spec) -> None:
        """The extra, if any, is what follows ``pip install``: ``distribution[extra]``."""
        assert spec.extra is None or re.fullmatch(
            r"[A-Za-z0-9._-]+\[[A-Za-z0-9._,-]+\]", spec.extra
        )

    def test_what_is_needed_is_in_the_extra(self, spec: Spec) -> None:
        """Only modules of an extra are in ``needs``, by their top-level names."""
        assert not spec.needs or spec.extra is not None
        assert isinstance(spec.needs, tuple)
        assert isinstance(spec.packages, tuple)
        assert all(name.isidentifier() for name in spec.needs)

    def test_options_are_a_frozen_dataclass_with_defaults(self, spec: Spec) -> None:
        """Options are a frozen dataclass whose fields all have defaults."""
        options = spec.options
        assert dataclasses.is_dataclass(options)
        instance = options()
        for field in dataclasses.fields(options):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(instance, field.name, getattr(instance, field.name))

    def test_options_have_supported_types(self, spec: Spec) -> None:
        """An option's type is one that flags and settings files can express.

        These are bool, int, float, str, Path, a Literal of strings, a tuple of any number of
        strings or of such Literals, or one of them or None, optionally in ``Annotated``; all
        can be resolved at run time.
        """
        for name, hint in get_type_hints(spec.options, include_extras=True).items():
            assert is_option_type(hint), f"option {name}: {hint} is not supported"

    def test_keys_are_marked(self, spec: Spec) -> None:
        """An option with the name of a secret is marked: ``Annotated[str, Mark.SECRET]``.

        Otherwise it is written into ``atlas.toml``, maps and methods sections. The key of a
        tagger is not an option: ``key_variable`` names its variable.
        """
        for option in option_fields(spec.options):
            assert not is_unmarked_key(option), f"{option.name} is to be a secret"

    def test_authorities_are_marked(self, spec: Spec) -> None:
        """An option that decides where something goes is marked with ``Mark.AUTHORITY``.

        These are endpoints, hosts, URLs, locations, archives, headers, paths, files, models,
        devices, prices and permissions, which are known by their names. Otherwise an atlas that
        somebody else made decides it for its user.
        """
        unmarked = unmarked_authorities(spec.options)
        assert not unmarked, f"{' and '.join(unmarked)} decide where something goes: mark them"

    def test_a_secret_has_no_default(self, spec: Spec) -> None:
        """A secret's default is None or empty."""
        for option in option_fields(spec.options):
            has_none = not (option.is_secret and getattr(spec.options(), option.name))
            check_hidden(has_none, f"the default of {option.name}")

    def test_defaults_fit_their_types_and_bounds(self, spec: Spec) -> None:
        """An option's default is within its type and bounds.

        The bounds of a number that may be None belong to the number:
        ``Annotated[int, Meta(ge=1)] | None``.
        """
        instance = spec.options()
        for name, hint in get_type_hints(spec.options, include_extras=True).items():
            assert fits(getattr(instance, name), hint), f"{name} = {getattr(instance, name)!r}"

    def test_counts_have_an_upper_bound(self, spec: Spec) -> None:
        """A whole number has an upper bound, such as ``Meta(ge=1, le=10_000)``.

        Without, one line in the settings of an atlas that somebody else made lets work never end.
        """
        for name, hint in get_type_hints(spec.options, include_extras=True).items():
            assert not fits(_UNBOUNDED, hint) or not _is_count(hint), f"{name} needs an upper bound"

    def test_import_is_light(self, module_name: str) -> None:
        """Importing the plugin's module and calling its hooks imports no heavy package."""
        imported = json.loads(run_fresh(_NAMES_AFTER_IMPORT, module_name).splitlines()[-1])
        heavy = HEAVY.intersection(imported)
        assert not heavy, (
            f"importing {module_name} imports {sorted(heavy)}: import in the method, and from"
            " tagatlas by name, without *"
        )


def _is_count(hint: object) -> bool:
    """Whether an option is a whole number, or one or None."""
    return hint is int or any(_is_count(each) for each in get_args(hint))


@dataclasses.dataclass
class RecordedProgress:
    """A progress that records its calls."""

    calls: list[tuple[int, int, int]] = dataclasses.field(default_factory=list)

    def __call__(self, done: int, total: int, failed: int = 0) -> None:
        """Record one call."""
        self.calls.append((done, total, failed))


def check_progress(progress: RecordedProgress) -> None:
    """Assert that ``done`` never falls and never exceeds the total."""
    steps = [done for done, _, _ in progress.calls]
    assert steps == sorted(steps)
    assert all(0 <= done <= total for done, total, _ in progress.calls)


def check_hidden(is_hidden: bool, where: str) -> None:
    """Fail unless a secret is hidden, without showing any value: logs of tests are read by others.

    Args:
        is_hidden: whether it is.
        where: the place where it must not be, for the message.
    """
    if not is_hidden:
        pytest.fail(f"a secret is in {where}, where others read it", pytrace=False)


def is_one_line(text: str) -> bool:
    """Whether the text is exactly one line, not blank."""
    return bool(text.strip()) and len(text.splitlines()) == 1


def check_texts(texts: Iterable[str], citations: Iterable[Citation]) -> None:
    """Assert that a plugin's description can be printed: each text on one line, or empty.

    Args:
        texts: may be empty.
        citations: must not have empty texts.
    """
    for text in texts:
        assert text == "" or is_one_line(text), f"{text!r} is to be one line"
        assert text == text.strip(), f"{text!r} begins or ends with blanks"
    for citation in citations:
        assert isinstance(citation, Citation)
        assert is_one_line(citation.short)
        assert is_one_line(citation.full)


def run_fresh(code: str, *arguments: str, hash_seed: int = 0) -> str:
    """Run Python code in a fresh interpreter that sees the modules this one sees.

    Args:
        code: the program; gets ``arguments`` in ``sys.argv[1:]``.
        arguments: its arguments.
        hash_seed: of the interpreter; affects the order of sets of text.

    Returns:
        Its standard output.
    """
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": str(hash_seed)}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
