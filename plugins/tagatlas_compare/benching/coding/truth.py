"""What is known of images: labels from their folders or a table, or codes given by people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tagatlas import Atlas
from tagatlas.errors import InputError, UsageError
from tagatlas.toolkit import count, read_columns, shown, unique_names
from tagatlas.toolkit.answers import AMBIGUOUS, Known, Matched, image_locations, match_images
from tagatlas.toolkit.collection import collection_images, collection_records
from tagatlas_compare.benching.coding.tables import (
    CodingColumns,
    CodingTable,
    coding_of_table,
    read_coding_table,
    split_codes,
)
from tagatlas_compare.comparison.labels import normal_label

FOLDER = "folder"
FEWEST = 10
"""Number of coded images below which nothing is measured."""

_SHOWN = 3


BY_A_NAME = "in the coding by a name that "
"""How reasons start by which names, not images, are left out."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of the n images of a task.

    Attributes:
        source: where it is from, for pages: ``folder``, ``column NAME``, or the file's name.
        codes: their names, sorted.
        has: which image has which code, bool, shape (n, codes).
        coded: mask of the images that were coded, shape (n,); one without any code may be coded.
    """

    source: str
    codes: Sequence[str]
    has: NDArray[np.bool_]
    coded: NDArray[np.bool_]

    @property
    def is_single(self) -> bool:
        """Whether each coded image has exactly one code."""
        return bool((self.has[self.coded].sum(axis=1) == 1).all())

    @property
    def of_image(self) -> NDArray[np.int32]:
        """The number of each image's code where it has exactly one; -1 for others; shape (n,)."""
        if not len(self.codes):
            return np.full(len(self.has), -1, dtype=np.int32)
        is_one = self.coded & (self.has.sum(axis=1) == 1)
        return np.where(is_one, self.has.argmax(axis=1), -1).astype(np.int32)

    def having(self, code: str) -> NDArray[np.bool_]:
        """Mask of the images that have a code, shape (n,); none has one that is not listed."""
        if code not in self.codes:
            return np.zeros(len(self.has), dtype=np.bool_)
        return self.has[:, self.codes.index(code)]

    def some(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Truth:
        """The same of some of the images, without the codes that none of them has.

        Args:
            rows: numbers of the images, in the order wanted, or a mask of them.
        """
        has, coded = self.has[rows], self.coded[rows]
        used = np.flatnonzero(has.any(axis=0)).tolist()
        return Truth(self.source, [self.codes[code] for code in used], has[:, used], coded)


@dataclass(frozen=True, eq=False)
class Coding:
    """The truth as it was read, with what was left out.

    Attributes:
        truth: of the n images; of several coders, what most of them say.
        coders: by name what each coder says, with codes of all of them; empty for one coder.
        left_out: number of images, or of names of images, by the reason why they do not count.
        unmatched: by each name that is of no image, or of several, the reason.
        notes: for the user, on how it was read, a line each.
    """

    truth: Truth
    coders: Mapping[str, Truth] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    unmatched: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def told(self) -> str:
        """What was left out, in a line; empty if nothing was."""
        parts = [f"{number:,} {why}" for why, number in self.left_out.items()]
        return f"{self.truth.source}: left out: {', '.join(parts)}" if parts else ""

    @property
    def coded(self) -> NDArray[np.bool_]:
        """Mask of the images that anyone coded, shape (n,): also those without a majority."""
        every = [self.truth.coded, *(each.coded for each in self.coders.values())]
        mask: NDArray[np.bool_] = np.any(every, axis=0)
        return mask


def truth_of_column(atlas: Atlas, column: str, images: Sequence[str] | None = None) -> Coding:
    """The labels that images have in a column of their records.

    A cell may have several, with ``;`` or ``|`` between them, or be a JSON list. An image whose
    records have different labels, such as one picture in two folders, is left out, unless cells
    have several.

    Args:
        atlas: to read from.
        column: ``folder`` for the topmost folder of each image of a folder, taken as it is.
        images: ids of the n images, in order; None for the collection's.

    Raises:
        OptionError: no record has the column.
    """
    ids = _ids(atlas, images)
    records = collection_records(atlas)
    cells = read_columns(records["columns"], [column])[column].fill_null("")
    labels: dict[str, list[list[str]]] = {}
    for image, cell in zip(records["image"], cells, strict=True):
        own = ([cell] if cell else []) if column == FOLDER else split_codes(cell)
        if own:
            labels.setdefault(image, []).append(own)
    several = any(len(own) > 1 for every in labels.values() for own in every)
    left_out = Counter[str]()
    votes: dict[str, set[str]] = {}
    for image in ids:
        every = labels.get(image, [])
        if not every:
            left_out["without a label"] += 1
        elif len({frozenset(own) for own in every}) > 1 and not several:
            left_out["with different labels in several places"] += 1
        else:
            votes[image] = {label for own in every for label in own}
    source = FOLDER if column == FOLDER else f"column {column}"
    names, notes = _names(label for own in votes.values() for label in own)
    if column == FOLDER:
        names, notes = {name: name for name in names}, []
    truth = _truth(source, sorted(set(names.values())), ids, votes, names)
    return Coding(truth, left_out=left_out, notes=notes)


def truth_of_files(
    atlas: Atlas,
    paths: Sequence[Path],
    columns: CodingColumns | None = None,
    images: Sequence[str] | None = None,
) -> Coding:
    """Read the codes that people gave to images, from one file or several.

    Images are named by path, file name, URL or id. A file is of one coder, called after it,
    unless a column says who coded each row, or each coder has a column. Of several coders a code
    counts where more than half of those who coded the image gave it; where exactly half did, the
    image is left out. If every coder gives each image one code, so is an image on which no code
    has more than half.

    Args:
        atlas: with the images.
        paths: of the files, in any format of tables, at least one.
        columns: those that cannot be found by their names and cells.
        images: ids of the n images, in order; None for the collection's.

    Raises:
        InputError: a file cannot be read, names no image, or the column of its codes is not known.
    """
    ids = _ids(atlas, images)
    known = [Known(*each) for each in image_locations(atlas)]
    votes = _Votes()
    for path, own_name in zip(paths, unique_names(path.stem for path in paths), strict=True):
        table = read_coding_table(path)
        every = (cell for name in table.frame.columns for cell in table.column(name).unique())
        matched = match_images(sorted({cell.strip() for cell in every} - {""}), known)
        read = coding_of_table(table, columns or CodingColumns(), matched.images.keys(), path.name)
        votes.add(read, matched, own_name)
    source = ", ".join(path.name for path in paths)
    names, renamed = _names(
        code for own in votes.coders.values() for codes in own.values() for code in codes
    )
    codes = sorted(set(names.values()))
    coders = {
        coder: _truth(source, codes, ids, votes.coders[coder], names)
        for coder in sorted(votes.coders)
    }
    truth, undecided = majority(source, codes, [*coders.values()], len(ids))
    left_out = {why: number for why, number in (votes.left_out(ids) | undecided).items() if number}
    notes = [*votes.notes, *votes.told_unmatched(), *renamed]
    return Coding(truth, coders if len(coders) > 1 else {}, left_out, votes.unmatched, notes)


@dataclass
class _Votes:
    """What coders say, as files are read.

    Attributes:
        coders: by coder and image, the codes.
        uncoded: images with a row that says nothing.
        unmatched: by each name that is of no image, or of several, the reason.
        notes: for the user.
    """

    coders: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    uncoded: set[str] = field(default_factory=set)
    unmatched: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, read: CodingTable, matched: Matched, own_name: str) -> None:
        """Add a file, whose coder is called by its own name where it names none."""
        self.notes += read.notes
        for name, who, codes in read.rows.iter_rows():
            if name in matched.images:
                own = self.coders.setdefault(who or own_name, {})
                own.setdefault(matched.images[name], set()).update(codes)
        for name in (*read.rows["image"], *read.uncoded):
            if name in matched.unmatched:
                self.unmatched[name] = matched.unmatched[name]
        self.uncoded.update(matched.images[name] for name in read.uncoded if name in matched.images)

    def left_out(self, ids: Sequence[str]) -> dict[str, int]:
        """Number of images, or of names of images, by the reason why they do not count."""
        coded = {image for own in self.coders.values() for image in own}
        wanted, unmatched = set(ids), Counter(self.unmatched.values())
        return {
            "not coded": len(wanted - coded - self.uncoded),
            "with an empty row": len(self.uncoded & wanted - coded),
            "coded, not among the images that are measured": len(coded - wanted),
            f"{BY_A_NAME}several images have": unmatched.pop(AMBIGUOUS, 0),
            f"{BY_A_NAME}no image has": unmatched.total(),
        }

    def told_unmatched(self) -> Iterator[str]:
        """Notes on names that are of no image, or of several."""
        for reason in dict.fromkeys(self.unmatched.values()):
            names = [shown(name) for name, why in self.unmatched.items() if why == reason]
            some = ", ".join(names[:_SHOWN])
            yield f"{count(len(names), 'name')} in the coding, such as {some}: {reason}"


