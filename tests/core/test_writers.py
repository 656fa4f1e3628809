"""Every file is written by one helper, or is new in a new folder: no writer follows a link."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("core", "libraries", "plugins")
MAKERS = {
    "libraries/tagatlas_rendering/files.py",  # the helper
    "core/tagatlas/testing",  # in folders of tests
    "libraries/tagatlas_trust/addresses.py",  # adds to a file of the user's, following no link
    "plugins/tagatlas_compare/benching/running/memory.py",  # in /proc
    "plugins/tagatlas_taggers/imagenet/derive",  # scripts that make what the package holds
}
ENCODERS = {"save", "savefig", "savez", "write_csv", "write_ipc", "write_parquet", "sink_parquet"}
FORBIDDEN = {
    *("write_text", "write_bytes", "touch", "symlink_to", "hardlink_to"),
    *("NamedTemporaryFile", "mkstemp", "mktemp", "copyfile", "copy2", "copytree", "make_archive"),
    *("unpack_archive", "extractall", "imwrite", "imsave", "memmap", "tofile"),
}
READING = {"r", "rb", "rt", "x", "xb", "xt"}


def function_name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def open_files(tree: ast.AST) -> set[str]:
    """Names that stand for open files or buffers."""
    found = {"buffer", "file"}
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            found.add(node.optional_vars.id)
        elif isinstance(node, ast.Assign) and "BytesIO(" in ast.unparse(node.value):
            found |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return found


def mode_of(call: ast.Call) -> str:
    """The mode that a call of ``open`` names; ``r`` if none, ``?`` if it is computed."""
    place = 1 if isinstance(call.func, ast.Name) else 0
    given = [each.value for each in call.keywords if each.arg == "mode"] or call.args[place:][:1]
    if not given:
        return "r"
    return str(given[0].value) if isinstance(given[0], ast.Constant) else "?"


def writers(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a module that may write a file of a name that is there already."""
    tree = ast.parse(text)
    files = open_files(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name, at = function_name(node), node.lineno
        if name in FORBIDDEN:
            yield at, name
        elif name == "open" and ast.unparse(node.func) in {"open", "io.open"}:
            if mode_of(node) not in READING and "devnull" not in ast.unparse(node):
                yield at, "open"
        elif name == "open" and ast.unparse(node.func) == "os.open":
            if "O_W" in ast.unparse(node) and "devnull" not in ast.unparse(node):
                yield at, "os.open"
        elif name == "open" and ast.unparse(node.func) != "Image.open":
            if set(mode_of(node)) & set("wa+"):
                yield at, "open"
        elif name == "ZipFile" and len(node.args) > 1:
            if ast.unparse(node.args[0]) not in files:
                yield at, "ZipFile"
        elif name in ENCODERS and node.args:
            target = node.args[0]
            is_path = isinstance(target, ast.Name | ast.Attribute | ast.BinOp | ast.JoinedStr)
            if is_path and ast.unparse(target) not in files and "catalog" not in ast.unparse(node):
                yield at, name


def modules() -> list[str]:
    found = (path.relative_to(ROOT) for place in PLACES for path in (ROOT / place).rglob("*.py"))
    return sorted(
        path.as_posix() for path in found if not any(path.is_relative_to(maker) for maker in MAKERS)
    )


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_no_writer_bypasses_the_helper(place: str) -> None:
    looked_at = [name for name in modules() if name.startswith(f"{place}/")]
    assert looked_at
    assert not [
        f"{name}:{line}: {what}"
        for name in looked_at
        for line, what in writers((ROOT / name).read_text("utf-8"))
    ]


@pytest.mark.parametrize(
    "line",
    [
        "path.open('w')",
        "open(path, 'wb')",
        "open(path, mode='a')",
        "open(path, mode)",
        "path.open('r+b')",
        "path.write_text('x')",
        "path.write_bytes(b'x')",
        "table.write_csv(path)",
        "table.write_parquet(folder / 'x.parquet')",
        "picture.save(path, 'JPEG')",
        "np.save(path, vectors)",
        "zipfile.ZipFile(path, 'w')",
        "os.open(path, os.O_WRONLY | os.O_CREAT)",
        "shutil.copyfile(a, b)",
        "tempfile.NamedTemporaryFile(dir=folder)",
    ],
)
def test_a_writer_is_found(line: str) -> None:
    assert list(writers(line))


@pytest.mark.parametrize(
    "line",
    [
        "path.open('rb')",
        "path.open('xb')",
        "open(path)",
        "table.write_csv()",
        "table.write_csv(file)",
        "with write_atomically(path) as written:\n    picture.save(written, 'JPEG')",
        "encoded = BytesIO()\npicture.save(encoded, 'JPEG')",
        "Image.open(path)",
    ],
)
def test_what_writes_no_file_of_a_known_name_is_passed_over(line: str) -> None:
    assert not list(writers(line))
