"""What several layouts cite."""

from __future__ import annotations

from tagatlas import Citation

FORCEATLAS2 = Citation(
    "Jacomy et al., 2014",
    "Jacomy, M., Venturini, T., Heymann, S., & Bastian, M. (2014). ForceAtlas2, a continuous "
    "graph layout algorithm for handy network visualization designed for the Gephi software. "
    "*PLoS ONE*, 9(6), e98679.",
)