def read_truth(
    atlas: Atlas,
    *,
    labels: str | None = None,
    files: Sequence[Path] = (),
    columns: CodingColumns | None = None,
    images: Sequence[str] | None = None,
) -> Coding | None:
    """What is known of the images of an atlas.

    Args:
        atlas: with the images.
        labels: see :func:`truth_of_column`.
        files: see :func:`truth_of_files`.
        columns: likewise.
        images: ids of the n images, in order; None for the collection's, ordered by id.

    Returns:
        None if neither labels nor files are given.

    Raises:
        UsageError: both are given.
        InputError, OptionError: as the two functions; or nothing can be measured against it, see
            :func:`check_truth`.
    """
    if labels is not None and files:
        raise UsageError("--labels and --truth both say what is on the images: give one of them")
    if labels is not None:
        found = truth_of_column(atlas, labels, images)
    elif files:
        found = truth_of_files(atlas, files, columns, images)
    else:
        return None
    check_truth(found.truth)
    return found


def check_truth(truth: Truth) -> None:
    """Refuse a truth that nothing can be measured against.

    Raises:
        InputError: too few images are coded; or every image has the same codes; or none shares a
            code with another.
    """
    coded = int(truth.coded.sum())
    of = "folders" if truth.source == FOLDER else truth.source
    if not coded:
        advice = (
            "the pictures lie in one folder; put those of a kind into a folder each, or give "
            "--truth FILE"
            if truth.source == FOLDER
            else "every cell is empty"
        )
        raise InputError(f"no image has a label by {of}: {advice}")
    has = truth.has[truth.coded]
    if (has == has[:1]).all():
        said = ", ".join(
            shown(code) for code, given in zip(truth.codes, has[0], strict=True) if given
        )
        raise InputError(
            f"{of}: all {count(coded, 'image')} have the same label, {said or 'none'}: "
            "whatever a backend says would be as right; give at least two different ones"
        )
    if coded < FEWEST:
        raise InputError(
            f"{of}: {count(coded, 'image')} with a label: too few to measure with, at least "
            f"{FEWEST} are needed"
        )
    if (has.sum(axis=0) < 2).all():
        raise InputError(
            f"{of}: no two images have a label in common ({count(len(truth.codes), 'label')} of "
            f"{count(coded, 'image')}): these are names, not kinds"
        )


