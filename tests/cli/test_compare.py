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
from tagatlas_compare.comparison.comparing import find_label_similarity
from tagatlas_compare.comparison.naming import choose_backends


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


@pytest.mark.slow
def test_a_coding_takes_part_and_the_atlas_stays_as_it_is(atlas: Path, tmp_path: Path) -> None:
    """The first coding is that of ``by-hand``; the other is called after a backend of the atlas."""
    with library.open_atlas(atlas, library.load_plugins()) as opened:
        ids = opened.catalog.addresses.images()["id"].to_list()
        first, second = tmp_path / "My coding.csv", tmp_path / "imagenet.csv"
        codes = [f"theme {place // 8};part {place % 2}" for place in range(15)]
        first.write_text(
            "image,codes\n" + "".join(f"{i},{c}\n" for i, c in zip(ids[:15], codes, strict=True))
        )
        second.write_text(first.read_text() + "mouse.png,theme 1\n")
        before = opened.catalog.tagging.backends()
        found = compare(opened, ["by-hand", str(first), str(second)], out=tmp_path / "report")
        assert opened.catalog.tagging.backends() == before
        assert set(opened.catalog.maps.names()) <= {"by-hand", "by-hand-1", "imagenet"}
        warned = [line for line in opened.plugins.warnings if line.startswith("imagenet.csv")]
    assert found.labels == ["by-hand", "my-coding", "imagenet-coding"]
    assert found.coverage["ok"].to_list() == [16, 15, 15]
    alike = found.measures.filter(measure="jaccard", a="by-hand", b="my-coding")
    assert alike["value"].to_list() == [1.0]
    assert alike["images"].to_list() == [15]
    assert "/My coding.csv" not in (tmp_path / "report" / "compare.json").read_text("utf-8")
    [line] = warned
    assert "1 not coded" in line
    assert "1 in the coding by a name that no image has" in line


def test_a_coding_alone_is_no_comparison(atlas: Path, tmp_path: Path) -> None:
    coding = tmp_path / "coding.csv"
    with library.open_atlas(atlas, library.load_plugins()) as opened:
        image = opened.catalog.addresses.images()["id"][0]
        coding.write_text(f"image,codes\n{image},theme\n")
        with pytest.raises(UsageError, match="at least two different backends"):
            compare(opened, [str(coding)])
        with pytest.raises(UsageError, match="no backend 'clipp' has tagged"):
            compare(opened, [str(coding), "clipp"])


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
