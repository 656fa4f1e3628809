"""Costs of tagging: estimated before, recorded and limited by a budget during it."""

from __future__ import annotations

from dataclasses import dataclass

from tagatlas.catalog import Catalog, EndedCall
from tagatlas.contracts import Price
from tagatlas.errors import BudgetReached
from tagatlas_tagging import Call

_ROUNDING = 1e-9
"""Tolerance: a budget of ten times a price pays for ten images, despite rounding errors."""


@dataclass(frozen=True)
class Estimate:
    """Estimate of tagging and its cost.

    Attributes:
        backend: the tagger's name.
        images: number of images to be sent to it.
        copies: number of images that would get a copy of another's answer.
        held: number of images that look like one whose call was lost; they wait until it is sent
            again, with ``retry_failed``.
        price: of one image; None if it costs nothing.
        spent: US dollars spent on it so far, at most.
        budget: maximum US dollars that the atlas may spend on it; None for no limit.
    """

    backend: str
    images: int
    copies: int
    price: Price | None
    spent: float
    budget: float | None = None
    held: int = 0

    @property
    def units(self) -> int:
        """Units that would be billed, at most: no other image is sent, whatever fails."""
        return self.images * len(self.price.units) if self.price else 0

    @property
    def dollars(self) -> float:
        """The cost of that in US dollars, at most."""
        return self.images * self.price.per_image if self.price else 0.0


class Purse:
    """Pays for the calls of one run. Used by one thread.

    Every call is recorded in the catalog before it is made. A call counts as spent unless it is
    known to be free; so do calls under way when a process was killed.
    """

    def __init__(
        self, catalog: Catalog, tagger: str, backend: int, price: Price, budget: float | None
    ) -> None:
        """Look up the money spent before.

        Args:
            catalog: open for writing.
            tagger: the tagger's name.
            backend: the number of the backend that is called.
            price: of one image.
            budget: maximum US dollars that the atlas may ever spend on this tagger; None for no
                limit.
        """
        self._tagging = catalog.tagging
        self._tagger = tagger
        self._backend = backend
        self._price = price
        self._budget = budget
        self._spent = self._tagging.spent(tagger).dollars
        self._costs: dict[int, float] = {}

    @property
    def spent(self) -> float:
        """US dollars spent on the tagger, at most."""
        return self._spent

    def affordable(self, images: int) -> int:
        """How many of some images the rest of the budget pays for."""
        if self._budget is None or self._price.per_image == 0:
            return images
        paid = int((self._budget - self._spent + _ROUNDING) / self._price.per_image)
        return min(images, max(paid, 0))

    def begin(self, images: int) -> int:
        """Record a call before it is made.

        Raises:
            BudgetReached: the budget does not pay for all its images.
        """
        if self.affordable(images) < images:
            raise BudgetReached(
                f"the budget of ${self._budget:,.2f} for {self._tagger} is reached: "
                f"${self._spent:,.4f} may be spent, and the next image is up to "
                f"${self._price.per_image:,.4f} (prices of {self._price.as_of}); "
                "a higher --budget goes on"
            )
        dollars = images * self._price.per_image
        number = self._tagging.begin_call(
            self._backend,
            images=images,
            units=images * len(self._price.units),
            dollars=dollars,
        )
        self._costs[number] = dollars
        self._spent += dollars
        return number

    def end(self, call: Call) -> EndedCall | None:
        """The record of a call that has ended; None if there was no call."""
        if call.number is None:
            return None
        dollars = self._costs.pop(call.number)
        if call.billed == "no":
            self._spent -= dollars
        return EndedCall(call.number, call.billed, call.seconds)
