"""What is chosen for a source, and where it is kept."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

from command import Run


def test_options_of_a_source_are_of_that_source_alone(tagatlas: Run, tmp_path: Path) -> None:
    write = {"one.csv": "picture,page", "two.csv": "page,thumb", "three.csv": "page,image_url"}
    for name, header in write.items():
        rows = "".join(f"https://{name}/{n}a.jpg,https://{name}/{n}b.jpg\n" for n in range(3))
        (tmp_path / name).write_text(f"{header}\n{rows}")

    def taken(*words: str) -> set[str]:
        done = tagatlas("add", "x.atlas", *words, "--json")
        assert done.returncode == 0, done.stderr
        with closing(sqlite3.connect(tmp_path / "x.atlas" / "catalog.sqlite")) as catalog:
            return {
                place[8:11] + place[-5]
                for (place,) in catalog.execute("SELECT location FROM addresses")
            }

    assert taken("one.csv", "--url-column", "page", "--source", "table") == {"oneb"}
    assert taken("two.csv", "--url-column", "page") == {"oneb", "twoa"}
    assert taken("three.csv") == {"oneb", "twoa", "thrb"}
    for name in ("one.csv", "two.csv", "three.csv"):
        again = json.loads(tagatlas("add", "x.atlas", name, "--json").stdout)
        assert again["unchanged"], again
    shown = tagatlas("info", "x.atlas").stdout
    assert f"source.table.url_column = page (atlas.toml, for {tmp_path}/one.csv)" in shown
    assert "three.csv)" not in shown


def test_options_go_with_a_source_that_moves_is_replaced_or_removed(
    tagatlas: Run, tmp_path: Path
) -> None:
    rows = "".join(f"https://h.example/{n}a.jpg,https://h.example/{n}b.jpg\n" for n in range(3))
    (tmp_path / "one.csv").write_text(f"image,page\n{rows}")
    (tmp_path / "new.csv").write_text(
        f"image,page\n{rows}https://h.example/a,https://h.example/b\n"
    )
    settings = tmp_path / "x.atlas" / "atlas.toml"
    assert tagatlas("add", "x.atlas", "one.csv", "--url-column", "page").returncode == 0
    (tmp_path / "moved").mkdir()
    (tmp_path / "one.csv").rename(tmp_path / "moved" / "one.csv")
    moved = json.loads(tagatlas("add", "x.atlas", "moved/one.csv", "--json").stdout)
    assert moved["moved_from"] == f"{tmp_path}/one.csv"
    assert tomllib.loads(settings.read_text()) == {
        "sources": {f"{tmp_path}/moved/one.csv": {"source": {"table": {"url_column": ["page"]}}}}
    }
    replaced = tagatlas("add", "x.atlas", "new.csv", "--replace", "one.csv", "--json")
    assert json.loads(replaced.stdout)["records"] == 4, replaced.stderr
    assert list(tomllib.loads(settings.read_text())["sources"]) == [f"{tmp_path}/new.csv"]
    again = json.loads(tagatlas("add", "x.atlas", "new.csv", "--json").stdout)
    assert again["unchanged"]
    assert tagatlas("remove", "x.atlas", "--source", "new.csv").returncode == 0
    assert tomllib.loads(settings.read_text()) == {}
