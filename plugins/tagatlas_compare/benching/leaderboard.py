"""The leaderboard: a page of all benchmarks that were written to one folder.

``runs.jsonl`` has them, a line each, in the order they were made; ``leaderboard.html`` is written
from it again each time. Like the other pages it has no scripts and makes no requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from tagatlas.errors import StorageError
from tagatlas.toolkit import count, page_head, write_atomically
from tagatlas_compare.benching.results import QUALITY, SCHEMA, Bench

RUNS = "runs.jsonl"
PAGE = "leaderboard.html"
LATEST = "bench.json"

Run = Mapping[str, Any]
"""A benchmark as :meth:`Bench.document` gives it."""

_NOTHING = "n/a"


def add_to_leaderboard(bench: Bench, folder: Path) -> list[Path]:
    """Write a benchmark to a folder, with a page of all benchmarks in it.

    Args:
        bench: the results.
        folder: to write into; created if it is missing.

    Returns:
        The page, the benchmark as JSON, and the file of all runs.

    Raises:
        StorageError: a file cannot be read or written.
    """
    document = msgspec.json.encode(bench.document())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = (folder / RUNS).read_bytes() if (folder / RUNS).exists() else b""
    except OSError as error:
        raise StorageError(f"cannot use {folder}: {error.strerror}") from error
    lines = before + document + b"\n"
    texts = {
        PAGE: "".join(leaderboard(_runs(lines, folder))).encode(),
        LATEST: msgspec.json.format(document),
        RUNS: lines,
    }
    for name, text in texts.items():
        with write_atomically(folder / name) as file:
            file.write(text)
    return [folder / name for name in texts]


def _runs(lines: bytes, folder: Path) -> list[Run]:
    try:
        runs = [json.loads(line) for line in lines.splitlines() if line.strip()]
    except ValueError as error:
        raise StorageError(f"{folder / RUNS} is damaged: mend or move it ({error})") from error
    return [run for run in runs if run.get("schema") == SCHEMA]


def leaderboard(runs: Sequence[Run]) -> Iterator[str]:
    """The page, in parts: a table for each collection, the one measured last first."""
    style = (files("tagatlas_compare.pages") / "page.css").read_text("utf-8")
    yield page_head("Leaderboard", style)
    yield (
        "<header>\n<h1>Backends against each other</h1>\n<p>The best first, by mean average"
        " precision, or by robustness where there are no labels. Below each figure is the interval"
        " that holds it 95 times out of 100. Speeds can be compared on one machine only.</p>\n"
        "</header>\n<main>\n"
    )
    by_task: dict[str, list[Run]] = {}
    for run in reversed(runs):
        by_task.setdefault(run["digest"], []).append(run)
    for task in by_task.values():
        yield _task(task)
    yield f"{_READING}</main>\n<footer><p>Made with tagatlas.</p></footer>\n</body>\n</html>\n"


_READING = (
    '<section>\n<h2>How to read it</h2>\n<dl class="readings">'
    "<dt>mAP, P@10</dt><dd>Images are ranked for each label by the score of the tag that is the"
    " label or a synonym: the mean average precision of these rankings, and the share of right ones"
    " among the first ten.</dd>"
    "<dt>recall</dt><dd>The share of images that have their label or a synonym among their"
    " tags.</dd>"
    "<dt>themes</dt><dd>Adjusted mutual information of the clusters with the labels.</dd>"
    "<dt>neighbours</dt><dd>Of the ten images that the backend finds most alike, the share with the"
    " same label.</dd>"
    "<dt>robustness</dt><dd>The share of an image's tags that stays when it is perturbed (Jaccard,"
    " the mean over all kinds and strengths).</dd>"
    "<dt>start</dt><dd>Seconds from nothing to the first answer.</dd></dl>\n</section>\n"
)


def _task(runs: Sequence[Run]) -> str:
    first = runs[0]
    classes = f", {first['classes']:,} labels" if first["classes"] else ""
    rows = [(run, result) for run in runs for result in run["results"]]
    rows.sort(key=lambda row: -_rank(row[1]))
    body = "".join(_row(run, result) for run, result in rows)
    heads = (
        "backend",
        *(QUALITY.values() if first["classes"] else ()),
        "robustness",
        "images/s",
        "start, s",
        "call, s (95 %)",
        "peak, MB",
        "$ per 1,000",
        "when and where",
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return (
        f"<section>\n<h2>{_text(first['collection'])}</h2>\n"
        f"<p>{count(first['images'], 'image')}{classes}; task {_text(first['digest'])}.</p>\n"
        f'<div class="table" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>\n</section>\n"
    )


def _rank(result: Run) -> float:
    if result["error"]:
        return -1.0
    if result["quality"]:
        return float(result["quality"]["mean_average_precision"]["value"] or 0)
    return _mean_robustness(result) or 0.0


def _mean_robustness(result: Run) -> float | None:
    rows = result.get("robustness", ())
    values = [each["value"] for each in rows if each["value"] is not None]
    return sum(values) / len(values) if values else None


def _row(run: Run, result: Run) -> str:
    machine, versions = run["machine"], run["versions"]
    where = (
        f"{run['made_at'][:10]}; {machine['processor']}, {machine['cores']} cores,"
        f" {machine['memory_gb']} GB, {machine['system']}; tagatlas {versions.get('tagatlas', '')},"
        f" Python {versions.get('python', '')}, onnxruntime {versions.get('onnxruntime', '')};"
        f" {result['plugin']}"
    )
    name = (
        f"<details><summary>{_text(result['backend'])}</summary>{_text(result['fingerprint'])}"
        "</details>"
    )
    cells = [_figure(result["quality"].get(name)) for name in QUALITY if run["classes"]]
    cells.append(_number(_mean_robustness(result), 2))
    speed = result["speed"] or {}
    calls = [_number(speed.get(f"call_seconds_{name}"), 2) for name in ("median", "95")]
    cells += [
        _number(speed.get("images_per_second"), 1),
        _number(speed.get("start_seconds"), 1),
        f"{calls[0]} ({calls[1]})",
        _number(speed.get("peak_megabytes"), 0),
        _number(speed.get("dollars_per_1000"), 2) + _dated(speed.get("prices_of")),
    ]
    cells.append(_text(result["error"] or where))
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>\n'


def _figure(figure: Mapping[str, float | None] | None) -> str:
    if figure is None or figure["value"] is None:
        return _NOTHING
    interval = f"{_number(figure['low'], 2)} to {_number(figure['high'], 2)}"
    return f"<b>{figure['value']:z.2f}</b> <small>{interval}</small>"


def _dated(prices_of: str | None) -> str:
    """When a price was read; nothing for what is free."""
    return f" <small>prices of {_text(prices_of)}</small>" if prices_of else ""


def _number(value: float | None, digits: int) -> str:
    return _NOTHING if value is None else f"{value:z,.{digits}f}"


def _text(text: str) -> str:
    return f"<bdi>{escape(text, quote=True)}</bdi>"
