"""An atlas of the user's own that somebody else changed and sent back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tagatlas
from tagatlas.cli import exit_status
from tagatlas.errors import NotTrusted
from tagatlas_trust.addresses import KnownAddresses

OWN = ["https://a.example/1.png", "https://a.example/2.png"]
TERMINAL = (
    "import sys; from tagatlas.cli import exit_status; sys.stdin.isatty = lambda: True; "
    "sys.exit(exit_status(['trust', sys.argv[1]]))"
)
"""Answers as at a terminal."""

THEIRS = "https://a.example/?delete=everything"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An atlas of the user's with addresses."""
    monkeypatch.setenv("TAGATLAS_DATA", str(tmp_path / "data"))
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(OWN))
    tagatlas.add(tmp_path / "own.atlas", listed)
    return tmp_path / "own.atlas"


def change(atlas: Path) -> None:
    """As somebody else, who knows the atlas and SQLite."""
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as catalog, catalog:
        catalog.execute("UPDATE addresses SET location = ? WHERE id = 2", [THEIRS])


def require(atlas: Path) -> None:
    with tagatlas.open_atlas(atlas, write=False) as its_atlas:
        its_atlas.require_trust("fetching asks the network")


def test_addresses_that_somebody_else_added_are_not_fetched(
    own: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    returned = tmp_path / "returned.atlas"
    shutil.copytree(own, returned)
    change(returned)
    with pytest.raises(NotTrusted, match="has 1 address that you did not add here, such as https"):
        tagatlas.fetch(returned)
    report = tagatlas.trust(returned, confirm=lambda _: False)
    assert report.hosts == {"a.example": 1}
    capfd.readouterr()
    assert exit_status(["trust", str(returned)]) == 2  # asks, and there is nobody to answer
    assert "asks to fetch 1 address of a.example" in capfd.readouterr().err
    require(own)
    tagatlas.trust(returned)
    require(returned)
    assert tagatlas.trust(returned).hosts == {}


def test_no_work_of_the_users_makes_them_the_users(own: Path, tmp_path: Path) -> None:
    change(own)
    (tmp_path / "more.txt").write_text("https://b.example/3.png\n")
    tagatlas.add(own, tmp_path / "more.txt")
    with pytest.raises(NotTrusted, match="has 1 address"):
        require(own)


def test_copies_and_earlier_states_stay_the_users(own: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    shutil.copytree(own, earlier)
    (tmp_path / "more.txt").write_text("https://b.example/3.png\n")
    tagatlas.add(own, tmp_path / "more.txt")
    (tmp_path / "other.txt").write_text("https://c.example/4.png\n")
    tagatlas.add(earlier, tmp_path / "other.txt")
    moved = own.rename(tmp_path / "moved")
    for each in (earlier, moved):
        require(each)


def test_paths_that_somebody_else_put_there_are_not_looked_at(own: Path, tmp_path: Path) -> None:
    """Adding a list looks for an earlier one of its name that has gone.

    The system notes the time at which a link was last followed.
    """
    (tmp_path / "elsewhere").mkdir()
    trap = tmp_path / "trap"
    trap.symlink_to(tmp_path / "elsewhere")
    os.utime(trap, (1.0, 1.0), follow_symlinks=False)
    listed = tmp_path / "new" / "list.txt"
    listed.parent.mkdir()
    listed.write_text("\n".join(OWN))
    with closing(sqlite3.connect(own / "catalog.sqlite")) as catalog, catalog:
        catalog.execute("UPDATE sources SET location = ?", [str(trap / "list.txt")])
    report = tagatlas.add(own, listed)
    assert report.moved_from is None
    assert trap.lstat().st_atime == 1.0
    assert not (trap / "list.txt").exists()
    if trap.lstat().st_atime == 1.0:
        pytest.skip("this file system does not note when a link is followed")


def test_an_own_list_that_was_moved_is_recognised(own: Path, tmp_path: Path) -> None:
    moved = (tmp_path / "list.txt").rename(tmp_path / "moved.txt")
    assert tagatlas.add(own, moved).moved_from == str(tmp_path / "list.txt")


def test_a_file_of_an_earlier_source_does_not_lead_out_of_the_new_one() -> None:
    from tagatlas.steps.earlier import _moved

    assert _moved("/old/a/b.jpg", "/old", "/new") == "/new/a/b.jpg"
    assert _moved("/old/../../etc/b.jpg", "/old", "/new") is None
    assert _moved("/etc/b.jpg", "/old", "/new") is None
    assert _moved("/old/\0", "/old", "/new") is None


def test_what_a_container_names_is_not_asked_about(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(own)
    monkeypatch.setenv("TAGATLAS_TRUST", str(own))
    require(own)


@given(st.lists(st.lists(st.text(max_size=3)), max_size=4), st.binary(max_size=20))
def test_a_file_torn_anywhere_forgets_no_whole_address(
    tmp_path_factory: pytest.TempPathFactory, added: list[list[str]], torn: bytes
) -> None:
    path = tmp_path_factory.mktemp("known") / "x.addresses"
    path.write_bytes(torn[:15])  # a process was killed while it wrote the start
    for each in added:
        KnownAddresses(path).add(each)
        if path.stat().st_size >= 16:
            with path.open("ab") as file:
                file.write(torn[:7])
    known = KnownAddresses(path)
    assert [*known.unknown(text for each in added for text in each)] == []
    assert [*known.unknown(["long enough to be another"])] == ["long enough to be another"]


def test_the_file_is_the_users_alone(own: Path) -> None:
    (found,) = Path(os.environ["TAGATLAS_DATA"]).rglob("*.addresses")
    assert len(found.read_bytes()) == 16 + 8 * len(["list.txt", *OWN])
    assert os.name == "nt" or found.stat().st_mode & 0o077 == 0
    assert own.exists()


def test_an_answer_of_no_accepts_nothing_and_says_so(own: Path) -> None:
    change(own)
    asked = subprocess.run(
        [sys.executable, "-c", TERMINAL, str(own)],
        input="n\n",
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert asked.returncode == 1, asked.stderr
    assert "trusted as before, nothing was accepted" in asked.stdout
    assert tagatlas.trust(own, confirm=lambda _: False).hosts == {"a.example": 1}
