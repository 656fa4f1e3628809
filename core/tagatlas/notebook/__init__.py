"""Maps in Jupyter, VS Code and marimo.

A map shows itself where it is the last value of a cell. What is chosen there is in
``map_.widget.selection``, and ``map_.widget.selected`` is a table of it. Needs the extra
``notebook``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas.notebook.reading import read_atlas

if TYPE_CHECKING:
    from tagatlas.notebook.widget import MapWidget

__all__ = ["MapWidget", "read_atlas"]


def __getattr__(name: str) -> object:
    if name != "MapWidget":
        raise AttributeError(f"module 'tagatlas.notebook' has no attribute {name!r}")
    from tagatlas.notebook.widget import MapWidget

    return MapWidget
