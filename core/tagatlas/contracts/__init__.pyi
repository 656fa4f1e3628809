"""The names of :mod:`tagatlas.contracts`, for checkers of types."""

from tagatlas.contracts.clusterer import (
    Clusterer as Clusterer,
)
from tagatlas.contracts.clusterer import (
    ClusterInput as ClusterInput,
)
from tagatlas.contracts.clusterer import (
    Clusters as Clusters,
)
from tagatlas.contracts.description import (
    Citation as Citation,
)
from tagatlas.contracts.description import (
    ClustererDescription as ClustererDescription,
)
from tagatlas.contracts.description import (
    LayoutDescription as LayoutDescription,
)
from tagatlas.contracts.description import (
    Maker as Maker,
)
from tagatlas.contracts.description import (
    NetworkDescription as NetworkDescription,
)
from tagatlas.contracts.layout import (
    Layout as Layout,
)
from tagatlas.contracts.map import (
    Map as Map,
)
from tagatlas.contracts.map import (
    MapFile as MapFile,
)
from tagatlas.contracts.map import (
    MapWidget as MapWidget,
)
from tagatlas.contracts.map import (
    Provenance as Provenance,
)
from tagatlas.contracts.map import (
    SourceFacts as SourceFacts,
)
from tagatlas.contracts.map_data import (
    MapData as MapData,
)
from tagatlas.contracts.marks import (
    Mark as Mark,
)
from tagatlas.contracts.models import (
    Model as Model,
)
from tagatlas.contracts.models import (
    ModelShelf as ModelShelf,
)
from tagatlas.contracts.models import (
    TextEmbedder as TextEmbedder,
)
from tagatlas.contracts.network import (
    GraphBuilder as GraphBuilder,
)
from tagatlas.contracts.network import (
    Thumbnail as Thumbnail,
)
from tagatlas.contracts.price import (
    Price as Price,
)
from tagatlas.contracts.progress import (
    Progress as Progress,
)
from tagatlas.contracts.progress import (
    ShowProgress as ShowProgress,
)
from tagatlas.contracts.progress import (
    no_progress as no_progress,
)
from tagatlas.contracts.progress import (
    no_show as no_show,
)
from tagatlas.contracts.recovery import (
    Recovery as Recovery,
)
from tagatlas.contracts.renderer import (
    Renderer as Renderer,
)
from tagatlas.contracts.source import (
    Page as Page,
)
from tagatlas.contracts.source import (
    PagedSource as PagedSource,
)
from tagatlas.contracts.source import (
    Records as Records,
)
from tagatlas.contracts.source import (
    Source as Source,
)
from tagatlas.contracts.specs import (
    ClustererSpec as ClustererSpec,
)
from tagatlas.contracts.specs import (
    CommandSpec as CommandSpec,
)
from tagatlas.contracts.specs import (
    GraphBuilderSpec as GraphBuilderSpec,
)
from tagatlas.contracts.specs import (
    ImageStoreSpec as ImageStoreSpec,
)
from tagatlas.contracts.specs import (
    LayoutSpec as LayoutSpec,
)
from tagatlas.contracts.specs import (
    NoOptions as NoOptions,
)
from tagatlas.contracts.specs import (
    RecoverySpec as RecoverySpec,
)
from tagatlas.contracts.specs import (
    RendererSpec as RendererSpec,
)
from tagatlas.contracts.specs import (
    SourceSpec as SourceSpec,
)
from tagatlas.contracts.specs import (
    Spec as Spec,
)
from tagatlas.contracts.specs import (
    TaggerSpec as TaggerSpec,
)
from tagatlas.contracts.specs import (
    loaded as loaded,
)
from tagatlas.contracts.store import (
    ImageCopy as ImageCopy,
)
from tagatlas.contracts.store import (
    ImageStore as ImageStore,
)
from tagatlas.contracts.store import (
    StoreInFront as StoreInFront,
)
from tagatlas.contracts.tagger import (
    FailureKind as FailureKind,
)
from tagatlas.contracts.tagger import (
    ImageInput as ImageInput,
)
from tagatlas.contracts.tagger import (
    KeptAnswer as KeptAnswer,
)
from tagatlas.contracts.tagger import (
    Reading as Reading,
)
from tagatlas.contracts.tagger import (
    RereadingTagger as RereadingTagger,
)
from tagatlas.contracts.tagger import (
    Tag as Tag,
)
from tagatlas.contracts.tagger import (
    Tagger as Tagger,
)
from tagatlas.contracts.tagger import (
    TagResult as TagResult,
)
from tagatlas.statuses import (
    ALWAYS_KEPT as ALWAYS_KEPT,
)
from tagatlas.statuses import (
    ImageStatus as ImageStatus,
)
from tagatlas.statuses import (
    TagStatus as TagStatus,
)
from tagatlas.statuses import (
    Variant as Variant,
)

__all__: list[str]