def majority(
    source: str, codes: Sequence[str], coders: Sequence[Truth], images: int
) -> tuple[Truth, dict[str, int]]:
    """What most coders say: each code that more than half of an image's coders gave.

    Args:
        source: of the result.
        codes: of all coders, each of which has the same.
        coders: what each says of the n images.
        images: n.

    Returns:
        The truth, in which images are not coded on which the coders are evenly divided, or agree
        on no code although each gives every image one; and the number of these, by reason.
    """
    total = np.sum([each.coded for each in coders], axis=0, dtype=np.int64) + np.zeros(images)
    given = np.zeros((images, len(codes)))
    for each in coders:
        given += each.has & each.coded[:, None]
    has = 2 * given > total[:, None]
    coded = total > 0
    is_tied = coded & ((2 * given == total[:, None]) & coded[:, None]).any(axis=1)
    one_each = all(each.is_single for each in coders)
    is_open = coded & ~is_tied & ~has.any(axis=1) & one_each
    truth = Truth(source, codes, has, coded & ~is_tied & ~is_open)
    truth.has[~truth.coded] = False
    return truth.some(np.arange(images)), {
        "on which the coders are evenly divided": int(is_tied.sum()),
        "on which no code has most coders": int(is_open.sum()),
    }


def _ids(atlas: Atlas, images: Sequence[str] | None) -> Sequence[str]:
    return collection_images(atlas)["id"].to_list() if images is None else images


def _names(codes: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """One spelling for each code, that which is most frequent; and a note on those changed."""
    spellings: dict[str, Counter[str]] = {}
    for code in codes:
        spellings.setdefault(normal_label(code), Counter())[code] += 1
    names, notes = {}, []
    for own in spellings.values():
        best = min(own, key=lambda code: (-own[code], code))
        names.update(dict.fromkeys(own, best))
        if others := sorted(own.keys() - {best}):
            notes.append(f"one code: {', '.join(map(shown, [best, *others]))}")
    return names, notes


def _truth(
    source: str,
    codes: Sequence[str],
    ids: Sequence[str],
    votes: Mapping[str, Iterable[str]],
    names: Mapping[str, str],
) -> Truth:
    column_of = {code: column for column, code in enumerate(codes)}
    has = np.zeros((len(ids), len(codes)), dtype=np.bool_)
    for row, image in enumerate(ids):
        for code in votes.get(image, ()):
            has[row, column_of[names[code]]] = True
    coded = np.array([image in votes for image in ids], dtype=np.bool_)
    return Truth(source, codes, has, coded)
