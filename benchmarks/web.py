"""The viewer in a real browser: how soon it shows, how it moves, what it takes.

    apt-get install chromium && pip install playwright
    python benchmarks/web.py [--images 10000 50000 200000] [--rounds 3]

Maps of planted topics, with drawn pictures of 256 pixels, are written by the renderer ``web`` and
served on loopback; headless Chromium draws them in software. Printed are, as medians over the
rounds, each in a fresh browser: the seconds until the middle of the window looks as it does in the
end; frames per second while it is dragged and zoomed for some seconds; the longest time that
scripts take in one frame (the main thread's, from the browser's own trace); the memory of all
processes of the browser (their proportional sets); the bytes that were transferred until then; and
of our viewer the milliseconds until a search, without anything read before, and the next ones and a
filter by a column have an answer. Before that: the seconds, processor seconds and the peak of
memory that the viewer takes to be written, in a process of its own, which holds the map as well.

The collection is made up of planted topics, and tags of words that are made up. ``--no-pictures``
leaves the pictures out, without which a million images are written in minutes::

    python benchmarks/web.py --images 1000000 --no-pictures

With ``--peer BIN``, the program of Embedding Atlas (``pip install embedding-atlas``), the same
images at the same places also go through its own viewer, in turn with ours in one run: it draws
points, and pictures only where the pointer rests::

    python benchmarks/web.py --peer /tmp/peer/bin/embedding-atlas
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from drawn_pictures import ThumbnailStore, sizes
from fetch import memory_of
from numpy.typing import NDArray
from PIL import Image
from planted_topics import planted_topics
from playwright.sync_api import CDPSession, Page, sync_playwright

from tagatlas.contracts import ImageStore, Map, Provenance, Variant
from tagatlas.errors import ImageNotStored
from tagatlas_exports.embedding_atlas import EmbeddingAtlasOptions
from tagatlas_exports.embedding_atlas.renderer import EmbeddingAtlasRenderer
from tagatlas_mapping.cluster import outlines
from tagatlas_web import WebOptions
from tagatlas_web.page.renderer import WebRenderer

FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
WINDOW = (1280, 800)
MIDDLE = (480, 160, 1120, 640)
"""Left, upper, right and lower edge of the part of the window that is looked at."""
ALIKE = 0.9
"""The share of that part which looks as in the end, once it counts as shown."""
STILL_SECONDS = 4.0
WORDS = 6
SAID = """async (words) => {
  const now = performance.now();
  const said = () => document.querySelector('#chosen').innerText.includes(words);
  while (!said()) await new Promise((done) => requestAnimationFrame(done));
  return performance.now() - now;
}"""
SEARCH = f"""(word) => {{
  document.querySelector('#query').value = word;
  document.querySelector('#search').requestSubmit();
  return ({SAID})('“' + word + '”');
}}"""
FILTER = f"(hash) => {{ location.hash = hash; return ({SAID})('year'); }}"
MOVES = 60
"""Of the pointer and of the wheel, each."""


@dataclass(frozen=True)
class Shown:
    """What one run in a browser took; the time that scripts take is in milliseconds."""

    first: float
    frames_per_second: float
    script: float
    megabytes: float
    transferred: float
    first_search: float
    search: float
    filter: float


def words(count: int) -> list[str]:
    """So many labels of tags like words; every fifth has two, of which one is another's."""
    syllables = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
    many = len(syllables)

    def word(number: int) -> str:
        parts = number % many, number // many % many, number // many**2 + number % 7
        return "".join(syllables[part % many] for part in parts)

    return [word(n) if n % 5 else f"{word(n // 5 + 1)} {word(n)}" for n in range(count)]


