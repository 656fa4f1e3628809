"""The hooks. Each docstring is the contract of its hook.

A plugin is a module named by an entry point of the group ``tagatlas``. It implements one or more
of these functions, marked with :data:`hookimpl`. A hook only announces: it returns specs, cheaply,
and imports no heavy package. The work is done by the object that a spec's ``factory`` makes, which
is called only when the user chose it. A class in another module is named as text,
``factory="greymodel:GreyTagger"``: that module is then imported only when it is used.

A complete plugin::

    # greytagger.py            pyproject.toml: [project.entry-points.tagatlas]
    #                                          grey = "greytagger"
    from tagatlas import Tag, Tagger, TaggerSpec, TagResult, hookimpl

    class GreyTagger(Tagger):
        def __init__(self, options): ...

        def tag(self, images):
            return [TagResult.ok([Tag(_tone(image), 1.0)]) for image in images]

        def fingerprint(self):
            return "grey 1"

    def _tone(image):
        mean = image.open().convert("L").resize((1, 1)).getpixel((0, 0))
        return "light" if mean > 127 else "dark"

    @hookimpl
    def tagatlas_taggers():
        return [TaggerSpec(name="grey", summary="Light or dark.", factory=GreyTagger)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagatlas.contracts import (
        ClustererSpec,
        CommandSpec,
        GraphBuilderSpec,
        ImageStoreSpec,
        LayoutSpec,
        RecoverySpec,
        RendererSpec,
        SourceSpec,
        TaggerSpec,
    )

hookspec = pluggy.HookspecMarker("tagatlas")
hookimpl = pluggy.HookimplMarker("tagatlas")


@hookspec
def tagatlas_sources() -> Iterable[SourceSpec]:
    """Announce sources: they read an input into records.

    Called once, when a command that adds records starts. The class is a
    :class:`~tagatlas.Source`; its suite is :class:`tagatlas.testing.SourceContract`::

        @hookimpl
        def tagatlas_sources():
            return [SourceSpec(name="table", summary="CSV, Parquet, …", accepts=is_table,
                               options=TableOptions, factory=TableSource)]
    """
    raise NotImplementedError


@hookspec
def tagatlas_image_stores() -> Iterable[ImageStoreSpec]:
    """Announce image stores: they store image bytes by image id.

    The class is an :class:`~tagatlas.ImageStore`; its suite is
    :class:`tagatlas.testing.ImageStoreContract`::

        @hookimpl
        def tagatlas_image_stores():
            return [ImageStoreSpec(name="files", summary="Files in the atlas.", factory=FileStore)]
    """
    raise NotImplementedError


@hookspec
def tagatlas_recoveries() -> Iterable[RecoverySpec]:
    """Announce recoveries: they name URLs of copies of pictures that are gone.

    The class is a :class:`~tagatlas.Recovery`; its suite is
    :class:`tagatlas.testing.RecoveryContract`. A user asks for it by name, ``--recover archive``::

        class Archive(Recovery):
            def __init__(self, options): ...

            def copies(self, url):
                return [f"https://archive.example.org/latest/{url}"]

        @hookimpl
        def tagatlas_recoveries():
            return [RecoverySpec(name="archive", summary="Our archive.", factory=Archive)]
    """
    raise NotImplementedError


@hookspec
def tagatlas_taggers() -> Iterable[TaggerSpec]:
    """Announce taggers: they turn images into tags.

    The class is a :class:`~tagatlas.Tagger`; its suite is
    :class:`tagatlas.testing.TaggerContract`::

        @hookimpl
        def tagatlas_taggers():
            return [TaggerSpec(name="imagenet", summary="1,000 things.", factory=ImageNetTagger)]
    """
    raise NotImplementedError


@hookspec
def tagatlas_graph_builders() -> Iterable[GraphBuilderSpec]:
    """Announce graph builders: they turn tags into a network.

    A builder may also read the images' embeddings, records or thumbnails: its ``reads`` lists
    them. Its ``describe`` tells posters, pages and methods sections what images are then placed
    by, and what to cite. The class is a :class:`~tagatlas.GraphBuilder`; its suite is
    :class:`tagatlas.testing.GraphBuilderContract`::

        class ContactsBuilder(GraphBuilder):
            reads = frozenset({"records"})

            def describe(self):
                paper = Citation("Moreno, 1934", "Moreno, J. L. (1934). *Who shall survive?*")
                return NetworkDescription(placed_by="the users who posted them", node="user",
                                          citations=(paper,))

            def build(self, images, tags): ...

        @hookimpl
        def tagatlas_graph_builders():
            return [GraphBuilderSpec(name="contacts", summary="Images and users.",
                                     options=ContactsOptions, factory=ContactsBuilder)]
    """
    raise NotImplementedError


@hookspec
def tagatlas_layouts() -> Iterable[LayoutSpec]:
    """Announce layouts: they place the nodes of a network.

    Its ``describe`` gives the method and its citations. The class is a
    :class:`~tagatlas.Layout`; its suite is :class:`tagatlas.testing.LayoutContract`::

        @hookimpl
        def tagatlas_layouts():
            return [LayoutSpec(name="forceatlas2", summary="ForceAtlas2.",
                               options=ForceAtlas2Options, factory=ForceAtlas2Layout)]
    """
    raise NotImplementedError


@hookspec
def tagatlas_clusterers() -> Iterable[ClustererSpec]:
    """Announce clusterers: they partition the images of a map into clusters.

    It gets the images' tags and embeddings and the map's network, and returns a cluster number
    for each image; optionally also the clusters' stability, and sub-clusters. The engine makes
    names, outlines and quantities. Its ``describe`` gives the method and its citations. The class
    is a :class:`~tagatlas.Clusterer`; its suite is :class:`tagatlas.testing.ClustererContract`::

        class Components(Clusterer):
            def __init__(self, options): ...

            def describe(self):
                return ClustererDescription(text="Images that links join are one cluster.")

            def cluster(self, images, *, seed, progress):
                from scipy.sparse.csgraph import connected_components

                _, of_node = connected_components(images.network.adjacency(), directed=False)
                progress(1, 1)
                return Clusters(labels=of_node[images.nodes])

        @hookimpl
        def tagatlas_clusterers():
            return [ClustererSpec(name="components", summary="Connected components.",
                                  factory=Components)]
    """
    raise NotImplementedError


@hookspec
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce renderers: they write a map to files.

    Pages list the ``files`` that it names, and the viewer offers them by the text of ``download``;
    maps show themselves in notebooks by the function that ``widget`` names.
    The class is a :class:`~tagatlas.Renderer`; its suite is
    :class:`tagatlas.testing.RendererContract`::

        @hookimpl
        def tagatlas_renderers():
            return [RendererSpec(name="poster", summary="The images in place, as a PNG.",
                                 options=PosterOptions, factory=PosterRenderer,
                                 files={"map.png": "the poster"}, download="Poster (PNG)")]
    """
    raise NotImplementedError


@hookspec
def tagatlas_commands() -> Iterable[CommandSpec]:
    """Announce commands of the command line.

    A command is a :class:`click.Command`, best a :class:`tagatlas.toolkit.commands.Command`,
    which has the options of steps and plugins, ``--json``, and errors of one line. It calls a
    function that is also available from Python, and prints its result::

        @hookimpl
        def tagatlas_commands():
            return [CommandSpec(name="compare", summary="Compare backends.", after="models",
                                factory="tagatlas_compare.comparison.command:compare_command",
                                function="tagatlas_compare:compare")]
    """
    raise NotImplementedError
