"""The contracts: what a plugin announces, implements, receives and returns."""

from tagatlas.contracts.description import (
    Citation,
    LayoutDescription,
    Maker,
    NetworkDescription,
)
from tagatlas.contracts.layout import Layout, PinningLayout
from tagatlas.contracts.models import Model, ModelShelf, TextEmbedder
from tagatlas.contracts.network import GraphBuilder
from tagatlas.contracts.price import Price
from tagatlas.contracts.progress import Progress, ShowProgress, no_progress, no_show
from tagatlas.contracts.recovery import Recovery
from tagatlas.contracts.renderer import Renderer
from tagatlas.contracts.source import Records, Source
from tagatlas.contracts.specs import (
    CommandSpec,
    GraphBuilderSpec,
    ImageStoreSpec,
    LayoutSpec,
    NoOptions,
    RecoverySpec,
    RendererSpec,
    SourceSpec,
    Spec,
    TaggerSpec,
    loaded,
)
from tagatlas.contracts.statuses import ALWAYS_KEPT, ImageStatus, TagStatus, Variant
from tagatlas.contracts.store import ImageStore
from tagatlas.contracts.tagger import (
    FailureKind,
    ImageInput,
    KeptAnswer,
    Reading,
    RereadingTagger,
    Tag,
    Tagger,
    TagResult,
)

__all__ = [
    "ALWAYS_KEPT",
    "Citation",
    "CommandSpec",
    "FailureKind",
    "GraphBuilder",
    "GraphBuilderSpec",
    "ImageInput",
    "ImageStatus",
    "ImageStore",
    "ImageStoreSpec",
    "KeptAnswer",
    "Layout",
    "LayoutDescription",
    "LayoutSpec",
    "Maker",
    "Model",
    "ModelShelf",
    "NetworkDescription",
    "NoOptions",
    "PinningLayout",
    "Price",
    "Progress",
    "Reading",
    "Records",
    "Recovery",
    "RecoverySpec",
    "Renderer",
    "RendererSpec",
    "RereadingTagger",
    "ShowProgress",
    "Source",
    "SourceSpec",
    "Spec",
    "Tag",
    "TagResult",
    "TagStatus",
    "Tagger",
    "TaggerSpec",
    "TextEmbedder",
    "Variant",
    "loaded",
    "no_progress",
    "no_show",
]
