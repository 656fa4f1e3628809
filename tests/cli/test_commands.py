from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command import Run, Starter

from tagatlas.cli import COMMANDS

if TYPE_CHECKING:
    from tests.conftest import MakePicture

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mapped(
    tmp_path_factory: pytest.TempPathFactory, picture: MakePicture, starter: Starter
) -> Path:
    """An atlas of eight pictures with a map, which tests copy."""
    made = tmp_path_factory.mktemp("mapped")
    folder = made / "pictures"
    folder.mkdir()
    for seed in range(8):
        (folder / f"{seed}.jpg").write_bytes(picture(seed=seed))
    run = ("run", folder, "--out", "x.atlas", "--minimum-score", "0.001")
    assert starter.run(run, made, os.environ).returncode == 0
    return made / "x.atlas"


@pytest.fixture
def atlas(mapped: Path, tmp_path: Path) -> Path:
    """A test's own."""
    return Path(shutil.copytree(mapped, tmp_path / "x.atlas"))


def test_the_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tagatlas", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"torch", "PIL", "numpy", "polars", "onnxruntime", "numba", "aiohttp"}
    assert all(name in done.stdout for name in COMMANDS)


NUMERIC = {"scipy", "numba", "networkx", "shapely"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "not_needed"),
    [
        (("run", "--help"), {"numpy", "polars", "aiohttp", "PIL", "onnxruntime", *NUMERIC}),
        (("info", "x.atlas"), {"aiohttp", "PIL", "onnxruntime", *NUMERIC}),
        (("fetch", "x.atlas"), {"aiohttp", "onnxruntime", *NUMERIC}),
        (("tag", "x.atlas"), {"aiohttp", *NUMERIC}),
        (("map", "x.atlas"), {"aiohttp", "onnxruntime", *NUMERIC} - {"scipy"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_command_with_nothing_to_do_imports_only_what_it_needs(
    atlas: Path, words: tuple[str, ...], not_needed: set[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "tagatlas", *words],
        cwd=atlas.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & not_needed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_is_in_the_readme(tagatlas: Run, name: str) -> None:
    done = tagatlas(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"tagatlas {name}" in readme or f"make {name}" in readme


def test_every_flag_of_run_is_there_once_whatever_plugin_it_is_from(tagatlas: Run) -> None:
    done = tagatlas("run", "--help")
    for flag in ("--url-column", "--per-host", "--backend", "--linlog", "--width", "--seed"):
        assert flag in done.stdout.replace("[no-]", "").replace(",", "").split()
    # The tagger and the layout both have threads: on one command each has its own flag.
    assert "--imagenet-threads" in done.stdout
    assert "--forceatlas2-threads" in done.stdout


def test_the_version_is_that_of_the_distribution(tagatlas: Run) -> None:
    done = tagatlas("--version")
    assert done.stdout.strip() == "0.1.0"


def test_plugins_are_listed_for_people_and_programs(tagatlas: Run) -> None:
    listed = json.loads(tagatlas("plugins", "--json").stdout)
    assert listed["broken"] == []
    names = {(row["kind"], row["name"]) for row in listed["plugins"]}
    assert names >= {
        ("source", "table"),
        ("source", "folder"),
        ("image store", "files"),
        ("tagger", "imagenet"),
        ("graph builder", "bipartite"),
        ("graph builder", "columns"),
        ("graph builder", "images"),
        ("graph builder", "knn"),
        ("graph builder", "tags"),
        ("layout", "forceatlas2"),
        ("layout", "fa2"),
        ("layout", "umap"),
        ("clusterer", "leiden"),
        ("renderer", "poster"),
        ("renderer", "gephi"),
    }
    lines = tagatlas("plugins").stdout.splitlines()
    assert len(lines) == len(listed["plugins"])
    assert any("needs tagatlas[fa2]" in line for line in lines)


@pytest.mark.slow
def test_the_doctor_knows_the_installation_a_backend_and_an_atlas(
    tagatlas: Run, atlas: Path
) -> None:
    healthy = tagatlas("doctor", atlas, "--backend", "imagenet", "--json")
    assert healthy.returncode == 0, healthy.stderr
    subjects = [finding["subject"] for finding in json.loads(healthy.stdout)["findings"]]
    assert "backend imagenet" in subjects
    assert "images" in subjects
    next(atlas.glob("images/*/*.jpg")).unlink()
    ill = tagatlas("doctor", atlas)
    assert ill.returncode == 1
    assert "1 gone" in ill.stdout
    assert tagatlas("fetch", atlas, "--repair").returncode == 0
    assert tagatlas("doctor", atlas).returncode == 0


def test_the_doctor_names_a_missing_extra(tagatlas: Run) -> None:
    done = tagatlas("doctor", "--backend", "imagnet")
    assert done.returncode == 2
    assert "did you mean imagenet?" in done.stderr


def test_one_format_can_be_exported_to_any_folder(
    tagatlas: Run, atlas: Path, tmp_path: Path
) -> None:
    done = tagatlas("export", atlas, "--format", "gephi", "--out", "for gephi", "--json")
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in (tmp_path / "for gephi").iterdir())
    assert written == ["edges.csv", "network.gexf", "nodes.csv"]
    unknown = tagatlas("export", atlas, "--format", "gefi")
    assert unknown.returncode == 2
    assert "did you mean gephi?" in unknown.stderr


@pytest.mark.slow
def test_what_was_chosen_is_kept_and_can_be_overridden(
    tagatlas: Run, atlas: Path, tmp_path: Path
) -> None:
    def width(variables: dict[str, str] | None = None, *flags: str) -> int:
        done = tagatlas("render", atlas, *flags, variables=variables)
        assert done.returncode == 0, done.stderr
        png = (atlas / "maps" / "imagenet" / "map.png").read_bytes()
        return int.from_bytes(png[16:20], "big")

    assert width() == 4096
    assert width(None, "--width", "700") == 700
    assert "width = 700" in (atlas / "atlas.toml").read_text()
    assert width() == 700
    assert width({"TAGATLAS_WIDTH": "600"}) == 600
    assert width({"TAGATLAS_WIDTH": "600"}, "--width", "500") == 500


@pytest.mark.slow
def test_a_threshold_that_leaves_no_tag_is_not_kept(tagatlas: Run, atlas: Path) -> None:
    refused = tagatlas("map", atlas, "--threshold", "1")
    assert refused.returncode == 1
    assert "loosen these options" in refused.stderr
    again = tagatlas("map", atlas)
    assert again.returncode == 0, again.stderr
    assert "(as it was)" in again.stdout


@pytest.mark.slow
def test_a_map_can_be_made_again_though_nothing_changed(
    tagatlas: Run, mapped: Path, atlas: Path
) -> None:
    assert "(as it was)" in tagatlas("map", atlas).stdout
    forced = tagatlas("map", atlas, "--force")
    assert forced.returncode == 0, forced.stderr
    assert "(new)" in forced.stdout
    ran = tagatlas("run", mapped.parent / "pictures", "--out", atlas, "--force", "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["map"]["unchanged"] is False


@pytest.mark.slow
def test_a_second_map_has_a_name_of_its_own(tagatlas: Run, atlas: Path) -> None:
    assert tagatlas("map", atlas, "--map", "second", "--seed", "5").returncode == 0
    assert tagatlas("render", atlas, "--map", "second").returncode == 0
    assert (atlas / "maps" / "second" / "map.html").exists()
    missing = tagatlas("render", atlas, "--map", "third")
    assert missing.returncode == 2
    assert "there are: second, imagenet" in missing.stderr


@pytest.mark.slow
def test_clusters_are_renamed_by_editing_their_table_and_the_map_stays(
    tagatlas: Run, atlas: Path
) -> None:
    folder = atlas / "maps" / "imagenet"
    before = (folder / "network.gexf").read_text(encoding="utf-8")
    table = folder / "clusters.csv"
    old = json.loads(tagatlas("map", atlas, "--json").stdout)["clusters"][0]
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace(old, "My own", 1), encoding="utf-8")
    facts = json.loads(tagatlas("map", atlas, "--cluster-names", table, "--json").stdout)
    assert facts["clusters"][0] == "My own"
    assert not facts["unchanged"]
    assert tagatlas("render", atlas).returncode == 0
    after = (folder / "network.gexf").read_text(encoding="utf-8")
    assert after == before.replace(f'"cluster_name" value="{old}"', '"cluster_name" value="My own"')
    again = json.loads(tagatlas("map", atlas, "--json").stdout)
    assert again["clusters"] == facts["clusters"]
    assert again["unchanged"]
    table.unlink()
    lost = tagatlas("map", atlas, "--json")
    assert json.loads(lost.stdout)["clusters"] == facts["clusters"]
    assert "its names as last read count" in json.loads(lost.stdout)["notes"][0]
    wrong = tagatlas("map", atlas, "--cluster-names", atlas / "no.csv")
    assert wrong.returncode == 2
    assert wrong.stderr.strip().endswith("no.csv: there is no such file: check the path")
    assert tagatlas("map", atlas).returncode == 0  # the wrong one was not remembered


@pytest.mark.slow
def test_a_map_of_an_older_tagatlas_is_to_be_made_anew(tagatlas: Run, atlas: Path) -> None:
    with sqlite3.connect(atlas / "catalog.sqlite") as connection:
        connection.execute("UPDATE maps SET digest = '', subclusters = NULL, stability = NULL")
    connection.close()
    old = tagatlas("render", atlas)
    assert old.returncode == 2
    assert "was made by an older tagatlas" in old.stderr
    assert tagatlas("map", atlas).returncode == 0
    assert tagatlas("render", atlas).returncode == 0


@pytest.mark.slow
def test_the_demo_maps_its_sample_and_a_second_one_fetches_nothing(
    tagatlas: Run, tmp_path: Path
) -> None:
    first = tagatlas("demo", "--no-open", "--json")
    assert first.returncode == 0, first.stderr
    facts = json.loads(first.stdout)
    assert facts["fetch"]["images"] >= 120
    assert facts["fetch"]["addresses"]["missing"] == 1
    assert len(facts["map"]["clusters"]) >= 4
    assert Path(tmp_path, facts["render"]["open"]).name == "map.html"
    again = json.loads(tagatlas("demo", "--no-open", "--json").stdout)
    assert (again["fetch"]["tried"], again["tag"]["asked"]) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("builder", "flags"),
    [
        ("images", ("--threshold", "0.001", "--backbone", "0.9")),
        ("tags", ("--threshold", "0.001", "--backbone", "0.9")),
        ("knn", ("--links-per-node", "4", "--backbone", "0.9")),
        ("columns", ("--node-column", "file")),
    ],
)
def test_a_map_can_be_made_of_another_network(
    tagatlas: Run, atlas: Path, builder: str, flags: tuple[str, ...]
) -> None:
    done = tagatlas("map", atlas, "--map", builder, "--builder", builder, *flags, "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["images"] > 0
    assert (facts["tags"] > 0) == (builder in ("tags", "columns"))
    done = tagatlas("render", atlas, "--map", builder)
    assert done.returncode == 0, done.stderr
    with (atlas / "maps" / builder / "nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = list(csv.DictReader(file))
    assert sum(node["kind"] == "image" for node in nodes) == facts["images"]
    assert all(node["x"] and node["cluster_name"] for node in nodes)
    assert (atlas / "maps" / builder / "map.png").stat().st_size > 10_000


@pytest.mark.slow
def test_a_refused_table_of_names_is_not_remembered(
    tagatlas: Run, atlas: Path, tmp_path: Path
) -> None:
    table = tmp_path / "names.csv"
    table.write_bytes("cluster;title\r\n0;Fuß\r\n".encode("cp1252"))
    refused = tagatlas("map", atlas, "--cluster-names", table)
    assert refused.returncode == 2
    assert "does not say which cluster gets which name" in refused.stderr
    assert tagatlas("map", atlas, "--resolution", "2").returncode == 0
