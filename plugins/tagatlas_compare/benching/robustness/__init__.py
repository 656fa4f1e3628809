"""Robustness: what stays when pictures are perturbed."""
