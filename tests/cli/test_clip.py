"""The tagger ``clip`` from the command line: tags, maps, search, models, and no network."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from command import Run
from shape_pictures import Motif, draw, held_out, motifs
from sklearn.metrics import adjusted_mutual_info_score

if TYPE_CHECKING:
    from tests.conftest import ImageServer

pytestmark = pytest.mark.extras("open_clip")

MODEL = Path(__file__).parents[1] / "data" / "shapes_clip"
COMMIT = "0" * 40
EACH = 16
"""Pictures of each motif."""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Caches of the test's own; and threads that do not wait for one another."""
    return {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HF_HOME": str(tmp_path / "hub"),
        "OMP_NUM_THREADS": "1",
    }


def write_pictures(
    folder: Path, each: int, chosen: Sequence[Motif] | None = None
) -> dict[str, str]:
    """Pictures, by default of motifs not seen in training; the motif by file name."""
    folder.mkdir()
    names = {}
    for motif in chosen or held_out():
        for seed in range(each):
            name = f"{motif} {seed}".replace(" ", "-") + ".png"
            draw(motif, 500 + seed).save(folder / name)
            names[name] = str(motif)
    return names


def write_labels(path: Path) -> Path:
    path.write_text("\n".join(map(str, motifs())), encoding="utf-8")
    return path


