"""Step four: from a backend's tags to a map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tagatlas.atlas import Atlas, check_map_name
from tagatlas.catalog import Backend, StoredMap
from tagatlas.catalog.maps import SettingValue
from tagatlas.contracts import Progress, ShowProgress, no_progress, no_show
from tagatlas.contracts.annotation import content_as_json
from tagatlas.errors import AtlasDamaged, EmptyMap, UsageError
from tagatlas.options import option_values
from tagatlas.plugins import CLUSTERERS, GRAPH_BUILDERS, LAYOUTS
from tagatlas.selection import Selection
from tagatlas.steps.changes import annotated_changes, are_new, check_changes, given_changes
from tagatlas.steps.hiding import hide_images
from tagatlas.steps.making import MapPlugins, making_of, shaping_code
from tagatlas.steps.names import anchor_drawings, dropped, given_names, keep_names
from tagatlas.steps.network import build_network, builder_images
from tagatlas.steps.opened import AtlasLike, select, several
from tagatlas.steps.part import choose_shown, keep_cluster
from tagatlas.steps.preparing import preparing
from tagatlas.steps.sharding import opened_on, searching_on
from tagatlas.steps.signatures import complete_signatures
from tagatlas.versions import versions
from tagatlas_mapping.maps.duplicates import LEVELS
from tagatlas_mapping.maps.given_name import GivenName
from tagatlas_mapping.maps.inputs import changed_settings, input_digest
from tagatlas_mapping.maps.names import rename_clusters
from tagatlas_mapping.maps.options import MapOptions
from tagatlas_mapping.maps.part import Part, asked_part

_BY_HAND = ("cluster_names", "cluster_changes")
"""Options that name tables of a researcher's choices."""


@dataclass(frozen=True)
class MapReport:
    """Result of mapping.

    Attributes:
        name: the map's name.
        unchanged: whether the same map existed already.
        images, tags, edges: size of its network.
        clusters: names of its clusters, the largest first.
        in_none: number of its images that are in no cluster.
        unused_names: names given by a researcher that fit no cluster of the map.
        left_out: number of the collection's images that are not on it, by reason.
        notes: further remarks for the user, a line each.
    """

    name: str
    unchanged: bool
    images: int
    tags: int
    edges: int
    clusters: list[str]
    unused_names: list[str]
    notes: Sequence[str] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    in_none: int = 0


def map(  # noqa: A001 - tagatlas.map
    atlas: AtlasLike,
    *,
    backend: str | None = None,
    name: str | None = None,
    force: bool = False,
    on: str = "",
    show: ShowProgress = no_show,
    hide: str | Path | Sequence[str] | None = None,
    unhide: str | Path | Sequence[str] | None = None,
    within_cluster: str | None = None,
    of_map: str | None = None,
    with_tag: str | Sequence[str] = (),
    tag_score: float | None = None,
    where: str | Sequence[str] = (),
    **options: object,
) -> MapReport:
    """Make a map of a backend's tags: build the network, lay it out, find clusters.

    A map of a part of the collection shows the images for which all holds that is said of the
    part; it has a name of its own, and is that of the same part whenever it is made again.

    Args:
        atlas: open for writing, or the folder of one.
        backend: with the tags to map; by default the variable ``TAGATLAS_BACKEND``, or the
            backend that was used last.
        name: of the map; by default the backend's.
        force: make it again from the start, even if the images, the settings and the code that
            shapes it are unchanged.
        on: where near duplicates are found, and images outside of the sample compared with it;
            see :func:`tag`.
        show: see :func:`tagatlas.run`.
        hide: images that no file shows from now on, nor copies of their pictures: a table that
            names them, or ids, addresses, paths or file names. The option ``hidden`` says whether
            they count.
        unhide: images that are shown again, likewise.
        within_cluster: the part in the cluster or sub-cluster of that name.
        of_map: the map with that cluster; by default the backend's, or the newest other one.
        with_tag: the part with this tag, or these.
        tag_score: the lowest score of such a tag that counts; 0.1 by default.
        where: the part with a record for which a condition holds, or some, such as
            ``"year>=1990"``, ``"place=Lisbon"`` or ``"text~parrot"``.
        options: of the step ``map``, of graph builders, layouts and clusterers, by name, such as
            ``builder="knn"``, ``seed=1``, ``bipartite_threshold=0.2``.

    Raises:
        OptionError, UnknownPlugin, MissingDependency: an invalid choice.
        UsageError: the backend has tagged nothing, or lacks the embeddings that the builder
            or the clusterer reads, or a newly given file of names or changes cannot be read; or no
            image is called as one to hide, or a part names what does not exist, or has no name of
            its own.
        EmptyMap: no image has a tag that passes the thresholds, or is in the part.
        PluginError: a plugin cannot describe itself, or gave an invalid result.
    """
    part = asked_part(within_cluster, of_map, several(with_tag), tag_score, several(where))
    if part is not None and name is None:
        raise UsageError("a map of a part of the collection needs a name of its own: --map NAME")
    with opened_on(atlas, on) as its_atlas:
        selection = select(its_atlas, options, "map")
        mapping, plugins = choose_mapping(its_atlas, selection)
        with selection.remembered():
            tagger = backend_to_map(its_atlas, backend or selection.variable("backend")).name
            check_map_name(its_atlas, name or tagger)
            with (
                preparing(plugins, show, at_once=False) as prepare,
                show("mapping") as progress,
            ):
                notes = hide_images(its_atlas, unhide, hide=False) if unhide else []
                notes += hide_images(its_atlas, hide) if hide else []
                report = map_collection(
                    its_atlas,
                    name or tagger,
                    tagger,
                    plugins,
                    mapping,
                    part=part,
                    force=force,
                    on=on,
                    before_drawing=prepare,
                    progress=progress,
                )
                return replace(report, notes=[*notes, *report.notes])


