"""The images that a map shows, of all that the collection has."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from tagatlas.contracts import NetworkDescription
from tagatlas_mapping.maps.given_name import GivenName
from tagatlas_mapping.maps.left_out import count_left_out
from tagatlas_mapping.maps.part import SETTING, Part


@dataclass(frozen=True, eq=False)
class Shown:
    """The images that a map shows, with their tags.

    Attributes:
        images: ordered by ``id``, with labels; near duplicates joined if wanted.
        tags: of these.
        statuses: of tagging, of the whole collection: ``image``, ``status``.
        representatives: of near duplicates; None where they are kept apart.
        hidden: ids of images that are left out since they are hidden.
        part: which part of the collection it is; None for all of it.
        ids: of the images of the part; None for all.
        cluster: that the part is in, as it is now; None if it is in none.
    """

    images: pl.DataFrame
    tags: pl.LazyFrame
    statuses: pl.DataFrame
    representatives: pl.DataFrame | None
    hidden: frozenset[str]
    part: Part | None = None
    ids: pl.Series | None = None
    cluster: GivenName | None = None

    @property
    def settings(self) -> dict[str, str]:
        """Those of the map that say which part it shows."""
        return {} if self.part is None else {SETTING: self.part.setting}

    def nothing(self, backend: str) -> str:
        """Why there is nothing to map, where no image on the map has a tag of a backend."""
        what = "the collection" if self.part is None else f"the part ({self.part.words})"
        if self.ids is not None and self.ids.is_empty():
            return f"no image is in {what}: nothing to map"
        if self.hidden and self.images.is_empty():
            return f"all images of {what} are hidden and left out: nothing to map"
        return f"no image of {what} has a tag of {backend}: nothing to map"

    def left_out(self, mapped: pl.Series, network: NetworkDescription) -> dict[str, int]:
        """Number of images that are not on the map, by reason.

        Args:
            mapped: ids of those that are.
            network: its graph builder's description.
        """
        known = (self.representatives, self.hidden, self.ids)
        return count_left_out(self.statuses, mapped, network, self.tags, *known)

    def restricted(self) -> Shown:
        """Without the images, and their tags, that are hidden or outside of the part."""
        if self.ids is None and not self.hidden:
            return self
        images = self.images.filter(~self.images["id"].is_in(list(self.hidden)))
        if self.ids is not None:
            images = images.filter(images["id"].is_in(self.ids.implode()))
        tags = self.tags.filter(pl.col("image").is_in(images["id"].implode()))
        return replace(self, images=images, tags=tags)
