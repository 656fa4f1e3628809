"""Memespector-GUI's files: its wide CSV, with lists in cells, and its complete JSON.

Both may have the answers of several services; each becomes a separate backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec
import polars as pl

from tagatlas.errors import InputError
from tagatlas.toolkit.tables import Table
from tagatlas_imports.foreign import FAILED, TAGS, ForeignTags, as_scores

_LOCATION = "Image_Location"
_SEPARATOR = "; "


@dataclass(frozen=True)
class Service:
    """A service that Memespector uses.

    Attributes:
        name: of its backend, after ``memespector-``.
        prefix: of its columns.
        lists: columns of labels and of their scores, without the prefix, by the tags'
            namespace.
        invocation: its key in the JSON.
    """

    name: str
    prefix: str
    lists: Mapping[str, tuple[str, str]]
    invocation: str


SERVICES = (
    Service(
        "google",
        "GV_",
        {
            "": ("Label_Descriptions", "Label_Scores"),
            "logo:": ("Logo_Descriptions", "Logo_Scores"),
            "landmark:": ("Landmark_Descriptions", "Landmark_Scores"),
            "web:": ("Web_Entity_Descriptions", "Web_Entity_Scores"),
        },
        "GoogleInvocation",
    ),
    Service(
        "azure",
        "MA_",
        {
            "": ("Tags", "Tag_Scores"),
            "category:": ("Categories", "Categories_Scores"),
            "object:": ("Objects", "Object_Scores"),
            "brand:": ("Brands", "Brand_Scores"),
        },
        "AzureInvocation",
    ),
    Service("clarifai", "CL_", {"": ("Concepts", "Concept_Scores")}, "ClarifaiInvocation"),
    Service("open-source", "OS_", {"": ("Labels", "Label_Scores")}, "OpenSourceInvocation"),
)


def read_memespector_csv(table: Table) -> list[ForeignTags]:
    """Tags from Memespector's CSV, by service; none if it is another file."""
    if _LOCATION not in table.frame.columns:
        return []
    return [
        _from_cells(table.frame, service)
        for service in SERVICES
        if f"{service.prefix}Success" in table.frame.columns
    ]


def _from_cells(frame: pl.DataFrame, service: Service) -> ForeignTags:
    succeeded = frame[f"{service.prefix}Success"].str.to_lowercase() == "true"
    parts = [
        _exploded(frame.filter(succeeded), service.prefix + labels, service.prefix + scores, space)
        for space, (labels, scores) in service.lists.items()
        if service.prefix + labels in frame.columns
    ]
    error = f"{service.prefix}Error"
    message = pl.col(error) if error in frame.columns else pl.lit("")
    failed = frame.filter(~succeeded).select(image=_LOCATION, message=message)
    return _foreign(service, parts, frame.filter(succeeded)[_LOCATION], failed, "CSV")


def _exploded(frame: pl.DataFrame, labels: str, scores: str, space: str) -> pl.DataFrame:
    """A row per label of the cells of one column."""
    has_scores = scores in frame.columns  # Memespector can be set to omit them
    lists = frame.filter(pl.col(labels) != "").select(
        image=_LOCATION,
        tag=pl.col(labels).str.split(_SEPARATOR),
        score=pl.col(scores).str.split(_SEPARATOR)
        if has_scores
        else pl.lit("").repeat_by(pl.col(labels).str.count_matches(_SEPARATOR, literal=True) + 1),
    )
    torn = lists.filter(pl.col("tag").list.len() != pl.col("score").list.len())
    if torn.height:
        raise InputError(
            f"{labels} and {scores} of {torn['image'][0]!r} are not equally long, for a label"
            f" holds {_SEPARATOR!r}: import Memespector's JSON file instead"
        )
    rows = lists.explode("tag", "score", empty_as_null=True).filter(pl.col("tag") != "")
    numbers = rows["score"].str.replace(",", ".", literal=True)
    if space == "web:":
        return _named(_bounded(rows.with_columns(score=numbers.cast(pl.Float64))), space)
    return _named(rows.with_columns(score=as_scores(numbers, 1.0)), space)


def _named(rows: pl.DataFrame, space: str) -> pl.DataFrame:
    return rows.with_columns(tag=pl.concat_str(pl.lit(space), "tag"))


def _bounded(rows: pl.DataFrame) -> pl.DataFrame:
    """Scores without an upper bound, as those of web entities: divided by an image's highest."""
    highest = pl.max_horizontal(pl.col("score").max().over("image"), pl.lit(1.0))
    return rows.with_columns(score=pl.col("score") / highest)


def _foreign(
    service: Service,
    parts: list[pl.DataFrame],
    succeeded: pl.Series,
    failed: pl.DataFrame,
    kind: str,
) -> ForeignTags:
    tags = pl.concat([pl.DataFrame(schema=TAGS), *parts])
    seen = succeeded.unique(maintain_order=True)
    return ForeignTags(
        program=f"memespector-{service.name}",
        recognised=f"Memespector-GUI's {kind}, {service.name}",
        tags=tags,
        empty=seen.filter(~seen.is_in(tags["image"].unique().to_list())),
        failed=failed.with_columns(
            message=pl.when(pl.col("message") == "")
            .then(pl.lit("Memespector says that it failed"))
            .otherwise("message")
        ),
    )


