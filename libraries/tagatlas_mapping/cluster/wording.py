"""Names of clusters, worded of tags that are true of most of their images."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tagatlas.wording import untaken

_NAME_LENGTH = 40
_TAGS_IN_NAME = 3
_NO_TAGS = "without tags"
_VARIOUS = "various"
# An image has a tag from this share of its best score on; its tagger is sure of that from this
# share of the median image's best score on.
_HAS = 0.5
# A name of one tag holds for this share of the images, each of several for the second, and one
# after a colon for the third, or the fourth if nothing is before it; and each of several, or after
# a colon, for this many images.
_MOST = 0.5
_SOME = 0.2
_OFTEN = 1 / 3
_PART = 1 / 4
_FEWEST = 2
_LEAST_F2 = 0.55
# So many times as often inside as outside, a tag tells a group from others.
_DISTINCT = 2.0
# Of the images with a tag of several, or one after a colon, this share is in the group.
_MOSTLY = 0.6
# From this overlap on, the tag after the colon says what the one before it does.
_SAME = 0.7
_APART = 0.5


@dataclass(frozen=True, eq=False)
class TagsHeld:
    """Which of n images has which of t tags.

    Attributes:
        likely: true where the score is at least half of the image's best, shape (n, t).
        sure: true where it is also at least half of the median of the images' best scores. Where a
            tagger has nothing to go by, all its scores are low, and their order is chance.
    """

    likely: csr_array
    sure: csr_array

    @classmethod
    def of(cls, scores: csr_array) -> Self:
        """From scores above 0, shape (n, t)."""
        best = scores.max(axis=1).toarray().ravel() if scores.shape[1] else np.zeros(0)
        usual = float(np.median(best[best > 0])) if best.any() else 0.0
        is_likely = scores.data >= np.repeat(_HAS * best, np.diff(scores.indptr))
        return cls(
            _where(scores, is_likely), _where(scores, is_likely & (scores.data >= _HAS * usual))
        )

    def take(self, rows: NDArray[np.intp]) -> TagsHeld:
        """Those of some of the images."""
        return TagsHeld(csr_array(self.likely[rows]), csr_array(self.sure[rows]))


def _where(scores: csr_array, mask: NDArray[np.bool_]) -> csr_array:
    """A matrix that is true at some of the entries of another, and has no other entries."""
    kept = np.zeros(len(mask) + 1, dtype=scores.indptr.dtype)
    np.cumsum(mask, out=kept[1:])
    indices = scores.indices[mask]
    return csr_array(
        (np.ones(len(indices), dtype=np.bool_), indices, kept[scores.indptr]), shape=scores.shape
    )


def _images_with(held: csr_array) -> NDArray[np.int64]:
    """Number of images that have each tag, shape (t,)."""
    return np.bincount(held.indices, minlength=held.shape[1])


def word_names(
    held: TagsHeld, labels: Sequence[str], groups: NDArray[np.int32], *, taken: Sequence[str]
) -> list[str]:
    """Names of groups of images, each true of its group.

    It is made of the first of these that there is:

    1. the tag that half of the images have, more often than others do; of several the one of the
       highest F2-measure, which weighs how many of the images have it four times as much as how
       many of the images with it are in the group (C. J. van Rijsbergen, "Information
       Retrieval", 2nd ed., 1979); it must be at least 0.55;
    2. up to three tags that a fifth of the images surely have, and mostly they, and that half
       of the images have together;
    3. the tag that half of the images surely have, though others do as well;
    4. ``various``.

    Up to two tags that a third of the images surely have, and mostly they, follow the first and
    third, after a colon, and up to three that a quarter has the fourth. A group of which no image
    has a tag is ``without tags``. What would be the same name gets a number.

    Groups that would begin with the same tag get a second one that tells them apart, if they can.

    Args:
        held: which of the images has which tag.
        labels: of the tags.
        groups: of the images, numbered from 0 without gaps, or -1.
        taken: names that no group may have.

    Returns:
        A name for each group, in order, of one line and about 40 characters, no two alike.
    """
    found = _candidates(held, labels, groups)
    chosen = [each.choose() for each in found]
    heads = Counter(name.head for name in chosen)
    names = list(taken)
    for candidates, name in zip(found, chosen, strict=True):
        if name.head in candidates.texts and not name.others and heads[name.head] > 1:
            name = candidates.with_others(name, _SOME)
        names.append(untaken(name.text, names))
    return names[len(taken) :]


@dataclass(frozen=True)
class _Name:
    """Tags that name a group.

    Attributes:
        head: holds for most of the group; None if nothing does.
        others: hold for parts of it.
    """

    head: str | None = None
    others: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The name on one line."""
        return ": ".join(
            [self.head or _VARIOUS, *([", ".join(self.others)] if self.others else [])]
        )


@dataclass(frozen=True, eq=False)
class _Candidates:
    """The tags that a group of n images may be named by, k of them, the best first.

    Attributes:
        has_tags: whether an image of the group has any tag.
        texts: as printed, all different.
        likely, sure: see :class:`TagsHeld`, shape (n, k).
        inside: share of the images with the tag that are in the group, shape (k,).
        outside: share of the images outside that surely have the tag, shape (k,).
        f2: the F2-measure of both shares, shape (k,).
    """

    has_tags: bool
    texts: tuple[str, ...]
    likely: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    inside: NDArray[np.float64]
    outside: NDArray[np.float64]
    f2: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.likely)

    def choose(self) -> _Name:
        """The best name; see :func:`word_names`."""
        if not self.has_tags:
            return _Name(_NO_TAGS)
        if not self.texts:
            return _Name()
        share, surely = self.likely.mean(axis=0), self.sure.mean(axis=0)
        is_distinct = share >= _DISTINCT * self.outside
        telling = (share >= _MOST) & is_distinct & (self.f2 >= _LEAST_F2)
        if telling.any():
            return self.with_others(_Name(self.texts[telling.argmax()]), _OFTEN)
        several = self._parts(_SOME)
        if several and self.sure[:, several].any(axis=1).mean() >= _MOST:
            return _Name(", ".join(self.texts[tag] for tag in several))
        general = (surely >= _MOST) & ~is_distinct
        if general.any():
            return self.with_others(_Name(self.texts[general.argmax()]), _OFTEN)
        return self.with_others(_Name(), _PART)

    def with_others(self, name: _Name, share: float) -> _Name:
        """A name with tags added that this share of the images surely has, and mostly they."""
        chosen = self._parts(share, None if name.head is None else self.texts.index(name.head))
        return _Name(name.head, tuple(self.texts[tag] for tag in chosen))

    def _parts(self, share: float, head: int | None = None) -> list[int]:
        """Tags that a share of the images surely has, and mostly they, apart from each other.

        With a head, they occur where it does, and say more than it.
        """
        under = self.sure[:, head] if head is not None else np.ones(len(self), dtype=np.bool_)
        first = [] if head is None else [self.texts[head]]
        chosen: list[int] = []
        is_part = self.sure.sum(axis=0) >= max(_FEWEST, share * len(self))
        for tag in np.flatnonzero(is_part & (self.inside >= _MOSTLY)):
            own = self.sure[:, tag]
            shared = (own & under).sum()
            texts = [*first, *(self.texts[each] for each in [*chosen, int(tag)])]
            if (
                shared >= _MOSTLY * own.sum()
                and (head is None or shared < _SAME * under.sum())
                and len(", ".join(texts)) <= _NAME_LENGTH
                and all(_overlap(own, self.sure[:, each]) < _APART for each in chosen)
            ):
                chosen.append(int(tag))
        return chosen[: _TAGS_IN_NAME - len(first)]


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """The share of the rarer tag's images that have the other too."""
    return float((one & other).sum() / max(1, min(one.sum(), other.sum())))


