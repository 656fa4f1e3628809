from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[1] / "support"

SCRIPT = """
import gc
import sys

sys.path.insert(0, sys.argv[1])

from numba.core.registry import CPUDispatcher
from planted import planted_collection

from tagatlas.contracts import no_progress
from tagatlas_mapping.maps.build import draw_map
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.prepare import prepare_drawing
from tagatlas_builders.bipartite import BipartiteOptions
from tagatlas_builders.bipartite import BipartiteBuilder
from tagatlas_clusterers.leiden import LeidenOptions
from tagatlas_clusterers.leiden.clusterer import LeidenClusterer
from tagatlas_layouts.forceatlas2 import ForceAtlas2Options
from tagatlas_layouts.forceatlas2.layout import ForceAtlas2Layout


def compiled():
    kernels = [each for each in gc.get_objects() if isinstance(each, CPUDispatcher)]
    return {
        f"{kernel.py_func.__module__}.{kernel.py_func.__name__}{signature}"
        for kernel in kernels
        if kernel.py_func.__module__.startswith("tagatlas")
        for signature in kernel.signatures
    }


layout = ForceAtlas2Layout(ForceAtlas2Options())
clusterer = LeidenClusterer(LeidenOptions())
prepare_drawing(layout, clusterer)
before = compiled()
assert any("forceatlas2" in name for name in before), before
images, tags, _ = planted_collection(300, 5)
network = BipartiteBuilder(BipartiteOptions()).build(images, tags.lazy())
for arrangement in ("free", "grid"):
    draw_map(
        network,
        images.with_columns(pixel_width=400, pixel_height=300),
        tags.lazy(),
        layout,
        clusterer,
        MapOptions(arrangement=arrangement),
        old_positions=None,
        progress=no_progress,
    )
print(*sorted(compiled() - before), sep="\\n")
"""


@pytest.mark.slow
def test_what_is_prepared_is_all_that_is_compiled_for_a_map() -> None:
    command = [sys.executable, "-c", SCRIPT, str(SUPPORT)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