class _Named(msgspec.Struct):
    """A label with its score, under any of the services' names for both."""

    description: str | None = msgspec.field(name="Description", default=None)
    upper_name: str | None = msgspec.field(name="Name", default=None)
    lower_name: str | None = msgspec.field(name="name", default=None)
    object_name: str | None = msgspec.field(name="object", default=None)
    label: str | None = msgspec.field(name="Label", default=None)
    upper_score: float | None = msgspec.field(name="Score", default=None)
    value: float | None = msgspec.field(name="Value", default=None)
    confidence: float | None = None
    lower_score: float | None = msgspec.field(name="score", default=None)

    def text(self) -> str:
        names = (
            self.description,
            self.upper_name,
            self.lower_name,
            self.object_name,
            self.label,
        )
        return next(filter(None, names), "")

    def number(self) -> float:
        scores = (self.upper_score, self.value, self.confidence, self.lower_score)
        return next((score for score in scores if score is not None), 1.0)


Names = list[_Named] | None


class _Web(msgspec.Struct):
    entities: Names = msgspec.field(name="WebEntities", default=None)


class _ClarifaiData(msgspec.Struct):
    concepts: Names = msgspec.field(name="Concepts", default=None)


class _ClarifaiOutput(msgspec.Struct):
    data: _ClarifaiData | None = msgspec.field(name="Data", default=None)


class _ModelLabels(msgspec.Struct):
    labels: Names = msgspec.field(name="Labels", default=None)


class _Response(msgspec.Struct):
    """A response of any service: the labels in each."""

    google_labels: Names = msgspec.field(name="LabelAnnotations", default=None)
    logos: Names = msgspec.field(name="LogoAnnotations", default=None)
    landmarks: Names = msgspec.field(name="LandmarkAnnotations", default=None)
    web: _Web | None = msgspec.field(name="WebDetection", default=None)
    azure_tags: Names = msgspec.field(name="tags", default=None)
    categories: Names = None
    objects: Names = None
    brands: Names = None
    outputs: list[_ClarifaiOutput] | None = msgspec.field(name="Outputs", default=None)
    results: list[_ModelLabels] | None = msgspec.field(name="Results", default=None)

    def lists(self) -> Iterator[tuple[str, Names]]:
        """Labels by their namespace."""
        yield "", self.google_labels
        yield "logo:", self.logos
        yield "landmark:", self.landmarks
        yield "web:", self.web.entities if self.web else None
        yield "", self.azure_tags
        yield "category:", self.categories
        yield "object:", self.objects
        yield "brand:", self.brands
        for output in self.outputs or ():
            yield "", output.data.concepts if output.data else None
        for result in self.results or ():
            yield "", result.labels


class _Exception(msgspec.Struct):
    message: str | None = msgspec.field(name="Message", default=None)


class _Invocation(msgspec.Struct):
    response: _Response | None = msgspec.field(name="APIResponse", default=None)
    trouble: _Exception | None = msgspec.field(name="ExceptionRasied", default=None)


class _Task(msgspec.Struct):
    location: str = msgspec.field(name=_LOCATION.replace("_", ""))
    google: _Invocation | None = msgspec.field(name="GoogleInvocation", default=None)
    azure: _Invocation | None = msgspec.field(name="AzureInvocation", default=None)
    clarifai: _Invocation | None = msgspec.field(name="ClarifaiInvocation", default=None)
    open_source: _Invocation | None = msgspec.field(name="OpenSourceInvocation", default=None)


@dataclass
class _Heap:
    """The results of one service."""

    rows: dict[str, list[tuple[str, str, float]]] = field(default_factory=dict)
    succeeded: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def read_memespector_json(data: bytes) -> list[ForeignTags]:
    """Tags from Memespector's JSON, by service; none if it is another file."""
    try:
        tasks = msgspec.json.decode(data, type=list[_Task])
    except (msgspec.MsgspecError, RecursionError):
        return []
    found = []
    for service in SERVICES:
        heap = _Heap()
        for task in tasks:
            invocation = getattr(task, service.name.replace("-", "_"))
            if invocation is not None:
                _add(heap, task.location, invocation)
        if heap.succeeded or heap.failed:
            found.append(_from_heap(service, heap))
    return found


def _add(heap: _Heap, location: str, invocation: _Invocation) -> None:
    if invocation.response is None:
        message = invocation.trouble.message if invocation.trouble else None
        heap.failed.append((location, " ".join((message or "").split())))
        return
    heap.succeeded.append(location)
    for space, names in invocation.response.lists():
        for each in names or ():
            if each.text():
                row = (location, each.text(), each.number())
                heap.rows.setdefault(space, []).append(row)


def _from_heap(service: Service, heap: _Heap) -> ForeignTags:
    parts = []
    for space, rows in heap.rows.items():
        frame = pl.DataFrame(rows, schema=TAGS, orient="row")
        frame = _bounded(frame) if space == "web:" else frame
        parts.append(_named(frame.with_columns(pl.col("score").clip(0.0, 1.0)), space))
    return _foreign(
        service,
        parts,
        pl.Series("image", heap.succeeded, pl.String),
        pl.DataFrame(heap.failed, schema=FAILED, orient="row"),
        "JSON",
    )
