from __future__ import annotations

import dataclasses
import itertools
import re
from typing import TypeVar

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tagatlas.contracts import (
    Citation,
    LayoutDescription,
    Maker,
    Map,
    NetworkDescription,
    Provenance,
    RendererSpec,
    SourceFacts,
    loaded,
)
from tagatlas.plugins import CLUSTERERS, GRAPH_BUILDERS, LAYOUTS, load_plugins
from tagatlas.testing import ODD_LABELS, RendererContract, sample_map
from tagatlas_exports.methods import tagatlas_renderers
from tagatlas_exports.methods.markdown import count, escape, listed, table
from tagatlas_exports.methods.renderer import methods_text


def test_what_is_not_shown_is_said() -> None:
    map_ = sample_map()
    assert "drawn as pictures" not in methods_text(map_)
    few = map_.nodes.with_columns(shown=map_.nodes["id"].is_in(map_.images["id"].head(5).implode()))
    text = methods_text(dataclasses.replace(map_, nodes=few))
    assert "5 images are drawn as pictures" in text
    assert "how many of all 12 lie where" in text


def test_images_that_have_the_answer_of_another_are_said(facts: Provenance) -> None:
    assert "look the same" not in methods_text(with_facts(sample_map(), facts))
    text = methods_text(with_facts(sample_map(), dataclasses.replace(facts, copied=1204)))
    assert "1,204 images got the answer of another" in text


def test_limits_hold_for_any_tagger() -> None:
    """A tagger may count pixels: it guesses nothing, and was trained on nothing."""
    map_ = sample_map()
    limits = methods_text(map_).partition("## Limits")[2].partition("## ")[0]
    assert f"what the backend *{map_.provenance.tagger}* gives" in limits
    assert not re.search("model|trained|guess", limits)


def test_what_a_backend_says_of_itself_is_said_by_name(facts: Provenance) -> None:
    notes: dict[str, str | int | float] = {
        "model": "ViT-B-32/openai",
        "vocabulary": "my_labels.txt",
        "labels": 12,
    }
    text = methods_text(with_facts(sample_map(), dataclasses.replace(facts, notes=notes)))
    assert (
        r"*imagenet* (model: ViT-B-32/openai; vocabulary: my\_labels.txt; labels: 12; fingerprint: "
    ) in text


def test_placeholders_are_said(facts: Provenance) -> None:
    assert "placeholder" not in methods_text(with_facts(sample_map(), facts))
    found = {"certain": 40, "perhaps": 1}
    text = methods_text(with_facts(sample_map(), dataclasses.replace(facts, placeholders=found)))
    assert "40 addresses lead by a redirect to a picture that says so" in text
    assert "may be such a placeholder" in text


def with_facts(map_: Map, facts: Provenance) -> Map:
    return dataclasses.replace(map_, provenance=facts)


@pytest.fixture
def facts() -> Provenance:
    return Provenance(
        sources=[
            SourceFacts(
                "/home/ada/secret/media.csv", "TCAT media frequency", "2024-03-01T10:00", 1204
            ),
            SourceFacts(
                "https://ada:pw@host.org/b.csv?key=k", "generic table", "2024-03-02T10:00", 1
            ),
        ],
        addresses={"ok": 1100, "missing": 80, "blocked": 1, "failed": 24},
        fetched_between=("2024-03-01T10:00:00", "2024-03-03T10:00:00"),
        images=1090,
        taggings={"ok": 1000, "empty": 60, "failed": 20, "pending": 10},
        tagger="imagenet",
        fingerprint="imagenet 3fa; minimum-score 0.05",
        settings={
            "map.builder": "bipartite",
            "map.layout": "forceatlas2",
            "clusterer.leiden.neighbours": 12,
            "clusterer.leiden.resolution": 1.0,
            "map.seed": 7,
            "builder.bipartite.links_per_image": 15,
            "builder.bipartite.stop_tags": "",
            "builder.bipartite.threshold": 0.1,
            "layout.forceatlas2.linlog": True,
        },
        versions={"tagatlas": "0.1.0", "polars": "1.20.0"},
        builder=maker("bipartite", NetworkDescription(placed_by="the tags they share")),
        layout=maker("forceatlas2", LayoutDescription(citations=(PAPER,))),
        clusterer=maker("leiden", LEIDEN),
    )


LEIDEN = load_plugins().choose(CLUSTERERS, "leiden", {"neighbours": 12}).product.describe()
PAPER = Citation("Jacomy et al., 2014", "Jacomy, M., Venturini, T., Heymann, S., & Bastian, M.")
OTHER = Citation(
    "Nocaj et al., 2015", "Nocaj, A., Ortmann, M., & Brandes, U. (2015).\n*Hairballs*."
)

Description = TypeVar("Description")


