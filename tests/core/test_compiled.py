from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from tagatlas.compiled import kernel

@kernel
def double(value):
    return 2 * value

print(double(21))
"""


def run_with_cache_in(user_cache: str, folder: Path) -> str:
    """Run a script with a kernel, beside which numba cannot make its cache folder."""
    script = folder / "script.py"
    script.write_text(SCRIPT)
    (folder / "__pycache__").touch()
    environment = {**os.environ, "XDG_CACHE_HOME": user_cache}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="XDG_CACHE_HOME counts on Linux alone")
def test_cache_is_the_users_where_the_package_cannot_be_written(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert run_with_cache_in(str(cache), tmp_path) == "42\n"
    assert list(cache.rglob("script.double*.nbi"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="XDG_CACHE_HOME counts on Linux alone")
def test_kernels_work_where_no_cache_can_be_written(tmp_path: Path) -> None:
    assert run_with_cache_in("/dev/null", tmp_path) == "42\n"
