"""The command ``fetch`` and its flags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command import Run

if TYPE_CHECKING:
    from tests.conftest import ImageServer, MakePicture


@pytest.fixture
def listed(tagatlas: Run, image_server: ImageServer, picture: MakePicture, tmp_path: Path) -> Path:
    """An atlas of three URLs: a picture, one that is gone, and one that is guarded."""
    urls = [
        image_server.serve("/there.jpg", picture()),
        image_server.serve("/gone.jpg", status=404),
        image_server.serve("/guarded.jpg", status=403),
    ]
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    assert tagatlas("add", "x.atlas", "urls.txt").returncode == 0
    return tmp_path / "x.atlas"


@pytest.mark.slow
def test_it_says_what_became_of_it_by_host_and_status(
    tagatlas: Run, listed: Path, image_server: ImageServer
) -> None:
    header = ("--header", "X-Key: secret, or not")
    done = tagatlas("fetch", listed, "--allow-private", "--contact", "me@uni.test", *header)
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1: 33% there (1 ok, 1 missing, 1 blocked)" in done.stdout
    assert (listed / "fetched" / "addresses.csv").exists()
    assert image_server.headers["/there.jpg"]["X-Key"] == "secret, or not"
    settings = (listed / "atlas.toml").read_text()
    assert "me@uni.test" in settings
    assert "secret" not in settings

    again = tagatlas("fetch", listed, "--retry-failed", "--status", "blocked", "--json")
    facts = json.loads(again.stdout)
    assert facts["tried"] == 1
    assert facts["hosts"][0]["share_ok"] == pytest.approx(1 / 3, abs=1e-3)
    assert image_server.requests["/gone.jpg"] == 1
    assert image_server.requests["/guarded.jpg"] == 2


WRONG = [
    (["--status", "blocked"], "give both"),
    (["--retry-failed", "--status", "lost"], "--status is one of missing, blocked"),
    (["--header", "Authorization S3cret"], 'a header is "Name: value", and one has no colon\n'),
    (["--header", ": S3cret"], 'a header is "Name: value", and one has no name\n'),
    (["--recover", "waybak"], "did you mean wayback?"),
    (["--resize", "200%"], "--resize"),
    (["--archive", "https://archive.test"], "not in use"),
]


@pytest.mark.slow
def test_wrong_flags_are_one_line(tagatlas: Run, listed: Path) -> None:
    for flags, said in WRONG:
        done = tagatlas("fetch", listed, *flags)
        assert done.returncode == 2, flags
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_a_run_that_gets_nothing_says_why_and_goes_on_when_it_is_allowed(
    tagatlas: Run, image_server: ImageServer, picture: MakePicture, tmp_path: Path
) -> None:
    urls = [image_server.serve(f"/{seed}.jpg", picture(seed=seed)) for seed in range(3)]
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    done = tagatlas("run", "urls.txt", "--out", "x.atlas")
    assert done.returncode == 1
    assert "(3 refused)" in done.stdout
    assert done.stderr.strip().splitlines()[-1] == (
        "tagatlas: no image could be fetched: 3 refused (127.0.0.1 is not a public address): "
        "add --allow-private"
    )
    assert "tagged" not in done.stdout
    done = tagatlas("fetch", "x.atlas", "--allow-private")
    assert done.returncode == 0, done.stderr
    assert "tried again, as settings have changed: 3 addresses" in done.stdout
    assert "3 tried now; 3 distinct images" in done.stdout


@pytest.mark.slow
def test_placeholders_are_named(
    tagatlas: Run, image_server: ImageServer, picture: MakePicture, tmp_path: Path
) -> None:
    image_server.serve("/removed.png", picture("PNG"))
    elsewhere = {"Location": "/removed.png"}
    urls = [image_server.serve(f"/{n}.jpg", status=302, headers=elsewhere) for n in range(4)]
    urls.append(image_server.serve("/there.jpg", picture(seed=1)))
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    assert tagatlas("add", "x.atlas", "urls.txt").returncode == 0
    done = tagatlas("fetch", "x.atlas", "--allow-private")
    assert "1 distinct image from 5 addresses (1 ok, 4 missing)" in done.stdout
    assert "placeholder: 4 addresses of 127.0.0.1 lead to /removed.png" in done.stdout