def _candidates(
    held: TagsHeld, labels: Sequence[str], groups: NDArray[np.int32]
) -> list[_Candidates]:
    """The tags that a fifth of the images of each group have."""
    all_likely, all_sure = _images_with(held.likely), _images_with(held.sure)
    found = []
    for group in range(int(groups.max()) + 1):
        members = np.flatnonzero(groups == group)
        own = held.take(members)
        likely, sure = _images_with(own.likely), _images_with(own.sure)
        tags = np.flatnonzero(likely >= max(1.0, _SOME * len(members)))
        likely, sure = likely[tags], sure[tags]
        # Images of which the tagger is unsure tell little of where a tag belongs: all of them
        # together count as one.
        inside = (sure + likely / all_likely[tags]) / (all_sure[tags] + 1)
        share = likely / len(members)
        f2 = 5 * inside * share / (4 * inside + share)
        order = np.lexsort((tags, -sure, -f2))
        order = order[_first_of_each([one_line(labels[tags[each]]) for each in order])]
        best = tags[order]
        rest = max(1, len(groups) - len(members))
        found.append(
            _Candidates(
                has_tags=own.likely.nnz > 0,
                texts=tuple(one_line(labels[tag]) for tag in best),
                likely=own.likely[:, best].toarray(),
                sure=own.sure[:, best].toarray(),
                inside=inside[order],
                outside=(all_sure[best] - sure[order]) / rest,
                f2=f2[order],
            )
        )
    return found


def _first_of_each(texts: Sequence[str]) -> list[int]:
    """The first place of each text, in order."""
    return [texts.index(text) for text in dict.fromkeys(texts)]


def one_line(label: str) -> str:
    """A label as it is printed: without line breaks and control characters, and not too long."""
    text = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", label).strip() or "(blank)"
    return text if len(text) <= _NAME_LENGTH else f"{text[: _NAME_LENGTH - 1].rstrip()}…"
