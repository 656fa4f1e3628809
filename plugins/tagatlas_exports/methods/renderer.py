"""Writes ``methods.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import polars as pl

from tagatlas import (
    ClustererDescription,
    LayoutDescription,
    Maker,
    Map,
    NetworkDescription,
    NoOptions,
    Provenance,
    Renderer,
    TagStatus,
)
from tagatlas.toolkit import write_atomically
from tagatlas_exports.methods.collection import ALWAYS, by_status, collection
from tagatlas_exports.methods.colours import cited, coloured
from tagatlas_exports.methods.drawn import drawn
from tagatlas_exports.methods.markdown import count, escape, listed, table
from tagatlas_exports.methods.places import area_text, links_images, sample_text
from tagatlas_exports.methods.references import DIFFUSION, GRID, LOG_ODDS, SORTING
from tagatlas_exports.methods.shown import hidden, part, shown

_TAGGINGS: dict[str, str] = {
    TagStatus.OK: "got at least one tag",
    TagStatus.EMPTY: "showed nothing that the backend has a label for",
    TagStatus.FAILED: "could not be looked at",
    TagStatus.PENDING: "still had to be tagged",
}
_SPREAD = (
    "Crowds of images were then spread by the diffusion of what is too dense (Gastner & Newman,"
    " 2004), and images moved apart so that they do not cover each other. Islands of a cluster's"
    " images were then moved as wholes, some of them past others, so that the map has few empty"
    " parts: how far islands lie from each other means little."
)
_HUNG = (
    "Images were then put into the equal cells of a grid: both were halved together again and again"
    " (Hilasaca et al., 2024), and images in touching cells swapped while that brought neighbours"
    " closer."
)
_SORTED = (
    "Images were then put into the equal cells of a grid: both were halved together again and again"
    " (Hilasaca et al., 2024), and the images sorted by Fast Linear Assignment Sorting (Barthel et"
    " al., 2023), so that those alike are side by side. They were compared by principal components"
    " of their tags and, where the backend gives any, embeddings, each moved halfway to the mean of"
    " its cluster. So neighbours on the wall are alike, and the distance of others means little."
    " When the wall is made again, images stay about where they were."
)
_ARRANGEMENTS = {
    "free": (_SPREAD, {DIFFUSION}),
    "by position": (_HUNG, {GRID}),
    "by likeness": (_SORTED, {GRID, SORTING}),
}
"""Each arrangement's description, and its papers."""

OWN = "tagatlas"
"""The distribution whose version is at the end of every text."""

_SENTENCES = ("text", "sampling", "stability", "division")
"""Parts of a plugin's description that the text includes unchanged."""

Description = TypeVar("Description", NetworkDescription, LayoutDescription, ClustererDescription)
Settings = Mapping[str, bool | int | float | str | None]


