from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_wheel_holds_everything_that_runs_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-q", "-w", tmp_path, ROOT], check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(name for name in names if name.endswith("dist-info/METADATA"))
        requirements = archive.read(metadata).decode()
    for needed in (
        "tagatlas/py.typed",
        "tagatlas_testing/taggers.py",
        "tagatlas/cli/sample/CREDITS.csv",
        "tagatlas_vocabularies/data/everyday.csv",
        "tagatlas_taggers/imagenet/data/model.onnx",
        "tagatlas_taggers/imagenet/PROVENANCE.md",
        "tagatlas_compare/comparison/data/nouns.parquet",
        "tagatlas_compare/comparison/report/compare.schema.json",
        "tagatlas_compare/benching/results/bench.schema.json",
        "tagatlas_compare/pages/page.css",
        "tagatlas_exports/page/page.css",
        "tagatlas_web/static/page.html",
        "tagatlas_web/static/viewer.js",
        "tagatlas_posters/engine/fonts/LICENSE.txt",
    ):
        assert needed in names
    assert not any("node_modules" in name or name.endswith(".ts") for name in names)
    assert {
        name.partition("/")[0].partition("_")[0] for name in names if "dist-info" not in name
    } == {"tagatlas"}
    assert wheel.stat().st_size < 20_000_000
    light = [line for line in requirements.splitlines() if "Requires-Dist" in line]
    light = [line for line in light if "extra ==" not in line]
    assert not any(name in line for line in light for name in ("fa2", "umap"))
