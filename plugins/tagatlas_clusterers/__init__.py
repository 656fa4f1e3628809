"""Clusterers, which group similar images."""
