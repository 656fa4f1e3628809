"""What strangers' plugins raise and give wrongly is said as their fault, and costs only itself."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import slips
from command import Starter
from numpy.typing import NDArray
from odd_values import MISREADING
from picture_atlas import picture_atlas

import tagatlas
from tagatlas.atlas import open_atlas
from tagatlas.cli import exit_status
from tagatlas.contracts import (
    Layout,
    RereadingTagger,
    Tagger,
    TagResult,
    Variant,
    no_progress,
)
from tagatlas.errors import InputError, PluginError, TagatlasError
from tagatlas.plugins import TAGGERS, load_plugins
from tagatlas.steps.doctor import check_backend
from tagatlas.testing import sample_images, sample_network
from tagatlas_guards import guarded
from tagatlas_stores.files import FileStore


@pytest.fixture(scope="module", autouse=True)
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the distribution of all slips, among the installed ones."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "slipping.py").write_text(slips.source(), "utf-8")
    facts = folder / "tagatlas_slips-1.2.3.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: tagatlas-slips\nVersion: 1.2.3\n")
    (facts / "entry_points.txt").write_text("[tagatlas]\nslips = slipping\n", "utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    yield folder
    sys.path.remove(str(folder))
    sys.modules.pop("slipping", None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas of a few pictures that a good tagger tagged and a good map was made of."""
    made = picture_atlas(tmp_path_factory.mktemp("guards"), slips.IMAGES)
    tagatlas.tag(made, backend="good")
    tagatlas.map(made, backend="good", builder="good", layout="good")
    return made


def check_said(kind: str, name: str, fault: str, act: Callable[[], object]) -> None:
    """What is done fails as the fault of that plugin, in one line; or not at all, if none is."""
    if not fault:
        act()
        return
    with pytest.raises(PluginError) as caught:
        act()
    said = str(caught.value)
    assert said.startswith(f"{kind} {name} (tagatlas-slips 1.2.3)")
    assert fault in said
    assert said.endswith(": tell its author")
    assert len(said.splitlines()) == 1
    assert len(said) < 1000
    assert "fault of tagatlas" not in said


