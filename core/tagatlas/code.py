"""Digests of code, to recompute results when the code that made them has changed."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.machinery import all_suffixes
from pathlib import Path
from types import ModuleType

OWN = "tagatlas"
"""tagatlas's own package, which plugin digests leave out."""

_IMPORTABLE = tuple(all_suffixes())


def plugin_code(product: object, factory: object) -> str:
    """A digest of the code of a plugin's object.

    It covers the importable files of the module or package of the object's class, of its base
    classes (except tagatlas itself and the standard library) and of the factory. Code without
    files, such as a class written in a notebook, does not count.

    Args:
        product: made by the factory.
        factory: of the plugin's spec.
    """
    makers = (*product.__class__.__mro__, factory)  # the plugin's class, even if guarded
    names = {str(getattr(each, "__module__", "") or "") for each in makers}
    others = {
        name
        for name in names
        if name and name.partition(".")[0] not in {OWN, *sys.stdlib_module_names}
    }
    roots = {root.__name__: root for name in others if (root := _root(name)) is not None}
    digests = [(name, _module_code(root)) for name, root in sorted(roots.items())]
    return hashlib.sha256(repr(digests).encode()).hexdigest()


def files_code(files: Mapping[str, Path]) -> str:
    """A digest of files with their names; unreadable ones are left out."""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        try:
            content = path.read_bytes()
        except OSError:  # in an archive, or removed since the import
            continue
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def importable_files(folders: Iterable[Path]) -> dict[str, Path]:
    """The files that Python may import in folders, at any depth, by their relative paths."""
    return {
        path.relative_to(folder).as_posix(): path
        for folder in folders
        for path in folder.rglob("*")
        if path.name.endswith(_IMPORTABLE) and "__pycache__" not in path.parts
    }


def _root(name: str) -> ModuleType | None:
    """The outermost package or module of a dotted name with a file; namespaces have none."""
    parts = name.split(".")
    loaded = (sys.modules.get(".".join(parts[: end + 1])) for end in range(len(parts)))
    return next((each for each in loaded if each is not None and _file(each)), None)


def _file(module: ModuleType) -> str:
    return getattr(module, "__file__", None) or ""


# A process keeps the code it loaded: if files were read again later, a map made by old code
# would pass for one made by new code.
@cache
def _module_code(module: ModuleType) -> str:
    folders = [Path(folder) for folder in getattr(module, "__path__", ())]
    path = Path(_file(module))
    return files_code(importable_files(folders) if folders else {path.name: path})