def planted_map(images: int, store: ImageStore | None = None) -> Map:
    """A map as large as that: each topic a disc of images, as close as they fit.

    Args:
        images: how many.
        store: of their pictures; drawn ones by default.
    """
    planted = planted_topics(images)
    network, topics = planted.network, planted.topics.astype(np.int32)
    tag_count = network.node_count - images
    places = _discs(topics)
    wide, high = sizes(images)
    longer = 1024
    clusters = int(topics.max()) + 1
    is_image = np.arange(network.node_count) < images
    none = [0] * tag_count
    padded = np.concatenate([places, np.zeros((tag_count, 2))])
    ids = [f"{row * 2654435761 % 2**32:08x}{row:056x}" for row in range(images)]
    names = words(tag_count)
    nodes = pl.DataFrame(
        {
            "id": ids + [f"tag:{name}" for name in names],
            "kind": ["image"] * images + ["tag"] * tag_count,
            "label": [f"picture {row}.jpg" for row in range(images)] + names,
            "x": padded[:, 0],
            "y": padded[:, 1],
            "width": np.concatenate([0.85 * wide / longer, np.ones(tag_count)]),
            "height": np.concatenate([0.85 * high / longer, np.ones(tag_count)]),
            "cluster": np.concatenate([topics, none]).astype(np.int32),
            "subcluster": pl.Series([None] * network.node_count, dtype=pl.Int32),
            "typicality": is_image.astype(float),
            "frequency": is_image.astype(np.int64),
            "records": is_image.astype(np.int64),
            "out_degree": network.out_degrees(),
            "in_degree": network.in_degrees(),
            "shown": np.ones(network.node_count, dtype=np.bool_),
        }
    )
    boxes = np.full((images, 2), 0.9)
    rings = outlines(places, boxes, topics, gap=0.2)
    counts = np.bincount(topics, minlength=clusters)
    typical = [np.flatnonzero(topics == cluster)[:6] for cluster in range(clusters)]
    table = pl.DataFrame(
        {
            "cluster": np.arange(clusters, dtype=np.int32),
            "name": [f"topic {cluster}" for cluster in range(clusters)],
            "automatic_name": [f"topic {cluster}" for cluster in range(clusters)],
            "plain_name": [f"topic {cluster}" for cluster in range(clusters)],
            "tags": [["a", "b"]] * clusters,
            "images": counts,
            "records": counts,
            "frequency": counts,
            "share": counts / images,
            "stability": [1.0] * clusters,
            "typical": [[ids[row] for row in rows] for rows in typical],
            "x": [float(places[topics == cluster, 0].mean()) for cluster in range(clusters)],
            "y": [float(places[topics == cluster, 1].mean()) for cluster in range(clusters)],
        }
    )
    tags = pl.DataFrame(
        {
            "image": nodes["id"].gather(network.sources),
            "tag": nodes["label"].gather(network.targets),
            "score": network.weights.astype(float),
        }
    )
    records = pl.DataFrame(
        {
            "image": ids,
            "location": [f"https://example.org/{row}.jpg" for row in range(images)],
            "frequency": np.ones(images, dtype=np.int64),
            "columns": [f'{{"year": "{1990 + row % 30}"}}' for row in range(images)],
            "copy": ids,
        }
    )
    return Map(
        name="planted",
        collection="planted",
        nodes=nodes,
        sources=network.sources,
        targets=network.targets,
        weights=network.weights,
        directed=True,
        clusters=table,
        subclusters=table.head(0).with_columns(pl.col("cluster").alias("subcluster")),
        stability=1.0,
        outlines=rings,
        tags=tags.sort("image", "score", "tag", descending=[False, True, False]).lazy(),
        records=records,
        provenance=Provenance([], {}, None, images, {}, "planted", "planted", {}, {}),
        store=store or ThumbnailStore(),
    )


