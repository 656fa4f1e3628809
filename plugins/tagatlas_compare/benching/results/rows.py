"""An entrant's row: what it saw, measured against what is known of the images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tagatlas import Atlas
from tagatlas.errors import TaggerError
from tagatlas.toolkit import default_clusterer
from tagatlas.toolkit.collection import collection_images
from tagatlas.toolkit.hiding import shown_store
from tagatlas.toolkit.packages import versions
from tagatlas_compare.benching.coding.judging import coders_document, judge
from tagatlas_compare.benching.coding.page import CodesPage, write_codes_page
from tagatlas_compare.benching.coding.truth import Truth
from tagatlas_compare.benching.entrants import Seen, counts_of, file_name
from tagatlas_compare.benching.measures import measure
from tagatlas_compare.benching.measures.matching import LabelMap
from tagatlas_compare.benching.results.document import Counts, EntrantRow, Results
from tagatlas_compare.benching.results.folder import (
    CODES,
    Row,
    figure_cells,
    label_cells,
    make_folder,
    task_folder,
)
from tagatlas_compare.benching.running.machine import describe_machine
from tagatlas_compare.benching.task import ChosenTask
from tagatlas_compare.comparison.label_similarity import LabelSimilarity

LABEL_MAP = "label_map.csv"


@dataclass(frozen=True, eq=False)
class Measuring:
    """Measures what entrants saw.

    Attributes:
        atlas: with the images.
        collection: its name, for pages.
        task: what is measured.
        out: folder of the results.
        top: number of tags of an image that count at most.
        seed: of everything random.
        given: the user's own table of tags that stand for labels; None for none.
        meaning: similarity of labels by a text encoder; None for none.
    """

    atlas: Atlas
    collection: str
    task: ChosenTask
    out: Path
    top: int
    seed: int
    given: LabelMap | None = None
    meaning: LabelSimilarity | None = None

    def document(self, entrants: Sequence[EntrantRow]) -> Results:
        """A document of the task, measured here and now."""
        return Results(
            collection=self.collection,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=describe_machine(),
            versions=versions(),
            task=self.task.task,
            entrants=entrants,
            coders=coders_document(self.task.coders),
        )

    def row(self, seen: Seen, entrant: EntrantRow) -> Row:
        """An entrant with its figures.

        Raises:
            TaggerError: it has an answer for no image.
        """
        counts = Counts(**counts_of(seen))
        if not counts.ok + counts.empty:
            raise TaggerError("; ".join(["no image has an answer", *entrant.notes]))
        whole = replace(
            entrant,
            fingerprint=seen.fingerprint,
            plugin=seen.plugin,
            origin=seen.origin,
            counts=counts,
        )
        name = file_name(whole.tagger, whole.fingerprint)
        images = pl.DataFrame({"image": self.task.task.image_ids, "status": list(seen.statuses)})
        truth = self.task.truth
        if truth is None:
            return Row(name, self.document([whole]), images)
        label_map = LabelMap.make(truth.codes, seen.labels, meaning=self.meaning, given=self.given)
        self._keep(label_map)
        [measured] = measure(
            truth,
            [seen],
            label_map,
            clusterer=default_clusterer(self.atlas.plugins),
            top=self.top,
            seed=self.seed,
        )
        labels = label_cells(measured.labels)
        has_embeddings = seen.embeddings is not None and bool(seen.embeddings.any())
        whole = replace(
            whole,
            figures=figure_cells(measured.figures),
            measured_by="embeddings" if has_embeddings else "tags",
            labels=labels,
            sayable=[str(each["label"]) for each in labels if each["sayable"]],
            codes=self._judged(seen, truth, label_map, name),
        )
        return Row(name, self.document([whole]), images.hstack(measured.images))

    def _keep(self, label_map: LabelMap) -> None:
        """Add to the file that says which tags of all entrants stand for which label."""
        folder = task_folder(self.out, self.task.task.digest)
        make_folder(folder)
        path = folder / LABEL_MAP
        tables = [label_map.table, *([LabelMap.read(path).table] if path.exists() else [])]
        both = pl.concat(tables).unique(["label", "tag"], keep="first")
        matched = both.filter(pl.col("tag").is_not_null())
        unmatched = both.join(matched, on="label", how="anti")
        LabelMap(pl.concat([matched, unmatched]).sort("label", "tag")).write(path)

    def _judged(
        self, seen: Seen, truth: Truth, label_map: LabelMap, name: str
    ) -> dict[str, object]:
        """The results of each code; a page shows them with pictures."""
        task = self.task
        judgement = judge(
            seen.label,
            truth,
            task.coders,
            seen.scores,
            seen.labels,
            label_map.matches(truth.codes, seen.labels),
            seed=self.seed,
        )
        images = collection_images(self.atlas)
        location_of = dict(images.select("id", "location").iter_rows())
        folder = task_folder(self.out, task.task.digest) / CODES
        make_folder(folder)
        page = CodesPage(
            self.collection,
            judgement,
            truth,
            task.coders,
            task.task.left_out,
            seen.statuses,
            task.task.image_ids,
            [location_of[image] for image in task.task.image_ids],
            shown_store(self.atlas),
        )
        write_codes_page(page, folder / f"{name}.html")
        return judgement.document(task.task.image_ids)
