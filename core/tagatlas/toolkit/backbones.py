"""The backbone of a network: the links that are significant at one of their ends."""

from tagatlas_mapping.network.backbones import backbone, with_backbone

__all__ = ["backbone", "with_backbone"]
