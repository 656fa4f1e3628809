"""The library changes nothing that a whole process shares: a notebook goes on as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tagatlas.plugins import COMMANDS, KINDS, load_plugins

SUPPORT = Path(__file__).parents[1] / "support"
STEPS = ("add", "fetch", "tag", "import tags", "map", "render", "compare", "verify", "check")

PLUGINS = load_plugins()
EXTRAS = {
    "tagatlas[clip]": "open_clip",
    "tagatlas[evoc]": "evoc",
    "tagatlas[fa2]": "fa2",
    "tagatlas[umap]": "umap",
}
PLUGIN_USES = {
    f"{kind.name} {name}": EXTRAS.get(entry.spec.extra or "")
    for kind in KINDS
    if kind is not COMMANDS
    for name, entry in PLUGINS.of_kind(kind).items()
}
USES = [
    pytest.param(use, marks=pytest.mark.extras(package) if package else ())
    for use, package in {**PLUGIN_USES, **dict.fromkeys(STEPS)}.items()
]

Found = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What each plugin and each step changed, in one process that uses them all."""
    script, folder = SUPPORT / "everything_used.py", tmp_path_factory.mktemp("everything")
    done = subprocess.run(
        [sys.executable, "-P", str(script), str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    uses: Found = json.loads(done.stdout.splitlines()[-1])
    return uses


CHANGES = {
    "environment HF_HUB_OFFLINE": "import os; os.environ['HF_HUB_OFFLINE'] = '1'",
    "locale": "import locale; locale.setlocale(locale.LC_ALL, 'C.UTF-8')",
    "working folder": "import os; os.chdir('/')",
    "random": "import random; random.seed(0)",
    "numpy.random": "import numpy; numpy.random.seed(0)",
    "warnings": "import warnings; warnings.simplefilter('ignore')",
    "signals": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "root logger": "import logging; logging.basicConfig()",
    "pixels": "from PIL import Image; Image.MAX_IMAGE_PIXELS = None",
    "socket": "import socket; socket.setdefaulttimeout(1.0)",
    "csv": "import csv; csv.field_size_limit(1)",
    "sys.path": "import sys; sys.path.append('/')",
}
_CHANGE = """
import sys
from process_state import changes, state
before = state()
for code in sys.argv[1:]:
    exec(code)
print(*changes(before, state()), sep="\\n")
"""


def test_every_change_is_seen() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHANGE, *CHANGES.values()],
        env={**os.environ, "PYTHONPATH": str(SUPPORT), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = [line.split(": ")[0] for line in done.stdout.splitlines()]
    assert seen == sorted(CHANGES)


@pytest.mark.parametrize("use", USES)
@pytest.mark.slow
def test_a_use_changes_nothing_in_the_process(found: Found, use: str) -> None:
    if found[use]["lacks"]:
        pytest.skip(found[use]["lacks"])
    assert found[use]["failed"] == ""
    assert found[use]["changed"] == []
