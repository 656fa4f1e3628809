from __future__ import annotations

import dataclasses
import gc
import re
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm
from themed_map import themed_map

from tagatlas import read_atlas
from tagatlas.errors import AtlasNotFound
from tagatlas.testing import ODD_LABELS, sample_map
from tagatlas_web.notebook import ViewerWidget
from tagatlas_web.notebook.files import ViewerFiles

WIDGET = "application/vnd.jupyter.widget-view+json"


class Wire(BaseComm):
    """What a kernel has to the browser: it keeps what is sent."""

    sent: list[tuple[Mapping[str, object], Sequence[bytes]]]

    def publish_msg(
        self,
        msg_type: str,
        data: Mapping[str, object] | None = None,
        metadata: object = None,
        buffers: Sequence[bytes] | None = None,
        **keys: object,
    ) -> None:
        if msg_type == "comm_open":
            self.sent = []
        self.sent.append((data or {}, buffers or []))

    def ask(self, **content: object) -> tuple[Mapping[str, object], Sequence[bytes]]:
        """What is answered to a message from a frame."""
        self.sent.clear()
        message = {"method": "custom", "content": content}
        self.handle_msg({"content": {"data": message}, "buffers": []})
        answers = [each for each in self.sent if each[0].get("method") == "custom"]
        [(answer, buffers)] = answers
        content_ = answer["content"]
        assert isinstance(content_, dict)
        return content_, buffers

    def tell(self, **state: object) -> None:
        """Change the widget's state as a frame does."""
        message = {"method": "update", "state": state, "buffer_paths": []}
        self.handle_msg({"content": {"data": message}, "buffers": []})


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    """The wires of the widgets that a test makes; kernels set the same function."""
    made: list[Wire] = []

    def create(**facts: Any) -> Wire:
        made.append(Wire(**facts))
        return made[-1]

    monkeypatch.setattr(comm, "create_comm", create)
    return made


def test_a_map_shows_its_widget(wire: list[Wire]) -> None:
    map_ = sample_map()
    shown, _ = map_._repr_mimebundle_()
    view = shown[WIDGET]
    assert isinstance(view, dict)
    assert isinstance(map_.widget, ViewerWidget)
    assert view["model_id"] == map_.widget.model_id
    assert shown["text/plain"] == "Map sample: 12 images in 2 clusters"
    assert map_._display_() is map_.widget
    assert map_.widget is map_.widget


@pytest.mark.slow
def test_a_frame_gets_the_files_of_the_viewer(wire: list[Wire], tmp_path: Path) -> None:
    widget = ViewerWidget(themed_map(40))
    line = wire[-1]
    about, [page] = line.ask(view="v", id="page", path="page")
    assert about == {"view": "v", "id": "page"}
    assert b"data-embedded" in page
    _, [index] = line.ask(view="v", id=1, path="index.html")
    assert b"data-embedded" not in index
    about, [style] = line.ask(view="w", id=2, path="viewer.css")
    assert about == {"view": "w", "id": 2}
    assert style.decode() in page.decode()
    assert widget.height == 640


@pytest.mark.parametrize(
    "path", ["data/none.js", "../../../../etc/passwd", "/etc/passwd", "", ".", "data", "a\0b"]
)
def test_no_other_file_is_given(wire: list[Wire], path: str) -> None:
    widget = ViewerWidget(sample_map())
    about, buffers = wire[-1].ask(view="v", id=1, path=path)
    assert about == {"view": "v", "id": 1, "trouble": f"{path} is not there"}
    assert not buffers
    assert widget.selection == []


def test_trouble_is_told_to_the_frame(wire: list[Wire]) -> None:
    map_ = sample_map()
    widget = ViewerWidget(dataclasses.replace(map_, nodes=map_.nodes.drop("x")))
    about, buffers = wire[-1].ask(view="v", id="page", path="page")
    assert set(about) == {"view", "id", "trouble"}
    assert about["trouble"]
    assert not buffers
    assert widget.selection == []


@pytest.mark.slow
def test_what_a_frame_chooses_is_a_table(wire: list[Wire]) -> None:
    map_ = themed_map(40)
    widget = ViewerWidget(map_)
    assert widget.selected.height == 0
    some = [*map_.images["id"][5:9], "f" * 64]
    wire[-1].tell(selection=some[::-1])
    assert widget.selection == some[::-1]
    assert widget.selected["id"].to_list() == some[:4]
    assert {"label", "url", "cluster_name", "x", "y"} <= set(widget.selected.columns)
    tag = map_.nodes.filter(kind="tag")["id"][0]
    wire[-1].tell(selection=[tag])
    assert widget.selected.is_empty()


def test_the_page_runs_its_own_script_and_nothing_else() -> None:
    page = ViewerFiles(sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS))).page()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    [script] = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for rule, content in (("script-src", script), ("style-src", style)):
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert "<script src" not in page
    assert "stylesheet" not in page
    assert page.count("<html") == page.count('<html lang="en" data-embedded>') == 1


@pytest.mark.slow
def test_nothing_is_written_before_it_is_asked_for() -> None:
    files = ViewerFiles(sample_map())
    folder = files._temporary
    assert list(folder.iterdir()) == []
    assert files.read("viewer.css")
    del files
    gc.collect()
    assert not folder.exists()


@pytest.mark.slow
def test_without_its_package_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        "from tagatlas.testing import sample_map\n"
        "map_ = sample_map()\n"
        "print(map_._repr_mimebundle_()); print(map_._display_())\n"
        "map_.widget"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    hint = (
        "Map sample: 12 images in 2 clusters; showing a map in a notebook needs:"
        " pip install 'tagatlas[notebook]'"
    )
    assert done.stdout.splitlines() == [str(({"text/plain": hint}, {})), hint]
    assert done.stderr.strip().endswith("needs: pip install 'tagatlas[notebook]'")


@pytest.mark.slow
def test_without_a_renderer_that_shows_maps_it_says_so() -> None:
    code = (
        "import sys; sys.modules['tagatlas_web'] = None\n"
        "from tagatlas.testing import sample_map\n"
        "print(sample_map()._display_())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("no renderer is installed that shows maps in notebooks")


@pytest.mark.slow
def test_reading_an_atlas_imports_no_widgets() -> None:
    code = (
        "import sys, tagatlas, tagatlas_web; tagatlas.read_atlas; print('anywidget' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_an_atlas_is_open_as_long_as_it_or_a_map_of_it_is_used(atlas_folder: Path) -> None:
    atlas = read_atlas(atlas_folder)
    catalog, map_ = atlas.catalog, atlas.map()
    del atlas
    gc.collect()
    assert catalog.maps.names() == [map_.name]
    assert map_.tags.collect().height > 0
    del map_
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        catalog.maps.names()
    with pytest.raises(AtlasNotFound):
        read_atlas(atlas_folder / "none")
