"""Maps with annotations, for the tests of posters."""

from __future__ import annotations

import dataclasses

from tagatlas.contracts import Map
from tagatlas.contracts.annotation import Annotation, Content


def annotated(map_: Map, *contents: Content) -> Map:
    """The map with these annotations and no others."""
    annotations = [
        Annotation(f"annotation {number}", map_.name, content, number, "2024-01-31T12:00:00+00:00")
        for number, content in enumerate(contents, start=1)
    ]
    return dataclasses.replace(map_, annotations=annotations)