def choose_mapping(atlas: Atlas, selection: Selection) -> tuple[MapOptions, MapPlugins]:
    """The options and plugins of maps; also checks that files of names can be read.

    Layout and clusterer are not made yet, since that loads packages that only drawing needs.

    Raises:
        UsageError: a newly given file of names cannot be read.
    """
    options = selection.options("map", MapOptions, unasked=set(_BY_HAND))
    plugins = MapPlugins(
        selection.plugin(GRAPH_BUILDERS, options.builder),
        selection.look_up(LAYOUTS, options.layout),
        selection.look_up(CLUSTERERS, options.clusterer),
    )
    given_names(atlas, options.cluster_names)
    check_changes(atlas, options.cluster_changes)
    return options, plugins


def backend_to_map(atlas: Atlas, tagger: str | None) -> Backend:
    """The backend whose tags are mapped: the one used last, of the tagger named or of any.

    Raises:
        UsageError: it has tagged nothing in this atlas.
    """
    backend = atlas.catalog.tagging.last_used(tagger)
    if backend is None:
        said = f"{tagger} has tagged nothing" if tagger else "no backend has tagged anything"
        raise UsageError(f"{said} in {atlas.folder}: run tagatlas tag first")
    return backend


def map_collection(
    atlas: Atlas,
    name: str,
    tagger: str | Backend,
    plugins: MapPlugins,
    options: MapOptions,
    *,
    part: Part | None = None,
    force: bool = False,
    on: str = "",
    before_drawing: Callable[[], None] | None = None,
    progress: Progress = no_progress,
) -> MapReport:
    """Build, lay out, cluster and name a map; nothing is computed if nothing changed.

    If only its images or the code that shapes it changed, a map starts from its old positions,
    so that it does not jump. Changes of clusters by researchers come before all that depends on
    clusters; names that they give are added last, without drawing again.

    Args:
        atlas: open for writing.
        name: of the map; one of that name is replaced.
        tagger: with the tags to map: by name, with its latest fingerprint, or as a backend.
        plugins: that make the map.
        options: of the map itself.
        part: of the collection that it shows; by default that of the map of that name.
        force: see :func:`map`.
        on: see :func:`map`.
        before_drawing: called before the map is drawn; not if it is unchanged.
        progress: called with the clusterer's and the layout's progress.

    Raises:
        UsageError: the backend has tagged nothing, or lacks the embeddings that the builder
            or the clusterer reads, or a newly given file of names cannot be read.
        OptionError: an option of the builder or the clusterer does not fit the collection.
        EmptyMap: no image has a tag that passes the thresholds.
        PluginError: a plugin cannot describe itself, or gave an invalid result.
    """
    stored = _stored(atlas, name)
    if stored is None and are_new(atlas, options.cluster_changes):  # about a map that there is
        first = replace(options, cluster_changes=())
        map_collection(
            atlas, name, tagger, plugins, first, part=part, before_drawing=before_drawing, on=on
        )
        stored = _stored(atlas, name)
    names, notes = given_names(atlas, options.cluster_names, stored)
    keep_names(atlas, options.cluster_names, stored)
    notes += dropped(atlas, "cluster_names", options.cluster_names)
    notes += dropped(atlas, "cluster_changes", options.cluster_changes)
    backend = tagger if isinstance(tagger, Backend) else backend_to_map(atlas, tagger)
    level = LEVELS.get(options.duplicates)
    if level is not None:
        complete_signatures(atlas)
    changes, told = given_changes(atlas, stored, options.cluster_changes, level)
    on_map, revision = annotated_changes(atlas, name)
    changes, notes = [*changes, *on_map], [*notes, *told]
    maker = plugins.builder.product
    shown = choose_shown(atlas, name, backend, options, part)
    images, tags = shown.images, shown.tags
    embeddings = atlas.catalog.tagging.embeddings(backend.id, images["id"])
    settings = _settings(options, plugins) | shown.settings
    given = builder_images(atlas, backend, maker, images, embeddings, level=level)
    making = making_of(atlas, backend.name, plugins)
    packages = [package for each in plugins for package in each.spec.packages]
    own = [settings, versions(packages), shaping_code(plugins)]
    shaped_by: list[object] = [backend.fingerprint, *own]
    if changes:
        shaped_by += [revision, *(content_as_json(each) for each in changes)]
    digest = input_digest(shaped_by, images, tags, given, embeddings)
    if stored is not None and stored.digest == digest and not force:
        report = _with_names(atlas, stored, names, before=stored)
        left_out = shown.left_out(stored.data.images["id"], making.builder.description)
        return replace(report, notes=notes, left_out=left_out)
    if tags.head(1).collect().is_empty():
        raise EmptyMap(shown.nothing(backend.name))
    if stored is not None:
        anchor_drawings(atlas, stored)
    if before_drawing is not None:
        before_drawing()
    from tagatlas_mapping.maps.build import draw_map  # loads the compiler: slow
    from tagatlas_mapping.maps.changes import HandClusterer
    from tagatlas_mapping.maps.colours import with_colours
    from tagatlas_mapping.maps.likeness import describe_likeness

    network, ties = build_network(maker, given, tags)
    old = None if force else atlas.catalog.maps.places(name, settings)
    drawn_as, likeness = describe_likeness(
        making.builder.description, network, options, made_again=old is not None
    )
    by_hand = HandClusterer(plugins.clusterer.product, changes)
    with searching_on(atlas, on) as search:
        data = draw_map(
            network,
            images,
            tags,
            plugins.layout.product,
            by_hand if changes else plugins.clusterer.product,
            replace(options, likeness=likeness),
            ties=ties,
            embeddings=embeddings,
            old_positions=old,
            search=search,
            progress=progress,
        )
    data = with_colours(data, atlas.catalog.maps.colours(name))
    making = replace(making, builder=replace(making.builder, description=drawn_as))
    if making.clusterer is not None and by_hand.changed is not None:
        described = replace(making.clusterer, description=by_hand.describe())
        making = replace(making, clusterer=described, changed=revision)
        if shown.part is None:  # others are not on the map of a part, as is to be expected
            notes = [*notes, *by_hand.changed.unfit]
    if stored is not None:
        notes = [*notes, *changed_settings(stored.settings, settings)]
    made = StoredMap(name, backend.id, digest, settings, data, making)
    report = _with_names(atlas, made, names, before=None)
    keep_cluster(atlas, name, shown.cluster)
    left_out = shown.left_out(data.images["id"], drawn_as)
    return replace(report, notes=notes, left_out=left_out)


