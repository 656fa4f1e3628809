"""Third-party plugins: separate distributions, installed by pip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

VERSION = "1.2.3"

_PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tagatlas-{module}"
version = "{version}"

[project.entry-points.tagatlas]
{entry_point} = "{module}"

[tool.hatch.build.targets.wheel]
only-include = ["{module}.py"]
"""


def install_plugin(folder: Path, module: str, entry_point: str, source: str) -> Path:
    """Build a distribution of one module and install it, without network.

    Args:
        folder: an empty folder to work in.
        module: the module's name; the distribution is called ``tagatlas-<module>``.
        entry_point: its name in the group ``tagatlas``.
        source: the module's text.

    Returns:
        The folder it was installed into, to be named in ``PYTHONPATH``.
    """
    project, site = folder / "project", folder / "site"
    project.mkdir()
    (project / f"{module}.py").write_text(source, "utf-8")
    text = _PROJECT.format(module=module, entry_point=entry_point, version=VERSION)
    (project / "pyproject.toml").write_text(text, "utf-8")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    done = subprocess.run(
        [*pip, *offline, "--target", str(site), str(project)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return site


def lay_plugin(site: Path, module: str, source: str) -> None:
    """Put a distribution of one module into a folder, as pip does, without running pip.

    Args:
        site: the folder, to be named in ``PYTHONPATH``.
        module: the module's name, and that of its entry point.
        source: the module's text.
    """
    info = site / f"tagatlas_{module}-{VERSION}.dist-info"
    info.mkdir(parents=True)
    (site / f"{module}.py").write_text(source, "utf-8")
    head = f"Metadata-Version: 2.1\nName: tagatlas-{module}\nVersion: {VERSION}\n"
    (info / "METADATA").write_text(head, "utf-8")
    (info / "entry_points.txt").write_text(f"[tagatlas]\n{module} = {module}\n", "utf-8")
