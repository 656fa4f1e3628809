from __future__ import annotations

import numpy as np
import pytest
from planted import planted_collection

from tagatlas.contracts import LayoutSpec, no_progress
from tagatlas.testing import LayoutContract
from tagatlas_builders.bipartite import BipartiteBuilder, BipartiteOptions
from tagatlas_layouts.umap import UmapLayout, UmapOptions, tagatlas_layouts
from tagatlas_mapping.layout import spectral_start
from tagatlas_testing.specs import run_fresh

_WITHOUT = """
import sys
sys.modules["umap"] = None  # as if it were not installed
from tagatlas.errors import MissingDependency
from tagatlas.plugins import LAYOUTS, load_plugins
try:
    load_plugins().choose(LAYOUTS, "umap", {}).make()
except MissingDependency as error:
    print(error)
"""


def test_a_missing_package_is_one_line_that_says_what_to_install() -> None:
    told = run_fresh(_WITHOUT).splitlines()
    assert len(told) == 1
    assert told[0].endswith("pip install 'tagatlas[umap]'")


@pytest.mark.slow
@pytest.mark.extras("umap")
def test_images_of_a_topic_come_together_and_tags_lie_among_their_images() -> None:
    images, tags, topics = planted_collection(200, 4)
    network = BipartiteBuilder(BipartiteOptions()).build(images, tags.lazy())
    placed = UmapLayout(UmapOptions()).place(
        network, start=spectral_start(network, 0), seed=0, progress=no_progress
    )
    is_image = network.is_kind("image")
    of_id = dict(zip(images["id"], topics.tolist(), strict=True))
    topic = np.array([of_id[name] for name in network.nodes["id"].to_numpy()[is_image]])
    offsets = placed[is_image][:, None] - placed[is_image]
    distances = np.hypot(offsets[..., 0], offsets[..., 1])
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :10]
    assert (topic[nearest] == topic[:, None]).mean() > 0.9
    (tag,) = np.flatnonzero((network.nodes["label"] == "topic 2").to_numpy())
    edges = network.targets == tag
    middle = np.average(
        placed[network.sources[edges]], axis=0, weights=network.weights[edges].astype(float)
    )
    assert placed[tag] == pytest.approx(middle)


@pytest.mark.slow
@pytest.mark.extras("umap")
class TestUmap(LayoutContract):
    @pytest.fixture
    def spec(self) -> LayoutSpec:
        (spec,) = tagatlas_layouts()
        return spec
