"""An atlas is data, not authority: what it may decide, and how a user accepts it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta
from picture_atlas import picture_atlas

import tagatlas
from tagatlas import Mark, TrustReport, Variant
from tagatlas.cli import exit_status
from tagatlas.contracts import Spec
from tagatlas.errors import NotTrusted, OptionError, TagatlasError
from tagatlas.options import make_options, option_fields
from tagatlas.plugins import (
    IMAGE_STORES,
    KINDS,
    RECOVERIES,
    TAGGERS,
    Kind,
    load_plugins,
)
from tagatlas.plugins.checking import unmarked_authorities
from tagatlas.step_options import plugin_owners, step_owners
from tagatlas.unread import commands_owners
from tagatlas_options.names import Owner
from tagatlas_trust import ID_FILE, Trust, mark_of, outermost, read_id

KEY = "sesame-0123456789abcdef"
OLD = Path(__file__).parents[1] / "data" / "old_atlas.zip"


@dataclass
class Listener:
    """A server that answers nothing, and counts who comes."""

    port: int
    visits: int = 0
    heard: bytearray = field(default_factory=bytearray)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server.getsockname()[1])

        def listen() -> None:
            with suppress(OSError):
                while True:
                    visit, _ = server.accept()
                    with visit:
                        found.visits += 1
                        visit.settimeout(1)
                        with suppress(OSError):
                            found.heard += visit.recv(1 << 16)

        thread = threading.Thread(target=listen)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas of this user's, with a map."""
    folder = picture_atlas(tmp_path_factory.mktemp("trust"), 6)
    tagatlas.tag(folder)
    tagatlas.map(folder)
    return folder