def maker(name: str, described: Description) -> Maker[Description]:
    return Maker(name=name, distribution="tagatlas", version="0.1.0", description=described)


@pytest.mark.parametrize(
    "said",
    [
        "The collection comes from 2 sources",
        "**media.csv**, read as: TCAT media frequency (1,204 records, added on 2024-03-01)",
        "**https\\://host.org/b.csv**, read as: generic table (1 record, added on 2024-03-02)",
        (
            "They name 1,205 distinct addresses, fetched between 2024-03-01 and 2024-03-03:"
            " 1,100 led to an image, 80 did not exist any more, 1 kept the image from us or gave a"
            " page in its place and 24 failed in a way that may pass."
        ),
        "with 10 duplicates joined, there are 1,090 distinct images",
        "backend *imagenet* (fingerprint: imagenet 3fa; minimum-score 0.05)",
        (
            "1,000 got at least one tag, 60 showed nothing that the backend has a label for,"
            " 20 could not be looked at and 10 still had to be tagged"
        ),
        "by the graph builder *bipartite* has 12 of the 1,090 images, 6 tags and 36 weighted links",
        "Its settings: links per image 15, stop tags none, threshold 0.1.",
        "by the layout *forceatlas2* (Jacomy et al., 2014), with the seed 7",
        "Its settings: linlog yes.",
        "form 2 clusters, found by the clusterer *leiden*. Each image was compared with all",
        "Its settings: neighbours 12, resolution 1.0.",
        "found in the same way among the links within a cluster, at the resolution 1.0.",
        "- Hennig, C. (2007). Cluster-wise assessment",
        "nearest neighbours (12 or fewer)",
        "at the resolution 1.0 agree on (Traag et al., 2019; Tandon et al., 2019)",
        "agree with a mean adjusted Rand index of 0.90",
        "| cat 0 | dog part 1 | 3 | 0.80 |",
        "| cat 0 | 6 | 50.0% | 6 | 12 | 0.80 | cat, dog, tree, car, street, sky |",
        "1,078 images are in the collection and not on it.",
        "Software: tagatlas 0.1.0 and polars 1.20.0.",
        "- Jacomy, M., Venturini, T., Heymann, S., & Bastian, M.\n",
    ],
)
def test_the_text_says(facts: Provenance, said: str) -> None:
    assert said in methods_text(with_facts(sample_map(), facts))


@pytest.mark.parametrize("hidden", ["secret", "ada", "pw", "key=k"])
def test_paths_passwords_and_queries_stay_out(facts: Provenance, hidden: str) -> None:
    assert hidden not in methods_text(with_facts(sample_map(), facts))


def test_nothing_seen_and_could_not_look_are_said_even_when_there_are_none() -> None:
    text = methods_text(sample_map())
    assert "0 showed nothing that the backend has a label for and 0 could not be looked at" in text


def test_a_method_is_cited_where_it_was_used(facts: Provenance) -> None:
    wall = dataclasses.replace(facts, settings={"map.arrangement": "grid"})
    assert "(Hilasaca et al., 2024)" in methods_text(with_facts(sample_map(), wall))
    assert "- Hilasaca, G. M." in methods_text(with_facts(sample_map(), wall))
    assert "Hilasaca" not in methods_text(with_facts(sample_map(), facts))
    alike = dataclasses.replace(facts, settings={"map.arrangement": "grid", "map.likeness": 0.7})
    assert "(Barthel et al., 2023)" in methods_text(with_facts(sample_map(), alike))
    assert "- Barthel, K. U." in methods_text(with_facts(sample_map(), alike))
    assert "Barthel" not in methods_text(with_facts(sample_map(), wall))


def test_a_citation_stands_in_the_text_or_else_behind_the_plugins_name(facts: Provenance) -> None:
    pulled = LayoutDescription(text="Edges pull (Nocaj et al., 2015).", citations=(PAPER, OTHER))
    changed = dataclasses.replace(facts, layout=maker("forceatlas2", pulled))
    text = methods_text(with_facts(sample_map(), changed))
    assert "*forceatlas2* (Jacomy et al., 2014), with the seed 7. Edges pull (Nocaj" in text
    assert text.count("Nocaj et al.") == 1
    assert "\n- Nocaj, A., Ortmann, M., & Brandes, U. (2015). *Hairballs*.\n" in text


def test_whose_plugin_it_was_is_said_where_it_is_not_tagatlas_own(facts: Provenance) -> None:
    theirs = Maker(
        name="contacts",
        distribution="tagatlas-contacts",
        version="1.2.3",
        description=NetworkDescription(node="user", citations=(OTHER,)),
    )
    changed = dataclasses.replace(facts, builder=theirs)
    text = methods_text(with_facts(sample_map(), changed))
    said = "by the graph builder *contacts* (tagatlas-contacts 1.2.3; Nocaj et al., 2015) has"
    assert said in text
    assert "6 users and 36 weighted links" in text


