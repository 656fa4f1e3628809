"""Citations of layouts."""

from __future__ import annotations

from tagatlas import Citation

FORCEATLAS2 = Citation(
    "Jacomy et al., 2014",
    "Jacomy, M., Venturini, T., Heymann, S., & Bastian, M. (2014). ForceAtlas2, a continuous "
    "graph layout algorithm for handy network visualization designed for the Gephi software. "
    "*PLoS ONE*, 9(6), e98679.",
)
EMBEDDEDNESS = Citation(
    "Nocaj et al., 2015",
    "Nocaj, A., Ortmann, M., & Brandes, U. (2015). Untangling the hairballs of multi-centered, "
    "small-world online social media networks. *Journal of Graph Algorithms and Applications*, "
    "19(2), 595-618.",
)
UMAP = Citation(
    "McInnes et al., 2018",
    "McInnes, L., Healy, J., & Melville, J. (2018). UMAP: Uniform manifold approximation and "
    "projection for dimension reduction. *arXiv*, 1802.03426.",
)