@pytest.fixture
def own(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which the user trusts as well, with a mark of its own."""
    shutil.copytree(made, tmp_path / "x.atlas")
    shutil.copytree(os.environ["TAGATLAS_DATA"], tmp_path / "own")
    monkeypatch.setenv("TAGATLAS_DATA", str(tmp_path / "own"))
    return tmp_path / "x.atlas"


@pytest.fixture
def foreign(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same copy for a user who did not make it."""
    monkeypatch.setenv("TAGATLAS_DATA", str(tmp_path / "data"))
    return own


def write(atlas: Path, text: str) -> None:
    (atlas / "atlas.toml").write_text(text, "utf-8")


def ask_for(atlas: Path, location: str, *, local: bool) -> None:
    """Put an address into the catalog that no command of the user's has put there."""
    with closing(sqlite3.connect(atlas / "catalog.sqlite")) as catalog, catalog:
        found = catalog.execute(
            "INSERT INTO addresses (location, local) VALUES (?, ?)", [location, local]
        ).lastrowid
        columns = [row[1] for row in catalog.execute("PRAGMA table_info(records)")]
        values = ", ".join("?" if each == "address" else each for each in columns if each != "id")
        names = ", ".join(each for each in columns if each != "id")
        catalog.execute(
            f"INSERT INTO records ({names}) SELECT {values} FROM records LIMIT 1",  # noqa: S608
            [found],
        )


def owners() -> list[Owner]:
    """The owners of all options."""
    plugins = load_plugins()
    stores = plugin_owners(plugins, IMAGE_STORES)
    every = [*stores, *step_owners(plugins), *commands_owners(plugins)]
    return [*{owner.table: owner for owner in every}.values()]


def attack(owner: Owner, port: int) -> list[str]:
    """Lines of TOML with a value for each option with authority of one step or plugin."""
    texts = [f"http://127.0.0.1:{port}/x", f"127.0.0.1:{port}", "/etc/hosts", "owner/name"]
    lines = []
    for option in owner.fields:
        for value in [True, 0.0, *texts] if option.is_authority else []:
            with suppress(OptionError):
                make_options(owner.options, {option.name: value}, owner.table)
                lines.append(f"{option.name} = {json.dumps(value)}")
                break
    return [f"[{owner.table}]", *lines] if lines else []


def choosing(kind: Kind[Spec, object], name: str) -> str:
    """A line of TOML that chooses a plugin, with the table it is in; empty if none does."""
    table, option = ("store", "name") if kind is IMAGE_STORES else kind.chosen_by
    value = json.dumps([name] if kind is RECOVERIES else name)
    return f"[{table}]\n{option} = {value}" if table else ""


@pytest.mark.slow
@pytest.mark.parametrize("whose", ["foreign", "own"])
def test_no_plugin_asks_a_server_that_an_atlas_names(
    whose: str,
    listener: Listener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    """Of any kind; new plugins are tested without a change here. Nor is a key read there."""
    atlas: Path = request.getfixturevalue(whose)
    plugins = load_plugins()
    for name in plugins.of_kind(TAGGERS):
        with suppress(TagatlasError):
            variable = plugins.choose(TAGGERS, name, {}).make().key_variable
            monkeypatch.setenv(variable or "TAGATLAS_TRUST", KEY)
    monkeypatch.delenv("TAGATLAS_TRUST", raising=False)
    url = f"http://127.0.0.1:{listener.port}/"
    ask_for(atlas, f"{url}a.jpg", local=False)
    (tmp_path / "list.txt").write_text(f"{url}b.jpg\n")
    commands = {
        "store": [["doctor"], ["info"]],
        "source": [["add", str(tmp_path / "list.txt")]],
        "recovery": [["fetch", "--retry-failed"]],
        "fetch": [["fetch"]],
        "tagger": [["tag"], ["search", "a red car"]],
        "tag": [["tag"]],
        "renderer": [["export", "--format", "tables", "--out", str(tmp_path / "out")]],
    }
    kinds = {kind.key: kind for kind in KINDS}
    attacked = set()
    for owner in owners():
        lines = attack(owner, listener.port)
        part, _, name = owner.table.partition(".")
        chosen = choosing(kinds[part], name) if part in kinds else ""
        for words in commands.get(part, [["map"]]) if lines else []:
            write(atlas, "\n".join([*lines, chosen, ""]))
            status = exit_status([words[0], str(atlas), *words[1:]])
            said = capfd.readouterr()
            attacked.add(owner.table)
            assert "fault of tagatlas" not in said.err
            assert KEY not in said.err + said.out
            if part in ("recovery", "fetch", "tagger"):
                assert status == 2, said
                assert said.err.count("\n") == 1
                assert f"tagatlas trust {atlas}" in said.err
    assert {"fetch", "recovery.wayback", "store.fsspec", "tagger.clarifai", "tag"} <= attacked
    tagatlas.read_atlas(atlas).map()
    assert exit_status(["render", str(atlas)]) == 0
    if whose == "foreign":
        write(atlas, "")
        assert exit_status(["run", str(tmp_path / "list.txt"), "--out", str(atlas)]) == 2
        assert exit_status(["add", str(atlas), f"{url}manifest.json"]) == 2
    assert (listener.visits, bytes(listener.heard)) == (0, b"")


@pytest.mark.slow
def test_a_foreign_atlas_is_shown_mapped_and_exported(foreign: Path, tmp_path: Path) -> None:
    assert tagatlas.info(foreign).images == 6
    assert tagatlas.map(foreign, force=True).images == 6
    assert tagatlas.render(foreign, width=400).absent == 0
    assert tagatlas.export(foreign, "tables", tmp_path / "out").files
    assert tagatlas.tag(foreign).counts["ok"] == 6  # by a backend that asks nobody
    with pytest.raises(NotTrusted, match=r"fetching asks the network: tagatlas trust \S+x.atlas"):
        tagatlas.fetch(foreign)
    with pytest.raises(NotTrusted, match="clarifai is a service"):
        tagatlas.tag(foreign, backend="clarifai", model="m")


def test_what_is_refused_is_named_with_its_value(foreign: Path) -> None:
    write(foreign, '[tag]\nbackend = "clarifai"\n[tagger.clarifai]\nprice_per_unit = 0.0\n')
    said = r"tagger\.clarifai\.price_per_unit = 0\.0, which .*: tagatlas trust \S+x\.atlas lists"
    with pytest.raises(NotTrusted, match=said):
        tagatlas.estimate(foreign)
    assert tagatlas.estimate(foreign, price_per_unit=0.5).price.units  # type: ignore[union-attr]
    write(foreign, "[tag]\nbudget = 1e9\n")
    with pytest.raises(NotTrusted, match=r"tag\.budget = 1000000000\.0"):
        tagatlas.tag(foreign)


def test_a_key_is_not_given_to_a_plugin_for_a_foreign_atlas(foreign: Path) -> None:
    from tagatlas.selection import Selection
    from tagatlas_options.names import OptionNames

    locked = make_dataclass(
        "Locked", [("token", Annotated[str, Meta(), Mark.SECRET], "")], frozen=True
    )
    owner = Owner("lock", locked)
    with tagatlas.open_atlas(foreign, write=False) as atlas:
        plugins, settings, names = atlas.plugins, atlas.settings, OptionNames([owner])
        given: dict[str, str] = {"TAGATLAS_TOKEN": KEY}
        with pytest.raises(NotTrusted, match="lock would get your token") as error:
            Selection(plugins, settings, names, {}, given).options("lock", locked)
        assert KEY not in str(error.value)
        Selection(plugins, settings, names, {}, {}).options("lock", locked)


@pytest.mark.parametrize(
    "setting",
    [
        "layout.forceatlas2]\niterations",
        "clusterer.leiden]\nneighbours",
        "builder.bipartite]\nlinks_per_image",
    ],
)
def test_no_setting_lets_a_map_take_for_ever(foreign: Path, setting: str) -> None:
    write(foreign, f"[{setting} = 1000000000\n")
    with pytest.raises(OptionError, match=r"Expected int <= 10+"):
        tagatlas.map(foreign)


def test_a_service_is_not_compared_or_measured_on_a_foreign_atlas(
    foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tagatlas_compare import bench, compare
    from tagatlas_compare.comparison.comparing import find_label_similarity

    monkeypatch.setenv("CLARIFAI_PAT", KEY)
    with tagatlas.open_atlas(foreign) as atlas:
        with pytest.raises(NotTrusted, match="clarifai is a service"):
            bench(atlas, ["imagenet", "clarifai"], out=foreign.parent / "bench")
        with pytest.raises(TagatlasError), find_label_similarity(atlas, "clarifai"):
            pass
    write(foreign, '[compare]\nmeaning = "clarifai"\n')
    with pytest.raises(NotTrusted, match=r"compare\.meaning = clarifai"):
        compare(foreign, ["imagenet", "imagenet"])


def test_what_the_user_gives_is_accepted_with_it(own: Path) -> None:
    archive = "http://127.0.0.1:9/web"
    tagatlas.fetch(own, recover="wayback", archive=archive, allow_private=True)
    assert archive in (own / "atlas.toml").read_text()
    tagatlas.fetch(own)
    write(own, (own / "atlas.toml").read_text().replace(":9/", ":10/"))
    with pytest.raises(NotTrusted, match=r"recovery\.wayback\.archive = http://127.0.0.1:10/web"):
        tagatlas.fetch(own)
    tagatlas.fetch(own, archive=archive)
    tagatlas.fetch(own)


def test_a_host_that_is_not_the_default_is_named(
    own: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    archive = "http://me:secret@127.0.0.1:9/web"
    fetch = ["fetch", str(own), "--recover", "wayback"]
    assert exit_status(fetch) == 0
    assert "asks" not in capfd.readouterr().err
    for words in ([*fetch, "--archive", archive], ["fetch", str(own)]):
        assert exit_status(words) == 0
        [line] = [each for each in capfd.readouterr().err.splitlines() if "asks" in each]
        said = "recovery wayback asks http://127.0.0.1:9/web (archive)"
        assert line == f"tagatlas: {said}, not https://web.archive.org/web"


@pytest.mark.slow
def test_exactly_what_it_asks_for_now_is_accepted(foreign: Path) -> None:
    ask_for(foreign, "/elsewhere/a.png", local=True)
    write(
        foreign, '[fetch]\nallow_private = true\n[fetch.hosts."a.example"]\nheaders = {K = "v"}\n'
    )
    seen: list[TrustReport] = []

    def decline(report: TrustReport) -> bool:
        seen.append(report)
        return False

    assert not tagatlas.trust(foreign, confirm=decline).is_trusted
    assert seen[0].settings == [
        ("fetch.allow_private", "True"),
        ("fetch.hosts.a.example.headers", "K"),
    ]
    assert "/elsewhere" in seen[0].folders
    assert {"fetch.allow_private", "/elsewhere"} < set(seen[0].new)
    with pytest.raises(NotTrusted):
        tagatlas.fetch(foreign)
    report = tagatlas.trust(foreign)
    assert (report.was_trusted, report.is_trusted) == (False, True)
    assert tagatlas.fetch(foreign).counts["missing"] == 1
    assert tagatlas.trust(foreign).new == []

    ask_for(foreign, "/elsewhere/../etc/b.png", local=True)
    with pytest.raises(NotTrusted, match="files in /etc, which you have not accepted"):
        tagatlas.fetch(foreign)
    assert tagatlas.trust(foreign).new == ["/etc"]
    tagatlas.fetch(foreign)
    write(foreign, (foreign / "atlas.toml").read_text().replace('"v"', '"w"'))
    with pytest.raises(NotTrusted, match=r"fetch\.hosts\.a\.example\.headers = K"):
        tagatlas.fetch(foreign)


@pytest.mark.slow
def test_the_sources_that_a_user_adds_may_be_read(own: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    shutil.copytree(own / "images", more)
    tagatlas.add(own, more)
    assert tagatlas.fetch(own).images == 12


@pytest.mark.slow
def test_an_archive_is_one_place(own: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "more"), "zip", own / "images")
    tagatlas.add(own, packed)
    assert tagatlas.fetch(own).images == 12
    assert packed in tagatlas.trust(own).folders
    ask_for(own, f"{packed}!/../../etc/a.png", local=True)
    with pytest.raises(NotTrusted, match="files in "):
        tagatlas.fetch(own)


@pytest.mark.slow
def test_a_store_that_is_not_accepted_is_not_used(own: Path, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    write(own, f'[store]\nname = "fsspec"\n[store.fsspec]\nlocation = "file://{tmp_path}/s"\n')
    with pytest.raises(NotTrusted, match=r"store\.name = fsspec"):
        tagatlas.fetch(own)
    for refused in (tagatlas.tag, tagatlas.remove):
        with pytest.raises(NotTrusted, match=r"store\.name = fsspec"):
            refused(own)
    assert tagatlas.map(own, force=True).images == 6
    tagatlas.trust(own)
    with tagatlas.open_atlas(own, write=False) as atlas:
        assert str(atlas.store.locate("0" * 64, Variant.IMAGE)).startswith("file:///")
        assert atlas.refused_store == ""
    write(own, (own / "atlas.toml").read_text().replace("/s", "/t"))
    with tagatlas.open_atlas(own, write=False) as atlas:
        assert "store.fsspec.location" in atlas.refused_store


@pytest.mark.parametrize("spelled", ["{}", "/{}", "{}/./"])
def test_a_file_of_names_is_not_read_for_a_foreign_atlas(
    foreign: Path, tmp_path: Path, spelled: str
) -> None:
    table = tmp_path / "names.csv"
    table.write_text("cluster,name\n1,Read from elsewhere\n")
    write(foreign, f'[map]\ncluster_names = ["{spelled.format(table)}"]\n')
    report = tagatlas.map(foreign)
    assert "Read from elsewhere" not in report.clusters
    assert any("map.cluster_names" in note for note in report.notes)
    tagatlas.trust(foreign)
    assert "Read from elsewhere" in tagatlas.map(foreign).clusters


def test_what_is_new_is_listed_before_what_is_accepted(
    foreign: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(30):
        ask_for(foreign, f"/somewhere/{number:02}/a.jpg", local=True)
    tagatlas.trust(foreign)
    ask_for(foreign, "/zoo/b.jpg", local=True)
    assert exit_status(["trust", str(foreign), "--yes"]) == 0
    first, *rest = capfd.readouterr().err.splitlines()
    assert first == "asks for files in /zoo"
    assert rest[-1].endswith("more folders (accepted)")


def test_files_of_the_root_are_of_the_root() -> None:
    assert outermost([""]) == ["/"]


def test_the_command_lists_and_asks(
    foreign: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(foreign, '[recovery.wayback]\narchive = "http://me:secret@a.example/web"\n')
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert exit_status(["trust", str(foreign)]) == 2
    said = capfd.readouterr().err
    assert "asks for recovery.wayback.archive = http://a.example/web\n" in said
    assert f"tagatlas trust {foreign} --yes" in said
    assert exit_status(["fetch", str(foreign)]) == 2
    assert capfd.readouterr().err.count("\n") == 1
    assert exit_status(["trust", str(foreign), "--yes"]) == 0
    assert exit_status(["fetch", str(foreign)]) == 0
    assert exit_status(["trust", str(foreign)]) == 0
    assert "(accepted)" in capfd.readouterr().err
    for mark in (Path(os.environ["TAGATLAS_DATA"]) / "trusted").iterdir():
        assert b"secret" not in mark.read_bytes()
        assert mark.stat().st_mode & 0o077 == 0


def test_containers_have_a_flag_and_a_variable(
    foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(foreign, "[fetch]\nallow_private = true\n")
    for trusted in ("1", "all", f"/nowhere{os.pathsep}{foreign}"):
        monkeypatch.setenv("TAGATLAS_TRUST", trusted)
        tagatlas.fetch(foreign)
    for not_trusted in ("", "/nowhere", "0"):
        monkeypatch.setenv("TAGATLAS_TRUST", not_trusted)
        with pytest.raises(NotTrusted):
            tagatlas.fetch(foreign)
    assert exit_status(["fetch", str(foreign), "--trust-atlas"]) == 0
    tagatlas.fetch(foreign)


@pytest.mark.slow
def test_an_atlas_of_an_earlier_version_says_what_to_do(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    atlas = tmp_path / "old.atlas"
    shutil.unpack_archive(OLD, atlas)
    assert exit_status(["info", str(atlas)]) == 0
    [line] = capfd.readouterr().err.splitlines()
    assert "was made by an earlier version" in line
    assert f"tagatlas trust {atlas}" in line
    with pytest.raises(NotTrusted):
        tagatlas.fetch(atlas)
    tagatlas.trust(atlas)
    tagatlas.fetch(atlas)
    assert exit_status(["info", str(atlas)]) == 0
    assert capfd.readouterr().err == ""


def test_without_a_data_folder_an_atlas_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TAGATLAS_DATA", str(tmp_path / "file"))
    made = picture_atlas(tmp_path, 1)
    with pytest.raises(NotTrusted):
        tagatlas.fetch(made)
    assert exit_status(["trust", str(made), "--yes"]) == 1
    assert "set TAGATLAS_DATA to a folder of yours" in capfd.readouterr().err


def test_an_atlas_that_nothing_was_added_to_leaves_no_mark(tmp_path: Path) -> None:
    marks = Path(os.environ["TAGATLAS_DATA"], "trusted")
    before = set(marks.iterdir()) if marks.exists() else set()
    with pytest.raises(TagatlasError):
        tagatlas.add(tmp_path / "new.atlas", tmp_path / "missing.csv")
    assert set(marks.iterdir()) == before


@pytest.mark.parametrize("text", ["", "x" * 32, "a" * 31, "a" * 33, "a" * 32 + "\n\nb", "é" * 16])
def test_an_id_is_32_digits(tmp_path: Path, text: str) -> None:
    (tmp_path / ID_FILE).write_text(text, "utf-8")
    assert read_id(tmp_path) is None


def test_an_id_is_no_link(own: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / ID_FILE).symlink_to(own / ID_FILE)
    assert read_id(own) is not None
    assert read_id(other) is None


@given(st.lists(st.lists(st.sampled_from(["a", "b", "..", "c"]), max_size=4), max_size=6))
def test_a_folder_is_accepted_with_all_below_it(paths: list[list[str]]) -> None:
    folders = ["/" + "/".join(parts) for parts in paths]
    trust = Trust(None)
    trust.accept(folders=folders)
    assert all(trust.accepts_folder(f"{each}/d") for each in folders)
    for accepted in (found := outermost(folders)):
        assert os.path.normpath(accepted) == accepted
        assert not [
            each for each in found if each != accepted and Path(each) in Path(accepted).parents
        ]
    assert trust.accepts_folder("/z/a") == ("/" in found)


def test_a_way_up_from_a_link_is_where_the_link_leads(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "other" / "inner").mkdir(parents=True)
    (tmp_path / "mine" / "link").symlink_to(tmp_path / "other" / "inner")
    trust = Trust(None)
    trust.accept(folders=[str(tmp_path / "mine")])
    assert trust.accepts_folder(f"{tmp_path}/mine/../mine/a")
    assert not trust.accepts_folder(f"{tmp_path}/mine/link/..")


def test_every_option_with_authority_is_marked() -> None:
    unmarked = {owner.table: unmarked_authorities(owner.options) for owner in owners()}
    assert {table: names for table, names in unmarked.items() if names} == {}


@pytest.mark.parametrize(
    ("name", "kind", "is_one"),
    [
        ("endpoint", str, True),
        ("api_url", str | None, True),
        ("mirrors_hosts", tuple[str, ...], True),
        ("table", Path, True),
        ("model_folder", str, True),
        ("price", float | None, True),
        ("allow_private", bool, True),
        ("url_column", str, False),
        ("host_rate", float, False),
        ("title", str, False),
    ],
)
def test_an_option_that_looks_like_authority_is_found(
    name: str, kind: object, is_one: bool
) -> None:
    plain = make_dataclass("Plain", [(name, kind, None)], frozen=True)
    marked = make_dataclass("Marked", [(name, Annotated[kind, Mark.AUTHORITY], None)], frozen=True)
    assert unmarked_authorities(plain) == [name] * is_one
    assert unmarked_authorities(marked) == []
    assert [each.is_authority for each in option_fields(plain)] == [is_one]
    assert [each.is_authority for each in option_fields(marked)] == [True]


def test_a_mark_of_another_user_does_not_count(own: Path, tmp_path: Path) -> None:
    """Also one that came with the atlas."""
    atlas_id = read_id(own)
    assert atlas_id is not None
    inside = mark_of(atlas_id, {"TAGATLAS_DATA": str(own)})
    inside.parent.mkdir()
    inside.write_text('{"settings": [], "folders": ["/"]}')
    elsewhere = mark_of(atlas_id, {"TAGATLAS_DATA": str(tmp_path)})
    assert not Trust(elsewhere).is_trusted
    elsewhere.parent.mkdir()
    for broken in ("", "[]", "{}", '{"settings": 1}', "\0"):
        elsewhere.write_text(broken)
        assert not Trust(elsewhere).is_trusted
