from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import pytest
from aiohttp import web
from command import Run

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture

PICTURES = 24
SCORES = ("--minimum-score", "0.001")
"""So low that the random pictures below have tags in common."""


@pytest.fixture
def urls(image_server: ImageServer, picture: MakePicture) -> list[str]:
    """Good URLs, then one each that is dead, slow, a page, a redirect, and a copy of the first."""
    good = [
        image_server.serve(f"/{seed}.jpg", picture(seed=seed, size=(300, 200 + seed)))
        for seed in range(PICTURES)
    ]
    released = asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response(status=500)

    async def elsewhere(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/1.jpg")

    return [
        *good,
        image_server.url("/dead.jpg"),
        image_server.behave("/slow.jpg", never),
        image_server.serve("/page.jpg", b"<!doctype html><p>no", content_type="text/html"),
        image_server.behave("/moved.jpg", elsewhere),
        image_server.serve("/copy.jpg", picture(seed=0, size=(300, 200))),
    ]


def run_twice(tagatlas: Run, tmp_path: Path, source: str) -> dict[str, dict[str, object]]:
    """Run a source, then again; the second time nothing may be done or change."""
    command = ("run", source, "--out", "x.atlas", "--allow-private", "--json", *SCORES)
    limits = ("--timeout", "1", "--retries", "0")
    first = tagatlas(*command, *limits)
    assert first.returncode == 0, first.stderr
    folder = tmp_path / "x.atlas" / "maps" / "imagenet"
    before = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    second = tagatlas(*command)
    assert second.returncode == 0, second.stderr
    again = json.loads(second.stdout)
    assert again["add"]["unchanged"] is True
    assert again["fetch"]["tried"] == 0
    assert again["tag"]["asked"] == 0
    assert again["map"]["unchanged"] is True
    after = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    assert [name for name in {**before, **after} if after.get(name) != before.get(name)] == []
    assert set(before) >= {
        "clusters.csv",
        "edges.csv",
        "images.csv",
        "map.html",
        "map.png",
        "methods.md",
        "network.gexf",
        "nodes.csv",
        "tags.csv",
    }
    facts: dict[str, dict[str, object]] = json.loads(first.stdout)
    return facts


def check_fates(facts: dict[str, dict[str, object]]) -> None:
    addresses = facts["fetch"]["addresses"]
    assert addresses == {
        "pending": 0,
        "ok": PICTURES + 2,
        "missing": 1,
        "blocked": 1,
        "unreadable": 0,
        "refused": 0,
        "failed": 1,
    }
    assert facts["fetch"]["images"] == PICTURES


@pytest.mark.slow
def test_a_media_frequency_export_of_tcat(
    tagatlas: Run, tmp_path: Path, urls: list[str], image_server: ImageServer
) -> None:
    table = tmp_path / "birds-20200101-20200103------------mediaFrequency--0123456789.csv"
    rows = [
        f'2020-01-0{day},"{url}",{count}' for count, url in enumerate(urls, 1) for day in (1, 2)
    ]
    table.write_text("\ufeff" + 'interval,"media url",frequency\n' + "\n".join(rows) + "\n")
    facts = run_twice(tagatlas, tmp_path, table.name)
    assert "TCAT media frequency" in str(facts["add"]["recognised"])
    check_fates(facts)
    assert image_server.requests["/3.jpg"] == 1
    nodes = nx.read_gexf(tmp_path / "x.atlas" / "maps" / "imagenet" / "network.gexf").nodes
    by_url = {data["url"]: data for _, data in nodes(data=True) if data["kind"] == "image"}
    # Frequencies are summed over the two days; the first picture's also over its copy.
    assert by_url[urls[4]]["frequency"] == 2 * 5
    assert by_url[urls[0]]["frequency"] == 2 * (1 + len(urls))
    assert all("/" in data["image"] for data in by_url.values())


@pytest.mark.slow
def test_a_full_export_of_tcat(tagatlas: Run, tmp_path: Path, urls: list[str]) -> None:
    sample = Path(__file__).parents[1] / "data" / "tables" / "full-export-media.csv"
    with sample.open(encoding="utf-8-sig", newline="") as file:
        header, example, *_ = csv.reader(file)
    column = header.index("media_urls")
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for first in range(0, len(urls), 2):
            example[column] = "; ".join(urls[first : first + 2])
            example[0] = str(9_007_199_254_740_993 + first)
            writer.writerow(example)
    facts = run_twice(tagatlas, tmp_path, "export.csv")
    assert "TCAT" in str(facts["add"]["recognised"])
    check_fates(facts)
    methods = (tmp_path / "x.atlas" / "maps" / "imagenet" / "methods.md").read_text()
    assert "export" in methods
    assert "imagenet" in methods


@pytest.mark.slow
def test_a_map_that_grows_starts_from_where_it_was(
    tagatlas: Run, tmp_path: Path, picture: MakePicture
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(PICTURES):
        (folder / f"{seed:02}.jpg").write_bytes(picture(seed=seed))
    run = ("run", "pictures", "--out", "x.atlas", *SCORES, "--json")
    assert tagatlas(*run).returncode == 0
    before = places(tmp_path)
    (folder / "99.jpg").write_bytes(picture(seed=99))
    facts = json.loads(tagatlas(*run).stdout)
    assert facts["fetch"]["tried"] == 1
    assert facts["tag"]["asked"] == 1
    assert facts["map"]["unchanged"] is False
    after = places(tmp_path)
    assert len(after) == len(before) + 1
    # Images keep most of the neighbours they had, and more than on a map made from the start. Of
    # images side by side, which is the very nearest is chance.
    assert tagatlas("map", "x.atlas", "--force").returncode == 0
    assert tagatlas("render", "x.atlas").returncode == 0
    afresh = places(tmp_path)
    kept, by_chance = neighbours_kept(before, after), neighbours_kept(before, afresh)
    assert kept >= 0.5
    assert kept > by_chance


@pytest.mark.thorough
def test_compiling_is_announced_and_done_beside_the_other_steps(
    tagatlas: Run, tmp_path: Path, picture: MakePicture
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(4):
        (folder / f"{seed}.jpg").write_bytes(picture(seed=seed))
    fresh = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    done = tagatlas("run", "pictures", "--out", "x.atlas", *SCORES, variables=fresh)
    assert done.returncode == 0, done.stderr
    steps = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert steps.index("tagging") < steps.index("preparing")
    assert "preparing: compiling for this machine" in done.stderr
    assert list((tmp_path / "cache").rglob("forces.add_repulsion*.nbi"))


def places(folder: Path) -> dict[str, tuple[float, float]]:
    """Where the images of the map are, by id."""
    with (folder / "x.atlas" / "maps" / "imagenet" / "images.csv").open(newline="") as file:
        return {row["image"]: (float(row["x"]), float(row["y"])) for row in csv.DictReader(file)}


def neighbours_kept(
    before: dict[str, tuple[float, float]], after: dict[str, tuple[float, float]]
) -> float:
    """The share of the three nearest of each image before that are so afterwards."""
    kept = [len(nearest(image, before) & nearest(image, after)) / 3 for image in before]
    return sum(kept) / len(kept)


def nearest(image: str, where: dict[str, tuple[float, float]]) -> set[str]:
    """The three images closest to an image."""
    x, y = where[image]
    others = [other for other in where if other != image]
    others.sort(key=lambda other: (where[other][0] - x) ** 2 + (where[other][1] - y) ** 2)
    return set(others[:3])