class MethodsRenderer(Renderer):
    """Writes a methods section on how the map was made."""

    def __init__(self, options: NoOptions) -> None:
        """There are no options."""

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``methods.md``; see :meth:`tagatlas.Renderer.render`."""
        path = folder / "methods.md"
        with write_atomically(path) as file:
            file.write(methods_text(map_).encode("utf-8"))
        return [path]


def methods_text(map_: Map) -> str:
    """The methods section of a map, in Markdown.

    A source is named by the last part of its path, or its URL without password and query.
    """
    facts = map_.provenance
    blocks = [
        f"# Methods: {escape(map_.collection)}, map {escape(map_.name)}",
        "## Collection",
        *part(map_),
        *collection(map_),
        "## Tags",
        *_tags(map_),
        "## Network and layout",
        *_network(map_),
        "## Clusters",
        *_clusters(map_),
        "## Limits",
        _limits(map_),
        "## Settings and versions",
        *_settings(facts),
        "## References",
        _references(map_),
    ]
    return "\n\n".join(blocks) + "\n"


def _tags(map_: Map) -> list[str]:
    facts = map_.provenance
    tags = map_.tags.select(pl.len().alias("tags"), pl.col("tag").n_unique().alias("labels"))
    counts = tags.collect(engine="streaming")
    backend = (
        f"Images were tagged by the backend *{escape(facts.tagger)}*"
        f" ({_named(facts)}fingerprint: {escape(facts.fingerprint)})."
        f" Of {count(facts.images, 'image')}, {by_status(facts.taggings, _TAGGINGS, ALWAYS)}."
    )
    if facts.copied:
        backend += (
            f" Of images that look the same one was asked about:"
            f" {count(facts.copied, 'image')} got the answer of another."
        )
    if facts.model_versions:
        backend += _answered_by(facts.model_versions)
    used = (
        f"The images on the map have {count(counts['tags'].item(), 'tag')} in all,"
        f" of {count(counts['labels'].item(), 'different label')}."
    )
    return [backend, used]


def _answered_by(versions: Mapping[str, int]) -> str:
    """The versions of the model that answered, and what several of them mean."""
    each = [
        f"{f'*{escape(version)}*' if version else 'an unknown one'} ({count(images, 'image')})"
        for version, images in versions.items()
    ]
    if len(each) == 1:
        return f" The version of its model was {each[0]}."
    known = len(each) - ("" in versions)
    answered = (
        f"it answered with {known} versions of its model, whose tags and scores"
        if known > 1
        else "not all its answers are known to be of one version of its model; those of several"
    )
    return f" **Warning**: {answered} may differ: {listed(each)}."


def _named(facts: Provenance) -> str:
    """What the tagger says of itself by name, such as its model and vocabulary."""
    return "".join(f"{escape(name)}: {escape(str(said))}; " for name, said in facts.notes.items())


def _network(map_: Map) -> list[str]:
    facts = map_.provenance
    settings, described = facts.settings, facts.builder.description
    images = map_.images.height
    others = map_.nodes.height - images
    kind = "directed" if map_.directed else "undirected"
    node, seed = escape(described.node), settings.get("map.seed")
    linked = links_images(map_)
    with_images = f"{images:,} of the {count(facts.images, 'image')}, " if linked else ""
    left_out = "; images without a link are left out" if linked else ""
    network = (
        f"The {kind} network{_by('graph builder', facts.builder)} has {with_images}"
        f"{count(others, node)} and {count(len(map_.weights), 'weighted link')}{left_out}."
        f"{_said(described)}{_plugin_settings(settings, 'builder', facts.builder.name)}"
        f"{_left_out(map_)}"
    )
    among_nodes = (
        ""
        if linked
        else f" Each image (of {images:,}) was then put at the mean place of its {node}s, weighted"
        f" by the squares of {escape(described.tie_weight)}; images without a {node} of the network"
        " are left out."
    )
    arranged, _ = _ARRANGEMENTS[_arrangement(settings)]
    places = (
        f"It was laid out{_by('layout', facts.layout)}"
        f"{'' if seed is None else f', with the seed {seed}'}."
        f"{_said(facts.layout.description)}{among_nodes}{sample_text(map_)} {arranged}"
        f"{area_text(settings)}"
        f"{_plugin_settings(settings, 'layout', facts.layout.name)}"
    )
    return [network, places]


def _left_out(map_: Map) -> str:
    """The number of images that are not on the map, with reasons."""
    text = map_.provenance.left_out_text
    return f" Of the images, {escape(text)}." if text else ""


def _arrangement(settings: Settings) -> str:
    if settings.get("map.arrangement") != "grid":
        return "free"
    return "by likeness" if settings.get("map.likeness") else "by position"


def _by(what: str, maker: Maker[Description]) -> str:
    """The plugin that did it, its distribution if third-party, and its citations."""
    if not maker.name:
        return ""
    described = maker.description
    said = " ".join(vars(described)[part] for part in _SENTENCES if part in vars(described))
    cited = [each.short for each in described.citations if each.short not in said]
    distribution = f"{maker.distribution} {maker.version}".strip()
    remarks = [] if maker.distribution in ("", OWN) else [distribution]
    remarks += cited
    within = f" ({escape('; '.join(remarks))})" if remarks else ""
    return f" by the {what} *{escape(maker.name)}*{within}"


def _said(described: NetworkDescription | LayoutDescription) -> str:
    said = _sentences(described.text)
    return f" {said}" if said else ""


def _sentences(text: str) -> str:
    """A plugin's text, escaped; empty if it has none."""
    return escape(text) if text.strip() else ""


def _plugin_settings(settings: Settings, kind: str, plugin: str) -> str:
    """A sentence with the settings of one plugin, or nothing if there are none."""
    prefix = f"{kind}.{plugin}."
    chosen = [
        f"{escape(name.removeprefix(prefix).replace('_', ' '))} {_value(value)}"
        for name, value in sorted(settings.items())
        if name.startswith(prefix)
    ]
    return f" Its settings: {', '.join(chosen)}." if chosen else ""


def _value(value: bool | int | float | str | None) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return escape(str(value))


