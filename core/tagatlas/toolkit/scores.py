"""Tags of images as a matrix of scores."""

from tagatlas_mapping.cluster.scores import row_of_entry, score_matrix

__all__ = ["row_of_entry", "score_matrix"]
