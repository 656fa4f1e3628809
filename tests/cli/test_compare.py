from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest
from command import Run
from PIL import Image

import tagatlas as library
from tagatlas.errors import UsageError
from tagatlas_compare import compare
from tagatlas_compare.comparison.comparing import choose_backends, find_label_similarity


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen pictures, tagged by ``imagenet``, and by hand in two ways."""
    folder = tmp_path_factory.mktemp("compared")
    pictures = folder / "pictures"
    pictures.mkdir()
    for number in range(16):
        tone = (16 * number, 255 - 16 * number, 40 * (number % 4))
        Image.new("RGB", (80, 60), tone).save(pictures / f"{number}.png")
    plugins = library.load_plugins()
    with library.open_atlas(folder / "x.atlas", plugins, create=True) as opened:
        library.add(opened, pictures)
        library.fetch(opened)
        ids = opened.catalog.addresses.images()["id"].to_list()
        for fingerprint, width in (("coders, first round", 4), ("coders, second round", 8)):
            backend = opened.catalog.tagging.use("by-hand", fingerprint)
            answers = [
                (
                    image,
                    library.TagResult.ok(
                        [
                            library.Tag(f"theme {place // width}", 1.0),
                            library.Tag(f"part {place % 2}", 0.5),
                        ]
                    ),
                )
                for place, image in enumerate(ids)
            ]
            opened.catalog.tagging.store(backend, answers)
        library.tag(opened, backend="imagenet", minimum_score=0.001)
    return folder / "x.atlas"


@pytest.mark.slow
def test_a_report_is_written_for_two_settings_and_another_backend(
    tagatlas: Run, atlas: Path
) -> None:
    names = ("by-hand:1", "by-hand:second", "imagenet")
    words = [word for name in names for word in ("--backend", name)]
    done = tagatlas("compare", atlas, *words, "--top", "2", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["backends"] == ["by-hand:1", "by-hand:2", "imagenet"]
    folder = atlas / "comparisons" / "by-hand-1+by-hand-2+imagenet"
    assert found["folder"] == str(folder)
    assert (folder / "report.html").stat().st_size > 10_000
    document = json.loads((folder / "compare.json").read_text("utf-8"))
    [first, *_] = document["pairs"]
    assert {flow["name_b"] for flow in first["flows"]}
    assert document["options"]["top"] == 2
    listed = tagatlas("compare", atlas, "--list")
    assert "by-hand:2 (latest): coders, second round" in listed.stdout


@pytest.mark.slow
def test_python_gets_tables_and_aligned_networks(atlas: Path) -> None:
    with library.open_atlas(atlas, library.load_plugins()) as opened:
        found = compare(opened, ["by-hand:2", "imagenet"])
        again = compare(opened)
    assert found.labels == again.labels == ["by-hand", "imagenet"]
    assert found.measures.equals(again.measures)
    assert found.coverage["ok"][0] == 16
    graph = found.network("imagenet")
    assert isinstance(graph, nx.Graph)
    images = [node for node, kind in graph.nodes(data="kind") if kind == "image"]
    assert all({"x", "y", "moved", "cluster_name"} <= set(graph.nodes[node]) for node in images)


def test_backends_are_named_by_tagger_number_or_fingerprint(atlas: Path) -> None:
    with library.open_atlas(atlas, library.load_plugins()) as opened:
        chosen = choose_backends(opened, ["by-hand:first", "by-hand"])
        assert [each.label for each in chosen] == ["by-hand:1", "by-hand:2"]
        assert [each.label for each in choose_backends(opened, [])] == ["by-hand", "imagenet"]
        for named in (["by-hand:3", "imagenet"], ["by-hand:coders", "imagenet"], ["nobody"] * 2):
            with pytest.raises(UsageError, match="there are: "):
                choose_backends(opened, named)
        for named in (["imagenet"], ["imagenet", "imagenet"]):
            with pytest.raises(UsageError, match="at least two different backends"):
                choose_backends(opened, named)


def test_a_model_that_reads_no_text_gives_no_meaning(atlas: Path) -> None:
    with library.open_atlas(atlas, library.load_plugins()) as opened:
        with (
            pytest.raises(UsageError, match="reads no text"),
            find_label_similarity(opened, "imagenet"),
        ):
            pass
        with find_label_similarity(opened, "none") as meaning:
            assert meaning is None


@pytest.mark.slow
def test_wrong_names_are_told_in_a_line(tagatlas: Run, atlas: Path) -> None:
    done = tagatlas("compare", atlas, "--backend", "imagenet", "--backend", "clipp")
    assert done.returncode == 2
    assert "no backend 'clipp' has tagged; there are: by-hand:1" in done.stderr
    assert "Traceback" not in done.stderr
