"""What the text may cite, each in full."""

from __future__ import annotations

LEIDEN = (
    "Traag, V. A., Waltman, L., & van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing "
    "well-connected communities. *Scientific Reports*, 9, 5233."
)
LOG_ODDS = (
    "Monroe, B. L., Colaresi, M. P., & Quinn, K. M. (2008). Fightin' words: Lexical feature "
    "selection and evaluation for identifying the content of political conflict. "
    "*Political Analysis*, 16(4), 372-403."
)
CONSENSUS = (
    "Tandon, A., Albeshri, A., Thayananthan, V., Alhalabi, W., & Fortunato, S. (2019). Fast "
    "consensus clustering in complex networks. *Physical Review E*, 99, 042301."
)
STABILITY = (
    "Hennig, C. (2007). Cluster-wise assessment of cluster stability. *Computational Statistics & "
    "Data Analysis*, 52(1), 258-271."
)
CENTRING = (
    "Jégou, H., & Chum, O. (2012). Negative evidences and co-occurrences in image retrieval: the "
    "benefit of PCA and whitening. *ECCV 2012*, 774-787."
)
DIFFUSION = (
    "Gastner, M. T., & Newman, M. E. J. (2004). Diffusion-based method for producing "
    "density-equalizing maps. *PNAS*, 101(20), 7499-7504."
)
GRID = (
    "Hilasaca, G. M., Marcílio-Jr, W. E., Eler, D. M., Martins, R. M., & Paulovich, F. V. (2024). "
    "A grid-based method for removing overlaps of dimensionality reduction scatterplot layouts. "
    "*IEEE Transactions on Visualization and Computer Graphics*, 30(8), 5733-5749."
)
