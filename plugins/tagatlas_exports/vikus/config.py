"""``config.json``: the configuration of VIKUS Viewer.

Addresses are relative to the viewer's page, which has the folder ``data`` beside it. Every detail
is of the type ``text``, ``keywords`` or ``link``: the types ``markdown`` and ``function`` would
run outside text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas_exports.vikus.sprites import TEXTURE_SIDE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BACKGROUND = "#f4f2ee"
"""Colour of the canvas."""

_STYLE = {
    "fontColor": "#2b2b2b",
    "fontColorActive": "#ffffff",
    "fontBackground": "#2f6f77",
    "textShadow": "1px 1px 0px #f4f2ee",
    "canvasBackground": BACKGROUND,
    "timelineBackground": "#e2dfd8",
    "timelineFontColor": "#2b2b2b",
    "detailBackground": "#e2dfd8",
    "infoBackground": "#2f6f77",
    "infoFontColor": "#ffffff",
    "searchbarBackground": "#e2dfd8",
}

_DETAILS = (
    ("Name", "_label", "wide", "text"),
    ("Cluster", "_cluster", "wide", "text"),
    ("Keywords", "_keywords", "wide", "keywords"),
    ("Address", "_url", "wide", "link"),
    ("Frequency", "_frequency", "column", "text"),
    ("Records", "_records", "column", "text"),
)


def viewer_config(
    title: str,
    kept: Mapping[str, str],
    *,
    sprite_side: int,
    map_scale: float,
    cluster_columns: int,
    year_columns: int | None,
) -> dict[str, object]:
    """The configuration.

    Args:
        title: of the browser's window.
        kept: columns of ``data.csv`` to show, with their displayed names.
        sprite_side: longer side of a sprite, in pixels.
        map_scale: width of the pictures on the map, as a share of the viewer's picture width.
        cluster_columns: pictures side by side in a cluster.
        year_columns: pictures side by side in a year; None if there are no years.
    """
    details: Sequence[tuple[str, str, str, str]] = (
        *_DETAILS,
        *((name, column, "column", "text") for column, name in kept.items()),
    )
    layouts: list[dict[str, object]] = [
        {"title": "Map", "url": "data/map.csv", "scale": map_scale},
        {"title": "Clusters", "type": "group", "groupKey": "_cluster", "columns": cluster_columns},
    ]
    if year_columns is not None:
        layouts.append(
            {"title": "Time", "type": "group", "groupKey": "year", "columns": year_columns}
        )
    return {
        "project": {"name": title},
        "loader": {
            "timeline": "data/timeline.csv",
            "items": "data/data.csv",
            "info": "data/info.md",
            "textures": {
                "medium": {"size": sprite_side, "url": "data/sprites/spritesheet.json"},
                "detail": {"size": TEXTURE_SIDE, "url": f"data/{TEXTURE_SIDE}/"},
            },
            "layouts": layouts,
        },
        "projection": {"columns": cluster_columns},
        "sortKeywords": "count",
        "style": _STYLE,
        "detail": {
            "structure": [
                {"name": name, "source": source, "display": display, "type": kind}
                for name, source, display, kind in details
            ]
        },
    }
