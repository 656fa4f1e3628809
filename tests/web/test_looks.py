"""Arrangements and colours of the viewer, without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from programs import FindProgram
from viewer_modules import run_with_viewer

from tagatlas_rendering.palette import COLOURS
from tagatlas_rendering.vision import seen_by_readers


def channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


@pytest.mark.slow
def test_places_classes_and_colours(find_program: FindProgram, tmp_path: Path) -> None:
    done = run_with_viewer(find_program, tmp_path, "looks/pure.ts", "looks.cjs")
    assert isinstance(done, dict)
    # Categories have the colours of clusters, which readers of all kinds tell apart.
    assert tuple(map(channels, done["hues"])) == COLOURS[: len(done["hues"])]
    # Neighbours on a scale differ about equally, and get lighter, for all of them.
    for ramp in done["ramps"].values():
        colours = np.array([channels(each) for each in ramp])
        for seen in seen_by_readers(colours):
            if len(seen) > 2:
                steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
                assert (np.diff(seen[:, 0]) > 0).all()
                assert steps.min() > 0.06
                assert steps.max() < 3 * steps.min()