def test_what_plugins_say_is_text(facts: Provenance) -> None:
    odd = NetworkDescription(text="<b>*bold*</b>\n# A title", node="a|b")
    text = methods_text(
        with_facts(sample_map(), dataclasses.replace(facts, builder=maker("odd", odd)))
    )
    assert escape("<b>*bold*</b> # A title") in text
    assert "6 a\\|bs" in text


def test_a_wall_is_not_said_to_be_moved_apart(facts: Provenance) -> None:
    wall = dataclasses.replace(facts, settings={"map.arrangement": "grid"})
    on_wall, free = (methods_text(with_facts(sample_map(), each)) for each in (wall, facts))
    assert "moved apart" not in on_wall
    assert "Gastner" not in on_wall
    assert "moved apart so that they do not cover each other" in free
    assert "- Gastner, M. T." in free


def test_without_fetching_and_settings_nothing_is_made_up(facts: Provenance) -> None:
    bare = dataclasses.replace(
        facts,
        fetched_between=None,
        settings={},
        versions={},
        builder=Maker(description=NetworkDescription()),
        layout=Maker(description=LayoutDescription()),
    )
    text = methods_text(with_facts(sample_map(), bare))
    assert "fetched" not in text
    assert "seed," not in text
    assert "Jacomy" not in text
    assert "Software versions are not known." in text


def test_what_was_named_and_drawn_by_hand_is_said() -> None:
    map_ = sample_map()
    renamed = pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("mine")).otherwise("name")
    named = dataclasses.replace(
        map_,
        clusters=map_.clusters.with_columns(name=renamed),
        subclusters=map_.subclusters.with_columns(name=pl.lit("ours")),
    )
    text = methods_text(named)
    assert "1 of them was renamed by hand." in text
    assert "2 of them were renamed by hand." in text
    assert "drawn by hand: 1 outline, 1 arrow, 1 text and 1 note." in text
    plain = methods_text(dataclasses.replace(map_, annotations=()))
    assert "by hand" not in plain


def test_the_versions_of_a_services_model_are_said_with_a_warning_where_there_are_several(
    facts: Provenance,
) -> None:
    one, several, perhaps = (
        methods_text(with_facts(sample_map(), dataclasses.replace(facts, model_versions=versions)))
        for versions in ({"v_1": 30}, {"v_1": 30, "": 2, "v2": 1}, {"v_1": 30, "": 2})
    )
    assert "not all its answers are known to be of one version of its model" in perhaps
    assert "versions of its model" not in one + perhaps
    assert "The version of its model was *v\\_1* (30 images)." in one
    assert (
        "**Warning**: it answered with 2 versions of its model, whose tags and scores may differ:"
        " *v\\_1* (30 images), an unknown one (2 images) and *v2* (1 image)."
    ) in several
    assert "version of its model" not in methods_text(with_facts(sample_map(), facts))


def test_a_map_of_all_images_says_so() -> None:
    assert "All images of the collection are on it." in methods_text(sample_map())


def render(markdown: str) -> list[Token]:
    """Inline tokens of a text, as a Markdown reader with tables and bare links sees them."""
    blocks = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [inline for block in blocks for inline in block.children or []]


@pytest.mark.slow
@given(st.text() | st.sampled_from(ODD_LABELS))
def test_escaped_text_is_shown_letter_by_letter(text: str) -> None:
    tokens = render(f"before {escape(text)}")
    assert {token.type for token in tokens} <= {"text", "text_special"}
    shown = " ".join("".join(token.content for token in tokens).split())
    turning = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], " ")
    controls = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
    plain = " ".join(text.translate(turning | controls).split())
    # A Markdown reader replaces what no text may hold.
    assert shown == f"before {plain or '(blank)'}"


@given(st.lists(st.sampled_from(ODD_LABELS), min_size=1, max_size=5))
def test_a_cell_never_ends_early(labels: list[str]) -> None:
    markdown = table(["name", "number"], [[escape(label), "1"] for label in labels])
    blocks = MarkdownIt("commonmark").enable("table").parse(markdown)
    cells = [
        block.content for before, block in itertools.pairwise(blocks) if before.type == "td_open"
    ]
    assert len(cells) == 2 * len(labels)
    assert cells[1::2] == ["1"] * len(labels)


