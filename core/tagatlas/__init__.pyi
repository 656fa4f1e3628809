"""The names of :mod:`tagatlas`, for checkers of types."""

from tagatlas.atlas import (
    Atlas as Atlas,
)
from tagatlas.atlas import (
    open_atlas as open_atlas,
)
from tagatlas.catalog.removals import (
    Extent as Extent,
)
from tagatlas.contracts import (
    Citation as Citation,
)
from tagatlas.contracts import (
    Clusterer as Clusterer,
)
from tagatlas.contracts import (
    ClustererDescription as ClustererDescription,
)
from tagatlas.contracts import (
    ClustererSpec as ClustererSpec,
)
from tagatlas.contracts import (
    ClusterInput as ClusterInput,
)
from tagatlas.contracts import (
    Clusters as Clusters,
)
from tagatlas.contracts import (
    CommandSpec as CommandSpec,
)
from tagatlas.contracts import (
    FailureKind as FailureKind,
)
from tagatlas.contracts import (
    GraphBuilder as GraphBuilder,
)
from tagatlas.contracts import (
    GraphBuilderSpec as GraphBuilderSpec,
)
from tagatlas.contracts import (
    ImageCopy as ImageCopy,
)
from tagatlas.contracts import (
    ImageInput as ImageInput,
)
from tagatlas.contracts import (
    ImageStatus as ImageStatus,
)
from tagatlas.contracts import (
    ImageStore as ImageStore,
)
from tagatlas.contracts import (
    ImageStoreSpec as ImageStoreSpec,
)
from tagatlas.contracts import (
    KeptAnswer as KeptAnswer,
)
from tagatlas.contracts import (
    Layout as Layout,
)
from tagatlas.contracts import (
    LayoutDescription as LayoutDescription,
)
from tagatlas.contracts import (
    LayoutSpec as LayoutSpec,
)
from tagatlas.contracts import (
    Maker as Maker,
)
from tagatlas.contracts import (
    Map as Map,
)
from tagatlas.contracts import (
    MapData as MapData,
)
from tagatlas.contracts import (
    MapFile as MapFile,
)
from tagatlas.contracts import (
    MapWidget as MapWidget,
)
from tagatlas.contracts import (
    Mark as Mark,
)
from tagatlas.contracts import (
    Model as Model,
)
from tagatlas.contracts import (
    ModelShelf as ModelShelf,
)
from tagatlas.contracts import (
    NetworkDescription as NetworkDescription,
)
from tagatlas.contracts import (
    NoOptions as NoOptions,
)
from tagatlas.contracts import (
    Page as Page,
)
from tagatlas.contracts import (
    PagedSource as PagedSource,
)
from tagatlas.contracts import (
    Price as Price,
)
from tagatlas.contracts import (
    Progress as Progress,
)
from tagatlas.contracts import (
    Provenance as Provenance,
)
from tagatlas.contracts import (
    Reading as Reading,
)
from tagatlas.contracts import (
    Records as Records,
)
from tagatlas.contracts import (
    Recovery as Recovery,
)
from tagatlas.contracts import (
    RecoverySpec as RecoverySpec,
)
from tagatlas.contracts import (
    Renderer as Renderer,
)
from tagatlas.contracts import (
    RendererSpec as RendererSpec,
)
from tagatlas.contracts import (
    RereadingTagger as RereadingTagger,
)
from tagatlas.contracts import (
    ShowProgress as ShowProgress,
)
from tagatlas.contracts import (
    Source as Source,
)
from tagatlas.contracts import (
    SourceFacts as SourceFacts,
)
from tagatlas.contracts import (
    SourceSpec as SourceSpec,
)
from tagatlas.contracts import (
    Tag as Tag,
)
from tagatlas.contracts import (
    Tagger as Tagger,
)
from tagatlas.contracts import (
    TaggerSpec as TaggerSpec,
)
from tagatlas.contracts import (
    TagResult as TagResult,
)
from tagatlas.contracts import (
    TagStatus as TagStatus,
)
from tagatlas.contracts import (
    TextEmbedder as TextEmbedder,
)
from tagatlas.contracts import (
    Thumbnail as Thumbnail,
)
from tagatlas.contracts import (
    Variant as Variant,
)
from tagatlas.contracts import (
    no_progress as no_progress,
)
from tagatlas.contracts import (
    no_show as no_show,
)
from tagatlas.contracts.annotation import (
    Annotation as Annotation,
)
from tagatlas.contracts.annotation import (
    Arrow as Arrow,
)
from tagatlas.contracts.annotation import (
    Caption as Caption,
)
from tagatlas.contracts.annotation import (
    ClusterMerge as ClusterMerge,
)
from tagatlas.contracts.annotation import (
    ClusterMove as ClusterMove,
)
from tagatlas.contracts.annotation import (
    ClusterName as ClusterName,
)
from tagatlas.contracts.annotation import (
    ClusterReference as ClusterReference,
)
from tagatlas.contracts.annotation import (
    Content as Content,
)
from tagatlas.contracts.annotation import (
    Note as Note,
)
from tagatlas.contracts.annotation import (
    Outline as Outline,
)
from tagatlas.hookspecs import (
    hookimpl as hookimpl,
)
from tagatlas.network import (
    Network as Network,
)
from tagatlas.plugins import (
    BrokenPlugin as BrokenPlugin,
)
from tagatlas.plugins import (
    InstalledPlugin as InstalledPlugin,
)
from tagatlas.plugins import (
    Plugins as Plugins,
)
from tagatlas.plugins import (
    load_plugins as load_plugins,
)
from tagatlas.steps.add import (
    AddReport as AddReport,
)
from tagatlas.steps.add import (
    add as add,
)
from tagatlas.steps.fetch import (
    FetchReport as FetchReport,
)
from tagatlas.steps.fetch import (
    fetch as fetch,
)
from tagatlas.steps.info import (
    AtlasInfo as AtlasInfo,
)
from tagatlas.steps.info import (
    BackendInfo as BackendInfo,
)
from tagatlas.steps.info import (
    MapInfo as MapInfo,
)
from tagatlas.steps.info import (
    SettingInfo as SettingInfo,
)
from tagatlas.steps.info import (
    SourceInfo as SourceInfo,
)
from tagatlas.steps.info import (
    StatusInfo as StatusInfo,
)
from tagatlas.steps.info import (
    info as info,
)
from tagatlas.steps.load import (
    load_map as load_map,
)
from tagatlas.steps.map import (
    MapReport as MapReport,
)
from tagatlas.steps.map import (
    map as map,  # noqa: A004
)
from tagatlas.steps.opened import (
    AtlasLike as AtlasLike,
)
from tagatlas.steps.options import (
    AddOptions as AddOptions,
)
from tagatlas.steps.options import (
    TagOptions as TagOptions,
)
from tagatlas.steps.reading import (
    ReadAtlas as ReadAtlas,
)
from tagatlas.steps.reading import (
    read_atlas as read_atlas,
)
from tagatlas.steps.remove import (
    Lookalike as Lookalike,
)
from tagatlas.steps.remove import (
    RemoveReport as RemoveReport,
)
from tagatlas.steps.remove import (
    remove as remove,
)
from tagatlas.steps.render import (
    RenderReport as RenderReport,
)
from tagatlas.steps.render import (
    export as export,
)
from tagatlas.steps.render import (
    render as render,
)
from tagatlas.steps.run import (
    RunReport as RunReport,
)
from tagatlas.steps.run import (
    StepReport as StepReport,
)
from tagatlas.steps.run import (
    run as run,
)
from tagatlas.steps.run import (
    run_steps as run_steps,
)
from tagatlas.steps.search import (
    search as search,
)
from tagatlas.steps.spending import (
    Estimate as Estimate,
)
from tagatlas.steps.tag import (
    TagReport as TagReport,
)
from tagatlas.steps.tag import (
    estimate as estimate,
)
from tagatlas.steps.tag import (
    tag as tag,
)
from tagatlas.steps.trust import (
    TrustReport as TrustReport,
)
from tagatlas.steps.trust import (
    trust as trust,
)
from tagatlas_fetching import (
    FetchOptions as FetchOptions,
)
from tagatlas_fetching.placeholders import (
    Placeholder as Placeholder,
)
from tagatlas_mapping.maps.options import (
    MapOptions as MapOptions,
)

__all__: list[str]

def __getattr__(name: str) -> object: ...