def table(slips: dict[str, tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("name", "fault"), [(name, fault) for name, (_, fault) in slips.items()], ids=list(slips)
    )


@table(slips.SOURCES)
def test_sources(tmp_path: Path, name: str, fault: str) -> None:
    folder = tmp_path / "x.atlas"
    check_said("source", name, fault, lambda: tagatlas.add(folder, "here", source=name))
    assert folder.exists() == (not fault)


@table(slips.STORES)
def test_stores(tmp_path: Path, name: str, fault: str) -> None:
    pictures, folder = tmp_path / "pictures", tmp_path / "x.atlas"
    pictures.mkdir()
    (pictures / "a.jpg").write_bytes(sample_images(1)[0].data)
    tagatlas.add(folder, pictures)
    (folder / "atlas.toml").write_text(f"[store]\nname = '{name}'\n")
    tagatlas.trust(folder)
    if name in ("no-folder", "batch-of-none"):
        check_said("image store", name, fault, lambda: tagatlas.fetch(folder))
        return
    plugins = load_plugins()
    with open_atlas(folder, plugins) as atlas:
        if name == "nowhere":
            assert atlas.store.locate("0" * 64, Variant.IMAGE) is None
        else:
            report = tagatlas.fetch(atlas)
            [row] = report.reasons.to_dicts()
            assert row["status"] == ("failed" if "put" in name else "ok")
            if row["reason"]:
                assert row["reason"].startswith(f"image store {name} (tagatlas-slips 1.2.3)")
                assert fault in row["reason"]
            plugins.warn(report.notes[-1])
    assert f"see {folder / 'faults.log'}" in plugins.warnings[-1]
    assert fault in (folder / "faults.log").read_text("utf-8")


@pytest.mark.slow
@table({**slips.REREADING, **slips.TAGGERS})
def test_taggers(folder: Path, name: str, fault: str) -> None:
    check_said("tagger", name, fault, lambda: tagatlas.tag(folder, backend=name))


@table(MISREADING)
def test_taggers_that_read_other_answers(folder: Path, name: str, fault: str) -> None:
    with pytest.raises(PluginError, match=rf"^{name} {fault}: tell its author$"):
        tagatlas.tag(folder, backend=name)


@table(slips.BUILDERS)
def test_builders(folder: Path, name: str, fault: str) -> None:
    check_said(
        "graph builder",
        name,
        fault,
        lambda: tagatlas.map(folder, backend="good", builder=name, layout="good"),
    )


@table(slips.LAYOUTS)
def test_layouts(folder: Path, name: str, fault: str) -> None:
    check_said(
        "layout",
        name,
        fault,
        lambda: tagatlas.map(folder, backend="good", builder="good", layout=name),
    )


@table(slips.CLUSTERERS)
def test_clusterers(folder: Path, name: str, fault: str) -> None:
    check_said(
        "clusterer",
        name,
        fault,
        lambda: tagatlas.map(folder, backend="good", builder="good", layout="good", clusterer=name),
    )


@table(slips.RENDERERS)
def test_renderers(folder: Path, name: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out = folder / "maps" / "good"
    (folder.parent / "current").mkdir(exist_ok=True)
    monkeypatch.chdir(folder.parent / "current")
    if name == "odd-in-current":
        [note] = tagatlas.export(folder, name, out).notes
        assert note.startswith(f"while renderer {name} (tagatlas-slips 1.2.3) {fault}")
        assert note.endswith("current.txt")
    else:
        check_said("renderer", name, fault, lambda: tagatlas.export(folder, name, out))


def test_a_renderer_that_fails_costs_only_its_own_files(folder: Path, tmp_path: Path) -> None:
    report = tagatlas.export(folder, ["raises", "good", "none"], tmp_path)
    assert [path.name for path in report.files] == ["good.txt"]
    assert [fault.partition(" (")[0] for fault in report.faults] == [
        "renderer raises",
        "renderer none",
    ]


@pytest.mark.slow
def test_the_command_line_ends_with_a_renderers_fault(
    folder: Path, tmp_path: Path, site: Path, starter: Starter
) -> None:
    words = ("export", folder, "--format", "raises", "--format", "good", "--out", tmp_path)
    done = starter.run(words, tmp_path, {**os.environ, "PYTHONPATH": str(site)})
    assert done.returncode == 1
    assert "open: " in done.stdout
    assert "not written: renderer raises (tagatlas-slips 1.2.3) failed in render" in done.stdout
    assert (tmp_path / "good.txt").exists()


class _Lost(BaseHTTPRequestHandler):
    """One picture, a page where one was, and nothing else."""

    def do_GET(self) -> None:
        if self.path == "/robots.txt" or self.path.startswith("/lost"):
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        page = b"<!doctype html><html><body>It was here.</body></html>"
        self.wfile.write(sample_images(1)[0].data if self.path == "/a.jpg" else page)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Lost) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_recoveries_cost_no_fetch(tmp_path: Path, server: str) -> None:
    urls = tmp_path / "urls.txt"
    names = ("lost1.jpg", "lost2.jpg", "lost3.jpg", "page.jpg", "a.jpg")
    urls.write_text("".join(f"{server}/{name}\n" for name in names))
    tagatlas.add(tmp_path / "x.atlas", urls)
    recover = list(slips.RECOVERIES)
    report = tagatlas.fetch(tmp_path / "x.atlas", allow_private=True, recover=recover)
    assert report.counts["ok"] == 1
    assert report.counts["missing"] == 3
    assert report.counts["blocked"] == 1
    wrong = {name: fault for name, (_, fault) in slips.RECOVERIES.items() if fault}
    for (name, fault), note in zip(wrong.items(), report.notes, strict=True):
        assert note.startswith(f"recovery {name} (tagatlas-slips 1.2.3)")
        assert fault in note
        lost = "1 address" if name == "page-raises" else "4 addresses"
        assert note.endswith(f"tell its author; it named no copies for {lost}")


def test_one_wrong_answer_among_right_ones_is_one_images_failure(folder: Path) -> None:
    report = tagatlas.tag(folder, backend="wrong-for-one")
    assert report.counts["failed"] == 1
    assert report.counts["ok"] == slips.IMAGES - 1


def test_what_was_paid_for_before_a_fault_is_kept(folder: Path) -> None:
    with pytest.raises(PluginError, match=r"tagger wrong-later .* tag gave None"):
        tagatlas.tag(folder, backend="wrong-later", budget=1.0)
    expected = tagatlas.estimate(folder, backend="wrong-later", retry_failed=True)
    assert expected.images == slips.IMAGES - 6


@pytest.mark.slow
def test_a_command_that_falls_is_its_authors_fault(
    tmp_path: Path, site: Path, starter: Starter
) -> None:
    done = starter.run(["fall"], tmp_path, {**os.environ, "PYTHONPATH": str(site)})
    assert done.returncode == 1
    [said] = done.stderr.splitlines()
    assert said.startswith("tagatlas: command fall (tagatlas-slips 1.2.3) failed: AttributeError: ")
    assert said.endswith("(tell its author; --debug shows where)")


@pytest.mark.parametrize("how", ["plain", "own"])
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("quits", "SystemExit: 3"),
        ("stops", "Stop: odd"),
        ("lacks", "FileNotFoundError: [Errno 2] No such file: 'a'"),
        ("unsays", "Unsaid: without a text"),
    ],
)
def test_whatever_a_command_raises_is_its_authors_fault(
    name: str, fault: str, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status([f"{how}-{name}"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"tagatlas: command {how}-{name} (tagatlas-slips 1.2.3) failed: {fault} "
        "(tell its author; --debug shows where)"
    )


@pytest.mark.slow
def test_a_tagger_is_made_once_to_tag(
    folder: Path, tmp_path: Path, site: Path, starter: Starter
) -> None:
    made = tmp_path / "made.txt"
    variables = {**os.environ, "PYTHONPATH": str(site), "MADE": str(made)}
    done = starter.run(("tag", folder, "--backend", "counted"), tmp_path, variables)
    assert done.returncode == 0, done.stderr
    assert "cost: up to" in done.stderr
    assert made.read_text("utf-8") == "made\n"


def test_doctor_tells_whose_fault_it_is() -> None:
    plugins = load_plugins()
    [finding] = check_backend(plugins.choose(TAGGERS, "dicts", {}), {})
    assert not finding.ok
    assert finding.text.startswith("tagger dicts (tagatlas-slips 1.2.3): tag gave a dict")


def test_a_guarded_plugin_is_what_it_was() -> None:
    tagger = load_plugins().choose(TAGGERS, "good", {}).product
    assert isinstance(tagger, Tagger)
    assert not isinstance(tagger, RereadingTagger)
    assert tagger.batch_size == 4
    assert not hasattr(tagger, "embed_texts")
    assert guarded(tagger, "other") is tagger


class Refusing(Layout):
    def place(self, *_: object, **__: object) -> NDArray[np.float64]:
        raise self.error

    def __init__(self, error: BaseException) -> None:
        self.error = error


@pytest.mark.parametrize("error", [InputError("as it is"), KeyboardInterrupt()], ids=repr)
def test_what_is_said_on_purpose_passes_through(error: BaseException) -> None:
    layout = guarded(Refusing(error), "layout refusing")
    network = sample_network()
    with pytest.raises(type(error)) as caught:
        layout.place(network, start=np.zeros((1, 2)), seed=0, progress=no_progress)
    assert caught.value is error
    assert not isinstance(error, TagatlasError) or caught.value.__cause__ is None


def test_tagatlas_blames_itself_for_its_own_plugins() -> None:
    layout = guarded(Refusing(KeyError("a")), "layout own", own=True)
    with pytest.raises(PluginError, match=r"^layout own failed in place .*'a'\): this is"):
        layout.place(sample_network(), start=np.zeros((1, 2)), seed=0, progress=no_progress)


def test_memory_that_runs_out_is_not_the_authors_fault() -> None:
    layout = guarded(Refusing(MemoryError()), "layout big")
    with pytest.raises(PluginError) as caught:
        layout.place(sample_network(), start=np.zeros((1, 2)), seed=0, progress=no_progress)
    said = "layout big ran out of memory in place (MemoryError): give it fewer images"
    assert str(caught.value).startswith(said)
    assert "author" not in str(caught.value)


@pytest.mark.parametrize("number", [-1, float("inf"), True, "one", None])
def test_a_number_of_gpus_is_a_number(number: object) -> None:
    class Greedy(Tagger):
        num_gpus = number  # type: ignore[assignment]

        def tag(self, images: object) -> list[TagResult]:
            return []

        def fingerprint(self) -> str:
            return "greedy"

    tagger = guarded(Greedy(), "tagger greedy")
    with pytest.raises(PluginError, match=r"num_gpus .*not a number of at least 0"):
        getattr(tagger, "num_gpus")  # noqa: B009 - for what it does


@pytest.mark.parametrize(
    "place", ["s3://bucket", ("s3://bucket",), (1, {}), ("s3://bucket", {"endpoint_url": 1})]
)
def test_a_shared_place_is_a_location_with_options(tmp_path: Path, place: object) -> None:
    class Odd(FileStore):
        def shared_place(self) -> tuple[str, Mapping[str, str]]:
            return place  # type: ignore[return-value]

    store = guarded(Odd(tagatlas.NoOptions(), tmp_path), "store odd")
    with pytest.raises(PluginError, match=r"shared_place .*a path or URL"):
        store.shared_place()


@pytest.mark.parametrize("key", ["sk-abc 123", "sk_abc", "", "9ABC"])
def test_a_key_in_place_of_its_variable_is_not_shown(key: str) -> None:
    class Keyed(Tagger):
        key_variable = key

        def tag(self, images: object) -> list[TagResult]:
            return []

        def fingerprint(self) -> str:
            return "keyed"

    tagger = guarded(Keyed(), "tagger keyed")
    with pytest.raises(PluginError) as caught:
        getattr(tagger, "key_variable")  # noqa: B009 - for what it does
    assert str(caught.value) == (
        "tagger keyed: key_variable gave a text that is no variable's name: "
        "capitals, digits and _ (not the key): tell its author"
    )
