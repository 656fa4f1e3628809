"""Sources of the methods that packages implement."""

from __future__ import annotations

from tagatlas import Citation

EVOC = Citation(
    "McInnes, 2024",
    "McInnes, L. (2024). EVoC: Embedding Vector Oriented Clustering [Computer software]. Tutte"
    " Institute for Mathematics and Computing. https://github.com/TutteInstitute/evoc",
)
HDBSCAN = Citation(
    "Campello et al., 2013",
    "Campello, R. J. G. B., Moulavi, D., & Sander, J. (2013). Density-based clustering based on"
    " hierarchical density estimates. *PAKDD 2013*, 160-172.",
)
