"""A map as a widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from tagatlas import Map
from tagatlas.errors import MissingDependency
from tagatlas.toolkit import node_table
from tagatlas_web.notebook.files import ViewerFiles

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise MissingDependency(
        "showing a map in a notebook needs: pip install 'tagatlas[notebook]'"
    ) from error


class ViewerWidget(anywidget.AnyWidget):
    """The viewer of a map; the selection is synchronised with Python in both directions.

    The viewer is written to a temporary folder when the widget is first shown.

    Attributes:
        selection: ids of the selected images; empty without a selection.
        height: of the widget, in pixels.

    Args:
        map_: what to show; its atlas is open.
        height: of the widget, in pixels.
    """

    _esm = Path(__file__).with_name("widget.js")

    selection = traitlets.List(traitlets.Unicode()).tag(sync=True)
    height = traitlets.Int(640, min=200).tag(sync=True)

    def __init__(self, map_: Map, *, height: int = 640) -> None:
        self._map = map_
        self._files = ViewerFiles(map_)
        super().__init__(height=height)
        self.on_msg(self._answer)

    @property
    def selected(self) -> pl.DataFrame:
        """The selected images, in the order of the map; columns as in ``nodes.csv``.

        That is ``id``, ``label``, ``image`` (its file), ``url``, ``cluster``, ``cluster_name`` and
        so on; see :func:`tagatlas.toolkit.node_table`.
        """
        chosen = pl.Series(self.selection, dtype=pl.String).implode()
        return node_table(self._map).filter(pl.col("id").is_in(chosen), kind="image")

    def _answer(self, _: ViewerWidget, asked: Mapping[str, object], __: Sequence[bytes]) -> None:
        """Send a file that a frame asks for."""
        path = str(asked.get("path", ""))
        address = {"view": asked.get("view"), "id": asked.get("id")}
        try:
            data = self._files.page().encode() if path == "page" else self._files.read(path)
        except Exception as error:
            self.send({**address, "trouble": str(error)})
            raise
        if data is None:
            self.send({**address, "trouble": f"{path} is not there"})
        else:
            self.send(address, buffers=[data])
