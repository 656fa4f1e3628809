"""Running parts of the viewer's sources in Node, without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from programs import FindProgram

_ROOT = Path(__file__).parents[2]
_VIEWER = _ROOT / "plugins" / "tagatlas_web" / "viewer"
_NODE = _ROOT / "tests" / "node"


def _tools(npm: str) -> Path:
    """The folder of the viewer's build tools, installed once for each lock file."""
    lock = (_VIEWER / "package-lock.json").read_bytes()
    place = _ROOT / ".cache" / "node" / sha256(lock).hexdigest()[:16]
    if not (place / "node_modules" / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_VIEWER / name, place / name)
        command = [npm, "ci", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install esbuild: {done.stderr.strip()[-300:]}")
        (place / "node_modules" / "complete").touch()
    return place / "node_modules"


def run_with_viewer(
    find_program: FindProgram, folder: Path, module: str, script: str, given: object = None
) -> object:
    """What a script of ``tests/node`` prints as JSON, given a module of the viewer's sources.

    Args:
        find_program: the fixture.
        folder: to build the module in.
        module: its path below ``viewer/src``; it must not need a page.
        script: name of the script, which is given the built module's path.
        given: what it reads as JSON from its standard input.
    """
    node, npm = (find_program([name], ["nodejs", "npm"]) for name in ("node", "npm"))
    built = folder / "module.cjs"
    esbuild = _tools(npm) / ".bin" / "esbuild"
    source = _VIEWER / "src" / module
    command = [esbuild, source, "--bundle", "--format=cjs", f"--outfile={built}"]
    subprocess.run([*map(str, command), "--log-level=error"], check=True)
    done = subprocess.run(
        [node, str(_NODE / script), str(built)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