def _clusters(map_: Map) -> list[str]:
    header = ["Cluster", "Images", "Share", "Records", "Frequency", "Stability", "Distinctive tags"]
    rows = [
        [
            escape(row["name"]),
            f"{row['images']:,}",
            f"{row['share']:.1%}",
            f"{row['records']:,}",
            f"{row['frequency']:,}",
            _stability(row["stability"]),
            escape(", ".join(row["tags"])) if row["tags"] else "",
        ]
        for row in map_.clusters.iter_rows(named=True)
    ]
    return [_how_clustered(map_), table(header, rows), *_subclusters(map_), *drawn(map_)]


def _renamed(table_: pl.DataFrame) -> str:
    """The number of clusters renamed by a user."""
    by_hand = table_.filter(pl.col("name") != pl.col("automatic_name")).height
    return f" {count(by_hand, 'of them was', 'of them were')} renamed by hand." * bool(by_hand)


def _how_clustered(map_: Map) -> str:
    facts = map_.provenance
    settings, described = facts.settings, facts.clusterer.description
    by = _by("clusterer", facts.clusterer)
    agreement, sample = map_.stability, settings.get("map.sample")
    found = f", found{by}" if by else ""
    said = [
        f"The images on the map form {count(map_.cluster_count, 'cluster')}{found}.",
        f"{count(map_.in_none, 'image is', 'images are')} in none." * bool(map_.in_none),
        _sentences(described.text),
    ]
    if isinstance(sample, int) and map_.images.height > sample and described.sampling:
        said.append(f"No more than {sample:,} were clustered one by one.")
        said.append(_sentences(described.sampling))
    if agreement is not None:
        said.append(f"The runs agree with a mean adjusted Rand index of {agreement:z.2f}.")
    named = (
        "Clusters are named by a tag that at least half of their images have, with at least half of"
        " the image's best score, and few others do, by up to three tags that hold for half of"
        " them together, or, where none does, as various; tags after a colon hold for a part of"
        " them. Their distinctive tags are ranked by weighted log-odds with an informative"
        f" Dirichlet prior (Monroe et al., 2008).{_renamed(map_.clusters)}"
    )
    chosen = _plugin_settings(settings, "clusterer", facts.clusterer.name).strip()
    said += [_sentences(described.stability), chosen, named, coloured(map_)]
    return " ".join(filter(None, said))


def _subclusters(map_: Map) -> list[str]:
    divided = map_.subclusters["cluster"].n_unique()
    how = _sentences(map_.provenance.clusterer.description.division)
    if divided == 0:
        return [f"No cluster divides well into sub-clusters. {how}"] if how else []
    names = dict(map_.clusters.select("cluster", "name").iter_rows())
    rows = [
        [
            escape(names[row["cluster"]]),
            escape(row["name"]),
            f"{row['images']:,}",
            _stability(row["stability"]),
        ]
        for row in map_.subclusters.iter_rows(named=True)
    ]
    found = (
        f"{count(divided, 'cluster divides', 'clusters divide')} into"
        f" {count(map_.subclusters.height, 'sub-cluster')}.{_renamed(map_.subclusters)}"
    )
    said = f"{found} {how}" if how else found
    return [said, table(["Cluster", "Sub-cluster", "Images", "Stability"], rows)]


def _stability(value: float | None) -> str:
    return "" if value is None else f"{value:z.2f}"


def _limits(map_: Map) -> str:
    left_out = max(map_.provenance.images - map_.images.height, 0)
    missing = "All images of the collection are on it."
    if left_out:
        missing = f"{count(left_out, 'image is', 'images are')} in the collection and not on it."
    return (
        f"Tags are what the backend *{escape(map_.provenance.tagger)}* gives: its documentation"
        " says how they are made and what they are worth. Clusters group images by what the"
        " backend gave, not by what they mean; scores of different backends cannot be compared."
        " Positions and clusters depend on the settings and the seed:"
        f" nearness on the map suggests likeness and does not measure it. {missing}{shown(map_)}"
        f"{hidden(map_)}"
    )


def _settings(facts: Provenance) -> list[str]:
    rows = [[escape(name), _value(value)] for name, value in sorted(facts.settings.items())]
    versions = [f"{escape(name)} {escape(version)}" for name, version in facts.versions.items()]
    return [
        table(["Setting", "Value"], rows),
        f"Software: {listed(versions)}." if versions else "Software versions are not known.",
    ]


def _references(map_: Map) -> str:
    """The references of the text, ordered by author."""
    facts = map_.provenance
    makers = (facts.builder, facts.layout, facts.clusterer)
    references = {
        LOG_ODDS,
        *cited(map_),
        *_ARRANGEMENTS[_arrangement(facts.settings)][1],
        *(" ".join(each.full.split()) for maker in makers for each in maker.description.citations),
    }
    return "\n".join(f"- {reference}" for reference in sorted(references))