def clip_words(labels: Path) -> list[str | Path]:
    return [
        *("--backend", "clip", "--model", MODEL, "--vocabulary", labels),
        *("--templates", "a photo of {}."),
    ]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_it_names_combinations_that_it_never_saw(
    tagatlas: Run, tmp_path: Path, variables: dict[str, str]
) -> None:
    motif_of = write_pictures(tmp_path / "pictures", 5, motifs())
    labels = write_labels(tmp_path / "labels.txt")
    done = tagatlas(
        *("run", tmp_path / "pictures", "--out", "a.atlas", "--json"),
        # Few large shapes look the same to a perceptual hash.
        *(*clip_words(labels), "--clip-threshold", "0.02", "--duplicates", "keep"),
        variables=variables,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tag"]["asked"] == len(motif_of) == 300
    best: dict[str, tuple[float, str]] = {}
    for row in read_csv(tmp_path / "a.atlas" / "maps" / "clip" / "tags.csv"):
        name = Path(row["url"]).name
        best[name] = max(best.get(name, (0.0, "")), (float(row["confidence"] or 0), row["concept"]))
    new = {str(motif) for motif in held_out()}
    right = [
        best.get(name, (0.0, ""))[1] == motif for name, motif in motif_of.items() if motif in new
    ]
    assert len(right) == 60
    assert sum(right) >= 0.95 * len(right)


@pytest.mark.slow
def test_the_map_separates_what_was_planted_and_can_be_searched(
    tagatlas: Run, tmp_path: Path, variables: dict[str, str]
) -> None:
    motif_of = write_pictures(tmp_path / "pictures", EACH)
    labels = write_labels(tmp_path / "labels.txt")
    done = tagatlas(
        *("run", tmp_path / "pictures", "--out", "a.atlas"),
        *clip_words(labels),
        variables=variables,
    )
    assert done.returncode == 0, done.stderr
    maps = tmp_path / "a.atlas" / "maps" / "clip"
    assert (
        r"(model: shapes\_clip; vocabulary: labels.txt; labels: 60; templates: a photo of \{\}.;"
        r" scoring: calibrated (rivalry 4) contrast; fingerprint: clip "
    ) in (maps / "methods.md").read_text("utf-8")
    images = read_csv(maps / "images.csv")
    cluster_of = {Path(row["url"]).name: row["cluster"] for row in images}
    names = sorted(motif_of)
    assert (
        adjusted_mutual_info_score(
            [motif_of[name] for name in names], [cluster_of.get(name, "") for name in names]
        )
        >= 0.9
    )

    colours = tmp_path / "colours.csv"
    colours.write_text("label,prompts\nrouge,something red\nbleu,something blue\n", "utf-8")
    again = tagatlas("tag", "a.atlas", "--vocabulary", colours, "--json", variables=variables)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["asked"] == 0

    wanted = str(held_out()[-1])
    words = ("search", "a.atlas", f"a photo of {wanted}.", "--most", "10", "--json")
    found = tagatlas(*words, variables=variables)
    assert found.returncode == 0, found.stderr
    images_found = json.loads(found.stdout)["images"]
    assert len(images_found) == 10
    assert all(motif_of[Path(image["location"]).name] == wanted for image in images_found)
    assert all((tmp_path / "a.atlas" / image["file"]).is_file() for image in images_found)
    cosines = [image["cosine"] for image in images_found]
    assert cosines == sorted(cosines, reverse=True)


_WATCHED = """
import os, runpy, sys
attempts = open(os.environ["ATTEMPTS"], "a")
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        if event == "socket.connect" and not isinstance(arguments[1], tuple):
            return  # a socket of this machine
        attempts.write(f"{event} {arguments[1:] if event == 'socket.connect' else arguments}\\n")
        attempts.flush()
        raise OSError("the network is not to be used")
sys.addaudithook(watch)
sys.argv = ["tagatlas", *sys.argv[1:]]
runpy.run_module("tagatlas", run_name="__main__")
"""


@pytest.mark.slow
def test_with_the_weights_there_nothing_touches_the_network(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    write_pictures(tmp_path / "pictures", 1)
    labels = write_labels(tmp_path / "labels.txt")
    attempts = tmp_path / "attempts.txt"
    attempts.touch()
    environment = {**os.environ, **variables, "ATTEMPTS": str(attempts)}
    environment.pop("HF_HUB_OFFLINE", None)

    def watched(*words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _WATCHED, *map(str, words)]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    added = watched("add", "a.atlas", tmp_path / "pictures")
    assert added.returncode == 0, added.stderr
    assert watched("fetch", "a.atlas").returncode == 0
    tagged = watched("tag", "a.atlas", *clip_words(labels))
    assert tagged.returncode == 0, tagged.stderr
    assert "12 images asked" in tagged.stdout
    assert watched("search", "a.atlas", "something red").returncode == 0
    assert attempts.read_text() == ""

    missing = watched("tag", "a.atlas", "--model", "ViT-B-32", "--pretrained", "openai")
    assert missing.returncode == 1
    assert missing.stderr.splitlines()[-1] == (
        "tagatlas: ViT-B-32/openai is not on this machine: tagatlas models pull ViT-B-32/openai"
    )
    assert attempts.read_text() == ""


@pytest.mark.slow
def test_models_are_listed_and_found(tagatlas: Run, variables: dict[str, str]) -> None:
    done = tagatlas("models", "list", "--json", variables=variables)
    assert done.returncode == 0, done.stderr
    models = json.loads(done.stdout)["models"]
    names = [model["name"] for model in models]
    assert len(set(names)) == len(names) > 100
    assert names[:2] == ["ViT-B-32-256/datacomp_s34b_b86k", "ViT-SO400M-14-SigLIP/webli"]
    assert models[0]["note"] == "default on a processor"
    assert {model["path"] for model in models} == {None}

    path = tagatlas("models", "path", names[0], variables=variables)
    assert path.returncode == 1
    assert f"tagatlas models pull {names[0]}" in path.stderr
    assert tagatlas("models", "pull", variables=variables).returncode == 2
    assert tagatlas("models", "path", "nothing", variables=variables).returncode == 2
    other = tagatlas("models", "list", "--backend", "imagenet", variables=variables)
    assert other.stderr.strip() == "tagatlas: imagenet has no models to choose from"


@pytest.mark.slow
def test_search_says_what_it_needs(
    tagatlas: Run, tmp_path: Path, variables: dict[str, str]
) -> None:
    write_pictures(tmp_path / "pictures", 1)
    assert tagatlas("add", "a.atlas", tmp_path / "pictures").returncode == 0
    other = tagatlas("search", "a.atlas", "a cat", "--backend", "imagenet", variables=variables)
    assert other.returncode == 2
    assert "imagenet cannot search by text; clip can" in other.stderr
    done = tagatlas(
        *("search", "a.atlas", "a cat", "--backend", "clip", "--model", MODEL),
        variables=variables,
    )
    assert done.returncode == 2
    assert "no images are embedded with clip as it is set now" in done.stderr


def test_help_and_plugins_import_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom tagatlas.cli import main\n"
        "sys.argv = ['tagatlas', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('torch', 'open_clip', 'transformers') if name in sys.modules])"
    )
    for words in (
        ["--help"],
        ["plugins"],
        ["tag", "--help"],
        ["search", "--help"],
        ["models", "--help"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "[]", words


@dataclass
class Hub:
    """A hub on this machine with one repository, as the Hugging Face hub answers.

    Attributes:
        files: content by name.
        damaged: names of files whose content is sent with a flipped byte.
    """

    server: ImageServer
    repository: str
    files: dict[str, bytes]
    damaged: set[str] = field(default_factory=set)

    def open(self) -> None:
        for name in self.files:
            self.server.behave(f"/{self.repository}/resolve/main/{name}", self._file)
            self.server.behave(f"/{self.repository}/resolve/{COMMIT}/{name}", self._file)
        self.server.behave(f"/{self.repository}/resolve/main/missing", self._file)
        for revision in ("main", COMMIT):
            self.server.behave(f"/api/models/{self.repository}/revision/{revision}", self._info)
            self.server.behave(f"/api/models/{self.repository}/tree/{revision}", self._tree)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        content = self.files[name]
        digest = sha256(content).hexdigest()
        if name in self.damaged:
            content = content[:-1] + bytes([content[-1] ^ 1])
        headers = {
            "ETag": f'"{digest}"',
            "X-Linked-Etag": f'"{digest}"',
            "X-Linked-Size": str(len(content)),
            "X-Repo-Commit": COMMIT,
        }
        return web.Response(body=content, headers=headers)

    async def _info(self, _: web.Request) -> web.StreamResponse:
        names = [{"rfilename": name} for name in self.files]
        facts = {"id": self.repository, "sha": COMMIT, "siblings": names, "tags": []}
        return web.json_response(facts)

    async def _tree(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(
            [
                {"type": "file", "path": name, "size": len(content), "oid": "0" * 40}
                for name, content in self.files.items()
            ]
        )


@pytest.fixture
def hub(image_server: ImageServer) -> Hub:
    """A hub that has the small model."""
    files = {path.name: path.read_bytes() for path in MODEL.iterdir()}
    config = json.loads(files["open_clip_config.json"])
    config["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "shapes/tiny"
    files["open_clip_config.json"] = json.dumps(config).encode()
    found = Hub(image_server, "shapes/tiny", files)
    found.open()
    return found


@pytest.mark.slow
def test_a_model_is_pulled_verified_and_then_used_without_the_hub(
    tagatlas: Run, tmp_path: Path, hub: Hub, variables: dict[str, str]
) -> None:
    name = "hf-hub:shapes/tiny"
    online = {**variables, "HF_ENDPOINT": hub.server.url(""), "HF_HUB_DISABLE_XET": "1"}

    hub.damaged = {"open_clip_model.safetensors"}
    damaged = tagatlas("models", "pull", name, variables=online)
    assert damaged.returncode == 1
    assert damaged.stderr.splitlines()[-1] == (
        "tagatlas: open_clip_model.safetensors came damaged and was deleted: pull it again"
    )

    hub.damaged = set()
    pulled = tagatlas("models", "pull", name, variables=online)
    assert pulled.returncode == 0, pulled.stderr
    path = Path(pulled.stdout.strip())
    assert path.read_bytes() == hub.files["open_clip_model.safetensors"]
    asked = sum(hub.server.requests.values())

    assert tagatlas("models", "path", name, variables=variables).stdout.strip() == str(path)
    write_pictures(tmp_path / "pictures", 1)
    labels = write_labels(tmp_path / "labels.txt")
    assert tagatlas("add", "a.atlas", tmp_path / "pictures").returncode == 0
    assert tagatlas("fetch", "a.atlas").returncode == 0
    words = ("--backend", "clip", "--model", name, "--vocabulary", labels)
    tagged = tagatlas("tag", "a.atlas", *words, variables=online)
    assert tagged.returncode == 0, tagged.stderr
    assert sum(hub.server.requests.values()) == asked


def worded(hub: Hub, folder: Path) -> Hub:
    """A model on the same hub whose text model is described in a repository of its own."""
    import open_clip
    from safetensors.torch import save_file

    text_model = {
        "model_type": "bert",
        "vocab_size": 512,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 1,
    }
    (folder / "config.json").write_text(json.dumps(text_model), "utf-8")
    config = json.loads(hub.files["open_clip_config.json"])
    model = config["model_cfg"]
    text = {"hf_tokenizer_name": hub.repository, "hf_proj_type": "mlp", "context_length": 16}
    pooled = {**text, "hf_pooler_type": "mean_pooler"}
    here = {**pooled, "hf_model_name": str(folder), "hf_model_pretrained": False}
    made = open_clip.CustomTextCLIP(model["embed_dim"], model["vision_cfg"], here)
    save_file(made.state_dict(), folder / "open_clip_model.safetensors")
    model["text_cfg"] = {**pooled, "hf_model_name": "shapes/words"}
    config["model_cfg"] = {key: model[key] for key in ("embed_dim", "vision_cfg", "text_cfg")}
    weights = (folder / "open_clip_model.safetensors").read_bytes()
    files = {
        "open_clip_config.json": json.dumps(config).encode(),
        "open_clip_model.safetensors": weights,
    }
    Hub(hub.server, "shapes/words", {"config.json": json.dumps(text_model).encode()}).open()
    found = Hub(hub.server, "shapes/worded", files)
    found.open()
    return found


@pytest.mark.slow
def test_a_text_model_of_the_hub_is_used_without_the_hub(
    tagatlas: Run, tmp_path: Path, hub: Hub, variables: dict[str, str]
) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    name = f"hf-hub:{worded(hub, folder).repository}"
    online = {**variables, "HF_ENDPOINT": hub.server.url(""), "HF_HUB_DISABLE_XET": "1"}
    pulled = tagatlas("models", "pull", name, variables=online)
    assert pulled.returncode == 0, pulled.stderr
    asked = sum(hub.server.requests.values())

    write_pictures(tmp_path / "pictures", 1)
    assert tagatlas("add", "a.atlas", tmp_path / "pictures").returncode == 0
    assert tagatlas("fetch", "a.atlas").returncode == 0
    words = ("--backend", "clip", "--model", name, "--vocabulary", write_labels(tmp_path / "l.txt"))
    tagged = tagatlas("tag", "a.atlas", *words, variables=online)
    assert tagged.returncode == 0, tagged.stderr
    assert sum(hub.server.requests.values()) == asked

    shutil.rmtree(next((tmp_path / "hub").rglob("models--shapes--words")))
    lost = tagatlas("tag", "a.atlas", *words, variables=online)
    assert lost.returncode == 1
    assert lost.stderr.splitlines()[-1] == (
        f"tagatlas: the text model of {name} is not on this machine: tagatlas models pull {name}"
    )


@pytest.mark.slow
def test_a_hub_that_cannot_be_reached_is_said_so(tagatlas: Run, variables: dict[str, str]) -> None:
    closed = {**variables, "HF_ENDPOINT": "http://127.0.0.1:9"}
    done = tagatlas("models", "pull", "hf-hub:shapes/tiny", variables=closed)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "tagatlas: hf-hub:shapes/tiny could not be fetched: "
    )
