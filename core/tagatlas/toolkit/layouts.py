"""Preparation of a layout's start."""

from tagatlas_mapping.layout import move_apart

__all__ = ["move_apart"]
