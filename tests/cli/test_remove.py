"""The commands ``info``, ``remove`` and ``doctor --clean``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import Run
from picture_atlas import picture_atlas

from tagatlas.masking import masked


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    """An atlas of five pictures, fetched from ``pictures``."""
    return picture_atlas(tmp_path, 5)


@pytest.mark.slow
def test_images_are_removed_by_a_list_after_a_look(
    tagatlas: Run, atlas: Path, tmp_path: Path
) -> None:
    listed = "# asked for by letter\n00001.jpg\n\npictures/00002.jpg\n"
    (tmp_path / "list.txt").write_text(listed, "utf-16")
    first = ("remove", atlas, "--images", "list.txt", "--image", "00003.jpg")
    look = tagatlas(*first, "--dry-run")
    assert look.returncode == 0, look.stderr
    assert "would remove: 3 images, 3 addresses, 3 records" in look.stdout
    assert f"address: {tmp_path}/pictures/00003.jpg" in look.stdout
    done = tagatlas(*first, "--forget")
    assert "removed: 3 images" in done.stdout
    assert "kept out: these very files and addresses" in done.stdout
    assert (tmp_path / "pictures" / "00003.jpg").exists()
    facts = json.loads(tagatlas("info", atlas, "--json").stdout)
    assert (facts["images"], facts["sources"][0]["records"]) == (2, 2)
    again = tagatlas(*first)
    assert again.returncode == 2
    assert "the atlas has no image 00003.jpg" in again.stderr
    nothing = tagatlas("remove", atlas)
    assert nothing.returncode == 2
    assert "say what to remove" in nothing.stderr


@pytest.mark.slow
def test_info_says_what_is_there_and_where_settings_come_from(
    tagatlas: Run, atlas: Path, tmp_path: Path
) -> None:
    (atlas / "atlas.toml").write_text("[map]\nseed = 5\nresolution = 2.0\n")
    (tmp_path / "pictures" / "00004.jpg").unlink()
    before = (atlas / "catalog.sqlite").read_bytes()
    found = tagatlas("info", atlas, variables={"TAGATLAS_MAP_SEED": "7"})
    assert found.returncode == 0, found.stderr
    assert f"source 1: {tmp_path}/pictures: folder: 5 image files in 1 folder" in found.stdout
    assert "images: 5 distinct, 0 of them look like another one" in found.stdout
    assert "setting: map.seed = 7 (TAGATLAS_MAP_SEED)" in found.stdout
    assert "setting: clusterer.leiden.resolution = 2.0 (atlas.toml)" in found.stdout
    assert "on disk:" in found.stdout
    assert (atlas / "catalog.sqlite").read_bytes() == before

    assert tagatlas("add", atlas, "pictures").returncode == 0  # without the one that went
    assert "unused: 1 image " in tagatlas("info", atlas).stdout
    cleaned = tagatlas("doctor", atlas, "--clean")
    assert "cleaned: 1 image " in cleaned.stdout
    assert "ok  images: 4 known, 8 files read" in cleaned.stdout
    without = tagatlas("doctor", "--clean")
    assert (without.returncode, "--clean needs an atlas" in without.stderr) == (2, True)


@pytest.mark.slow
def test_a_source_is_replaced_or_removed_by_its_number(
    tagatlas: Run, atlas: Path, tmp_path: Path
) -> None:
    (tmp_path / "pictures").rename(tmp_path / "renamed")
    (tmp_path / "renamed" / "00000.jpg").unlink()
    added = tagatlas("add", atlas, "renamed")
    assert "note: looks like a new version of" in added.stdout
    assert "(source 1, 80% of its records)" in added.stdout
    assert tagatlas("add", atlas, "renamed", "--replace", "1").returncode == 0
    [source] = json.loads(tagatlas("info", atlas, "--json").stdout)["sources"]
    assert (source["location"], source["records"]) == (f"{tmp_path}/renamed", 4)
    removed = tagatlas("remove", atlas, "--source", str(source["number"]))
    assert "4 addresses, 4 records" in removed.stdout
    assert json.loads(tagatlas("info", atlas, "--json").stdout)["sources"] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:pass@example.org/a?b=c", "https://***@example.org/a?b=c"),
        ("see s3://key:secret@bucket/x", "see s3://***@bucket/x"),
        ("https://a.org/x?X-Amz-Signature=abc&w=2", "https://a.org/x?X-Amz-Signature=***&w=2"),
        ("https://a.org/x?access_token=abc#y", "https://a.org/x?access_token=***#y"),
        ("/home/me@work/pictures", "/home/me@work/pictures"),
        ("https://a.org/@user/1.jpg", "https://a.org/@user/1.jpg"),
    ],
)
def test_passwords_and_tokens_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
