"""Full references for citations in the text."""

from __future__ import annotations

LOG_ODDS = (
    "Monroe, B. L., Colaresi, M. P., & Quinn, K. M. (2008). Fightin' words: Lexical feature "
    "selection and evaluation for identifying the content of political conflict. "
    "*Political Analysis*, 16(4), 372-403."
)
DEFICIENCIES = (
    "Machado, G. M., Oliveira, M. M., & Fernandes, L. A. F. (2009). A physiologically-based model "
    "for simulation of color vision deficiency. *IEEE Transactions on Visualization and Computer "
    "Graphics*, 15(6), 1291-1298."
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
SORTING = (
    "Barthel, K. U., Hezel, N., Jung, K., & Schall, K. (2023). Improved evaluation and generation "
    "of grid layouts using distance preservation quality and linear assignment sorting. "
    "*Computer Graphics Forum*, 42(1), 261-276."
)
