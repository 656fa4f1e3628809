"""Sources of the methods that packages implement."""

from __future__ import annotations

from tagatlas import Citation

HDBSCAN = Citation(
    "Campello et al., 2013",
    "Campello, R. J. G. B., Moulavi, D., & Sander, J. (2013). Density-based clustering based on"
    " hierarchical density estimates. *PAKDD 2013*, 160-172.",
)
