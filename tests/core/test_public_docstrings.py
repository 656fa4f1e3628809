"""What is public can be looked at in the light install, and its docstrings are true."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import polars as pl
import pytest

from tagatlas import open_atlas, toolkit
from tagatlas.errors import UsageError
from tagatlas.testing import sample_map
from tagatlas.toolkit.calls import Owner, opened, select
from tagatlas.toolkit.collection import collection_images, collection_records

ROOT = Path(__file__).parents[2]
PUBLIC = [
    "tagatlas",
    "tagatlas.errors",
    "tagatlas.testing",
    "tagatlas.toolkit",
    *(f"tagatlas.toolkit.{module.name}" for module in iter_modules(toolkit.__path__)),
    "tagatlas_compare",
    "tagatlas_imports",
]
ROLE = re.compile(r":(?:class|mod|func|meth|attr|data|exc):`~?([\w.]+)`")
OPTIONAL = {
    "adlfs": ["adlfs"],
    "anywidget": ["anywidget"],
    "clarifai-grpc": ["clarifai_grpc"],
    "evoc": ["evoc"],
    "fa2": ["fa2"],
    "fsspec": ["fsspec"],
    "gcsfs": ["gcsfs"],
    "google-api-core": ["google.api_core"],
    "google-auth": ["google.auth"],
    "google-cloud-vision": ["google.cloud"],
    "googleapis-common-protos": ["google.rpc"],
    "grpcio": ["grpc"],
    "huggingface-hub": ["huggingface_hub"],
    "imagecodecs": ["imagecodecs"],
    "open-clip-torch": ["open_clip"],
    "pi-heif": ["pi_heif"],
    "protobuf": ["google.protobuf"],
    "pydyf": ["pydyf"],
    "ray[client]": ["ray"],
    "s3fs": ["s3fs"],
    "scikit-learn": ["sklearn"],
    "setuptools": ["setuptools"],
    "torch": ["torch"],
    "torchvision": ["torchvision"],
    "traitlets": ["traitlets"],
    "transformers": ["transformers"],
    "umap-learn": ["umap"],
}
"""The modules of each distribution that only an extra installs."""
ALSO_IN_LIGHT = {"fonttools"}
"""Distributions of extras that matplotlib needs as well."""

LIGHT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in sys.argv[1].split():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""
"""Begins a program in an interpreter that lacks the modules named in its first argument."""


def in_the_light_install(code: str) -> str:
    absent = " ".join(module for modules in OPTIONAL.values() for module in modules)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", LIGHT + code, absent, *PUBLIC],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_package_of_an_extra_is_known() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for name, each in project["optional-dependencies"].items() if name != "all"]
    names = {re.split(r"[<>=]", entry)[0] for extra in extras for entry in extra}
    assert names == {*OPTIONAL, *ALSO_IN_LIGHT}


@pytest.mark.slow
def test_every_public_name_is_there_in_the_light_install() -> None:
    code = """
from importlib import import_module
for place in sys.argv[2:]:
    module = import_module(place)
    for name in getattr(module, "__all__", []):
        try:
            getattr(module, name)
        except ImportError as error:
            print(place, name, error)
"""
    assert in_the_light_install(code) == ""


@pytest.mark.slow
def test_help_shows_every_public_name_in_the_light_install() -> None:
    code = """
import json, pydoc
print(json.dumps({place: pydoc.plain(pydoc.render_doc(place)) for place in sys.argv[2:]}))
"""
    for place, shown in json.loads(in_the_light_install(code)).items():
        _, listed = re.split(r"\n(?:CLASSES|FUNCTIONS|DATA)\n", shown, maxsplit=1)
        for name in getattr(import_module(place), "__all__", []):
            assert re.search(rf"\b{name}\b", listed), f"{place}.{name}"


def public_names(module: ModuleType) -> list[str]:
    plain = [name for name in vars(module) if not name.startswith("_")]
    return list(getattr(module, "__all__", plain))


def docstrings() -> Iterator[tuple[str, ModuleType, object, str]]:
    """Where it is, the public module, the documented thing or the class around it, the text."""
    for place in PUBLIC:
        module = import_module(place)
        yield place, module, module, module.__doc__ or ""
        for name in public_names(module):
            found = getattr(module, name)
            if not getattr(found, "__module__", "").startswith("tagatlas"):
                continue
            yield f"{place}.{name}", module, found, found.__doc__ or ""
            for own, member in vars(found).items() if inspect.isclass(found) else ():
                if not own.startswith("_"):
                    yield f"{place}.{name}.{own}", module, found, member.__doc__ or ""


def has(thing: object, path: list[str]) -> bool:
    """Whether it has an attribute, or a field, of that path."""
    for name in path:
        if name in getattr(thing, "__dataclass_fields__", ()):
            return True
        if name.startswith("_") or not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True


def is_public(target: str, module: ModuleType, around: object) -> bool:
    """Whether a docstring's target is a public name, found as a reader would find it."""
    path = target.split(".")
    if target in PUBLIC:
        return True
    for length in range(len(path) - 1, 0, -1):
        place = ".".join(path[:length])
        if place in PUBLIC:
            home = import_module(place)
            return path[length] in public_names(home) and has(home, path[length:])
    if path[0] in sys.stdlib_module_names:
        return has(import_module(path[0]), path[1:])
    near = [module, *map(import_module, ("tagatlas", "tagatlas.errors"))]
    return (inspect.isclass(around) and has(around, path)) or any(
        path[0] in public_names(home) and has(home, path) for home in near
    )


def test_docstrings_name_what_is_public() -> None:
    wrong = [
        f"{where}: {target}"
        for where, module, around, text in docstrings()
        for target in ROLE.findall(text)
        if not is_public(target, module, around)
    ]
    assert not wrong, "\n".join(wrong)


def test_tables_have_the_columns_that_docstrings_name(tmp_path: Path) -> None:
    with open_atlas(tmp_path / "x.atlas", create=True) as atlas:
        tables: dict[Callable[..., pl.DataFrame], pl.DataFrame] = {
            collection_images: collection_images(atlas),
            collection_records: collection_records(atlas),
            toolkit.node_table: toolkit.node_table(sample_map()),
        }
    for function, table in tables.items():
        listed = (function.__doc__ or "").partition("Columns:")[2]
        assert [name for name in table.columns if f"``{name}``" not in listed] == []
        named = re.findall(r"``(\w+)``", listed)
        assert [name for name in named if name not in {*table.columns, "images"}] == []


def test_options_are_kept_as_the_docstring_shows(tmp_path: Path) -> None:
    shown = inspect.getdoc(import_module("tagatlas.toolkit.calls")) or ""
    code, _, _ = shown.partition("own::\n")[2].partition("\n    def count_command")
    work = "if chosen.least > 8: raise UsageError('fewer')\n            return chosen.least"
    assert code.count("...") == 1
    names = {"opened": opened, "select": select, "Owner": Owner, "dataclass": dataclass}
    place: dict[str, object] = {**names, "UsageError": UsageError, "__name__": __name__}
    exec(textwrap.dedent(code).replace("...", work), place)  # noqa: S102 - our own docstring
    count = place["count"]
    assert callable(count)
    with open_atlas(tmp_path / "x.atlas", create=True) as atlas:
        assert count(atlas) == 1
        assert count(atlas, least=3) == 3
        with pytest.raises(UsageError):
            count(atlas, least=9)
    with open_atlas(tmp_path / "x.atlas") as atlas:
        assert count(atlas) == 3