def _stored(atlas: Atlas, name: str) -> StoredMap | None:
    """The map of that name; None if there is none, or it is damaged and is made again."""
    try:
        return atlas.catalog.maps.load(name)
    except AtlasDamaged:
        return None


def _with_names(
    atlas: Atlas, made: StoredMap, names: Sequence[GivenName], *, before: StoredMap | None
) -> MapReport:
    """Give a map its names, and store it if it differs from the stored one."""
    data = made.data
    renamed = rename_clusters(data.clusters, data.subclusters, data.nodes, names)
    data = replace(data, clusters=renamed.clusters, subclusters=renamed.subclusters)
    named = replace(made, data=data)
    unchanged = (
        before is not None
        and before.data.clusters.equals(data.clusters)
        and before.data.subclusters.equals(data.subclusters)
    )
    if not unchanged:
        atlas.catalog.maps.save(named)
    return _report(named, unchanged=unchanged, unused_names=renamed.unused)


def _settings(options: MapOptions, plugins: MapPlugins) -> dict[str, SettingValue]:
    """Every setting the map depends on, by its name in ``atlas.toml``.

    Names that researchers give are not among them: they are added last, and change nothing else.
    Nor are changes of clusters: such a map starts from its old positions.
    """
    owners: Mapping[str, object] = {
        "map": options,
        **{each.owner: each.options for each in plugins},
    }
    return {
        f"{owner}.{name}": value
        for owner, chosen in owners.items()
        for name, value in option_values(chosen).items()
        if owner != "map" or name not in _BY_HAND
    }


def _report(stored: StoredMap, *, unchanged: bool, unused_names: list[str]) -> MapReport:
    data = stored.data
    kinds = data.nodes["kind"]
    return MapReport(
        name=stored.name,
        unchanged=unchanged,
        images=int((kinds == "image").sum()),
        tags=int((kinds == "tag").sum()),
        edges=len(data.sources),
        clusters=[name for row, name in enumerate(data.clusters["name"]) if row != data.remainder],
        in_none=data.in_none,
        unused_names=unused_names,
    )