def _discs(topics: NDArray[np.int32]) -> NDArray[np.float64]:
    """Images of a topic on a sunflower's spiral; the topics beside each other on a grid."""
    counts = np.bincount(topics)
    reach = np.sqrt(counts.max() / np.pi) * 2.4
    columns = int(np.ceil(np.sqrt(len(counts))))
    places = np.empty((len(topics), 2))
    for topic, count in enumerate(counts):
        number = np.arange(count)
        radius, angle = np.sqrt((number + 0.5) / np.pi) * 1.05, number * 2.399963
        row, column = divmod(topic, columns)
        places[topics == topic, 0] = column * reach + radius * np.cos(angle)
        places[topics == topic, 1] = row * reach + radius * np.sin(angle)
    return places


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL of a folder, on a server of its own."""
    handler = partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Film:
    """What a page shows, frame by frame, with the time of each."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._frames: list[tuple[float, bytes]] = []
        session.on("Page.screencastFrame", self._take)
        session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})

    def _take(self, frame: dict[str, object]) -> None:
        self._frames.append((time.time(), str(frame["data"]).encode()))
        self._session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    @property
    def last(self) -> float:
        """When the last frame came."""
        return self._frames[-1][0] if self._frames else time.time()

    def shown_after(self, begun: float) -> float:
        """Seconds until the middle looks, for good, much as it does in the end."""
        pictures = [(when - begun, _middle(data)) for when, data in self._frames]
        final = pictures[-1][1]
        shown = pictures[-1][0]
        for when, picture in reversed(pictures):
            near = np.abs(picture - final).max(axis=2) <= 48
            if near.mean() < ALIKE:
                break
            shown = when
        return shown


def _middle(data: bytes) -> NDArray[np.int64]:
    picture = Image.open(BytesIO(b64decode(data))).convert("RGB").resize(WINDOW)
    return np.asarray(picture.crop(MIDDLE)).astype(np.int64)


