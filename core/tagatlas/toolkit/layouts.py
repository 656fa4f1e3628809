"""What a layout needs before it starts."""

from tagatlas_mapping.layout import move_apart

__all__ = ["move_apart"]