def test_odd_labels_add_no_markup() -> None:
    odd = methods_text(sample_map(36, ODD_LABELS, clusters=len(ODD_LABELS)))
    plain_labels = [f"label {number}" for number in range(len(ODD_LABELS))]
    plain = methods_text(sample_map(36, plain_labels, clusters=len(ODD_LABELS)))
    kinds = [
        [token.type for token in MarkdownIt("commonmark").enable("table").parse(text)]
        for text in (odd, plain)
    ]
    assert kinds[0] == kinds[1]
    inline = {token.type for token in render(odd)} - {token.type for token in render(plain)}
    assert inline <= {"text_special"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (count(1, "image"), "1 image"),
        (count(1204, "image"), "1,204 images"),
        (count(0, "address", "addresses"), "0 addresses"),
        (listed([]), ""),
        (listed(["a"]), "a"),
        (listed(["a", "b", "c"]), "a, b and c"),
        (
            escape("see https://example.org or www.example.org"),
            "see https\\://example.org or www\\.example.org",
        ),
    ],
)
def test_words(found: str, expected: str) -> None:
    assert found == expected


def test_of_a_large_collection_it_says_how_many_were_laid_out(
    facts: Provenance,
) -> None:
    whole = with_facts(sample_map(), facts)
    settings = dict(facts.settings) | {"map.sample": 5}
    shown = pl.Series(
        [kind == "tag" or row % 4 == 0 for row, kind in enumerate(whole.nodes["kind"])]
    )
    large = dataclasses.replace(
        with_facts(whole, dataclasses.replace(facts, settings=settings)),
        nodes=whole.nodes.with_columns(shown=shown),
    )
    text = methods_text(large)
    assert "A random sample of 5 images was laid out with the tags" in text
    assert "sample of" not in methods_text(whole)


def test_of_a_network_of_tags_alone_it_says_how_images_got_their_places() -> None:
    whole = sample_map()
    tags = np.flatnonzero((whole.nodes["kind"] == "tag").to_numpy()).astype(np.int32)
    among_tags = dataclasses.replace(
        whole,
        sources=tags[:1],
        targets=tags[1:2],
        weights=np.ones(1, dtype=np.float32),
        directed=False,
    )
    text = methods_text(among_tags)
    assert "The undirected network" in text
    assert "has 6 tags and 1 weighted link." in text
    assert "Each image (of 12) was then put at the mean place of its tags" in text


def test_it_says_what_a_builder_read_beside_tags(facts: Provenance) -> None:
    plugins = load_plugins()

    def text_of(name: str, options: dict[str, object]) -> str:
        builder = plugins.choose(GRAPH_BUILDERS, name, options).product
        changed = dataclasses.replace(facts, builder=maker(name, builder.describe()))
        return methods_text(with_facts(sample_map(), changed))

    assert "6 values and 36 weighted links" in text_of("columns", {})
    assert "Its values are those of the collection's own columns." in text_of("columns", {})
    assert "the cosine of the embeddings that the backend gave" in text_of("knn", {})
    assert "the cosine of the embeddings that the backend gave" not in text_of("bipartite", {})
    for name in ("bipartite", "columns", "images", "knn", "tags"):
        filtered = text_of(name, {"backbone": 0.1})
        assert " They are its backbone by the disparity filter (Serrano et al., 2009)." in filtered
        assert "- Serrano, M. Á." in filtered
        assert "Serrano" not in text_of(name, {})


@pytest.mark.parametrize(
    ("layout", "said", "cited"),
    [
        ("umap", "*umap* (McInnes et al., 2018)", "McInnes, L."),
        ("fa2", "*fa2* (Jacomy et al., 2014)", "Jacomy, M."),
        ("forceatlas2", "*forceatlas2* (Jacomy et al., 2014)", "Jacomy, M."),
        ("forceatlas2", "embedded among the others (Nocaj et al., 2015)", "Nocaj, A."),
    ],
)
def test_it_cites_what_a_layout_did(facts: Provenance, layout: str, said: str, cited: str) -> None:
    spec = load_plugins().get(LAYOUTS, layout)
    described = loaded(spec.factory)(spec.options()).describe()  # without its package
    changed = dataclasses.replace(facts, layout=maker(layout, described))
    text = methods_text(with_facts(sample_map(), changed))
    assert said in text
    assert f"- {cited}" in text


def test_what_a_layout_did_not_do_is_not_cited() -> None:
    as_gephi = load_plugins().choose(LAYOUTS, "forceatlas2", {"embeddedness_influence": 0}).product
    described = as_gephi.describe()
    assert described.text == ""
    assert [each.short for each in described.citations] == ["Jacomy et al., 2014"]


class TestContract(RendererContract):
    @pytest.fixture
    def spec(self) -> RendererSpec:
        (spec,) = tagatlas_renderers()
        return spec


def test_how_colours_were_chosen_is_said_where_they_were() -> None:
    said = "A cluster that shares most of its images with one of an earlier map"
    map_ = sample_map(12, clusters=3)
    text = methods_text(map_)
    assert said in text
    assert text.count("Machado") == 2
    older = methods_text(dataclasses.replace(map_, clusters=map_.clusters.drop("colour")))
    assert said not in older
    assert "Machado" not in older