def show(url: str) -> Shown:
    """Open a page in a fresh browser, and move about in it."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        page = browser.new_page(viewport={"width": WINDOW[0], "height": WINDOW[1]})
        session = page.context.new_cdp_session(page)
        transferred = Counter[str]()
        session.send("Network.enable")
        session.on(
            "Network.loadingFinished",
            lambda event: transferred.update(bytes=int(event["encodedDataLength"])),
        )
        film = Film(session)
        begun = time.time()
        page.goto(url)
        while time.time() - max(film.last, begun) < STILL_SECONDS:
            page.wait_for_timeout(200)
        first = film.shown_after(begun)
        session.send("Page.stopScreencast")
        [process] = [
            each["id"]
            for each in browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")[
                "processInfo"
            ]
            if each["type"] == "browser"
        ]
        megabytes = memory_of(process) / 1e6
        browser.start_tracing(page=page, categories=["devtools.timeline"])
        frames = move_about(page)
        trace = json.loads(browser.stop_tracing())
        answered = answers(page) if page.query_selector("#query") else [float("nan")] * 2
        browser.close()
    return Shown(
        first,
        frames,
        _longest_script(trace),
        megabytes,
        transferred["bytes"] / 1e6,
        answered[0],
        statistics.median(answered[1:-1]) if len(answered) > 2 else float("nan"),
        answered[-1],
    )


def answers(page: Page) -> list[float]:
    """Milliseconds until searches have an answer, in their order, and a filter at the end."""
    searches = [page.evaluate(SEARCH, word) for word in words(WORDS)[1:]]
    page.click("#clear")
    hash_ = page.evaluate("() => location.hash")
    return [*searches, page.evaluate(FILTER, f"{hash_}&only=range:year:2000:2004")]


def move_about(page: Page) -> float:
    """Drag and zoom in the middle; the frames a second that the page drew meanwhile."""
    page.evaluate(
        "() => { window.frames_ = 0;"
        " const count = () => { window.frames_++; requestAnimationFrame(count); };"
        " requestAnimationFrame(count); }"
    )
    left, upper, right, lower = MIDDLE
    x, y = (left + right) / 2, (upper + lower) / 2
    begun, before = time.perf_counter(), page.evaluate("window.frames_")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(MOVES):
        angle = 4 * np.pi * step / MOVES
        page.mouse.move(x + 120 * np.sin(angle), y + 80 * np.cos(angle))
    page.mouse.up()
    for step in range(MOVES):
        page.mouse.wheel(0, -60 if step < MOVES // 2 else 60)
    drawn = page.evaluate("window.frames_") - before
    return float(drawn / (time.perf_counter() - begun))


def _longest_script(trace: dict[str, list[dict[str, object]]]) -> float:
    """The longest time, in milliseconds, that scripts take from one frame to the next."""
    events = trace["traceEvents"]
    drawn = [each for each in events if each["name"] == "FireAnimationFrame"]
    threads = Counter((each["pid"], each["tid"]) for each in drawn)
    main = threads.most_common(1)[0][0]
    starts = sorted(_number(each["ts"]) for each in drawn if (each["pid"], each["tid"]) == main)
    calls = sorted(
        (_number(each["ts"]), _number(each["dur"]))
        for each in events
        if each["name"] == "FunctionCall" and "dur" in each and (each["pid"], each["tid"]) == main
    )
    spent = np.zeros(len(starts) + 1)
    ended = 0.0
    for begun, lasts in calls:
        if begun >= ended:  # one within another counts once
            spent[np.searchsorted(starts, begun, side="right")] += lasts
            ended = begun + lasts
    return float(spent.max()) / 1000


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


class NoPictures(ThumbnailStore):
    """Has a picture of no image."""

    def get(self, image_id: str, variant: Variant) -> bytes:
        """None."""
        raise ImageNotStored(image_id, variant)


def write_ours(images: int, folder: Path, *, pictures: bool) -> tuple[float, float, float]:
    """Write our viewer; its seconds, processor seconds, and the process's peak of memory in GB."""
    map_ = planted_map(images, None if pictures else NoPictures())
    begun, worked = time.perf_counter(), time.process_time()
    WebRenderer(WebOptions()).render(map_, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    return time.perf_counter() - begun, time.process_time() - worked, peak


def write_theirs(map_: Map, folder: Path, program: str) -> Path:
    """The folder of Embedding Atlas' own viewer, as its program exports it."""
    folder.mkdir(exist_ok=True)
    EmbeddingAtlasRenderer(EmbeddingAtlasOptions()).render(map_, folder)
    subprocess.run(
        [
            program,
            str(folder / "embedding-atlas.parquet"),
            *("--x", "x", "--y", "y", "--text", "text", "--image", "image"),
            *("--export-application", str(folder / "app")),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "app"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The viewer in a real browser.")
    parser.add_argument("--images", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-pictures", action="store_true")
    parser.add_argument("--peer", help="The program embedding-atlas.")
    arguments = parser.parse_args()
    print(
        f"{'viewer':16} {'images':>8} {'first':>8} {'frames/s':>9} {'script':>9} {'memory':>9}"
        f" {'transferred':>12} {'searches':>20} {'filter':>9}"
    )
    for images in arguments.images:
        with tempfile.TemporaryDirectory() as folder:
            write = partial(write_ours, images, Path(folder), pictures=not arguments.no_pictures)
            with multiprocessing.get_context("spawn").Pool(1) as process:
                seconds, worked, peak = process.apply(write)
            print(f"written in {seconds:.0f} s, {worked:.0f} of processors, {peak:.2f} GB")
            folders = {"tagatlas": Path(folder) / "viewer"}
            if arguments.peer:
                theirs = write_theirs(planted_map(images), Path(folder) / "peer", arguments.peer)
                folders["embedding-atlas"] = theirs
            runs: dict[str, list[Shown]] = {name: [] for name in folders}
            for _ in range(arguments.rounds):
                for name, each in folders.items():
                    with served(each) as url:
                        runs[name].append(show(url))
            for name, found in runs.items():
                _print(name, images, found)


def _print(name: str, images: int, found: list[Shown]) -> None:
    first = statistics.median(each.first for each in found)
    frames = statistics.median(each.frames_per_second for each in found)
    script = statistics.median(each.script for each in found)
    memory = statistics.median(each.megabytes for each in found)
    transferred = statistics.median(each.transferred for each in found)
    first_search = statistics.median(each.first_search for each in found)
    search = statistics.median(each.search for each in found)
    filtered = statistics.median(each.filter for each in found)
    print(
        f"{name:16} {images:8,} {first:6.2f} s {frames:9.1f} {script:6.1f} ms {memory:6.0f} MB"
        f" {transferred:9.1f} MB {first_search:8.0f}, {search:6.0f} ms {filtered:6.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
