"""The conformance suites: a correct plugin passes, and each fault fails the rule meant for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import pytest

from tagatlas.testing import sample_map, sample_network

pytest_plugins = ["pytester"]

SAMPLES = Path(__file__).parent.parent / "data" / "sample_plugins"


@dataclass(frozen=True)
class Sample:
    """A sample plugin: its suite, its hook, and the fixtures its author overrides."""

    suite: str
    hook: str
    fixtures: str = ""


PLUGINS = {
    "grey": Sample(
        "TaggerContract",
        "tagatlas_taggers",
        """
    @pytest.fixture
    def answer_options(self):
        return {"threshold": 99}

    @pytest.fixture
    def neutral_options(self):
        return {"batch": 2}
""",
    ),
    "tones": Sample(
        "RereadingTaggerContract",
        "tagatlas_taggers",
        """
    @pytest.fixture
    def answer_options(self):
        return {"side": 4}

    @pytest.fixture
    def reading_options(self):
        return {"threshold": 0.3}
""",
    ),
    "lines": Sample(
        "SourceContract",
        "tagatlas_sources",
        """
    @pytest.fixture
    def location(self, tmp_path):
        path = tmp_path / "sample.lines"
        path.write_text("# two\\nhttps://example.org/b\\nhttps://example.org/a\\n")
        return str(path)
""",
    ),
    "shelf": Sample("ImageStoreContract", "tagatlas_image_stores"),
    "pairs": Sample("GraphBuilderContract", "tagatlas_graph_builders"),
    "ring": Sample("LayoutContract", "tagatlas_layouts"),
    "leaders": Sample("ClustererContract", "tagatlas_clusterers"),
    "listing": Sample("RendererContract", "tagatlas_renderers"),
}

SUITE = """
import pytest
from sample_{module} import {hook}
from tagatlas.testing import {suite}


class TestSample({suite}):
    @pytest.fixture
    def spec(self):
        return {hook}()[0]
{fixtures}
"""

PAUSE = '__import__("time").sleep(0.002)'

FAULTS = [
    # What holds for every kind.
    ("grey", "name_is_lower_case", 'name="grey"', 'name="Grey tagger"'),
    ("grey", "summary_is_one_line", "Light or dark.", "Light\\nor dark."),
    ("grey", "extra_names", 'name="grey"', 'name="grey", extra="pip install grey"'),
    ("grey", "frozen_dataclass", "@dataclass(frozen=True)", "@dataclass"),
    ("grey", "frozen_dataclass", 'light begins.")] = 127', 'light begins.")]'),
    ("grey", "supported_types", "Annotated[int, Meta(ge=0, le=255, ", "Annotated[complex, Meta("),
    ("grey", "defaults_fit", "] = 127", "] = 256"),
    ("grey", "defaults_fit", "] = 127", "] = 'half'"),
    ("grey", "keys_are_marked", "    batch: ", '    api_token: str = ""\n    batch: '),
    (
        "grey",
        "secret_has_no_default",
        "    batch: ",
        '    token: Annotated[str, __import__("tagatlas").Mark.SECRET] = "0815"\n    batch: ',
    ),
    ("grey", "import_is_light", "from msgspec", "import numpy\nfrom msgspec"),
    (
        "grey",
        "import_is_light",
        '"""Announce the tagger."""',
        '"""Announce the tagger."""\n    import PIL',
    ),
    (
        "grey",
        "import_is_light",
        "from tagatlas.hookspecs import hookimpl",
        "from tagatlas import *",
    ),
    ("grey", "factory_makes_a_tagger", "factory=GreyTagger", "factory=list"),
    ("lines", "factory_makes_a_source", "LinesSource(Source)", "LinesSource"),
    ("shelf", "factory_makes_a_store", "Shelf(ImageStore)", "Shelf"),
    ("pairs", "factory_makes_a_builder", "PairsBuilder(GraphBuilder)", "PairsBuilder"),
    ("ring", "factory_makes_a_layout", "RingLayout(Layout)", "RingLayout"),
    ("listing", "factory_makes_a_renderer", "ListingRenderer(Renderer)", "ListingRenderer"),
    # Taggers that read kept answers.
    ("tones", "counts_have_an_upper_bound", "ge=1, le=1024,", "ge=1,"),
    ("tones", "counts_have_an_upper_bound", "int, Meta(ge=1, le=1024,", "int | None, Meta("),
    ("tones", "something_is_kept", "TagResult.ok(tags, raw)", "TagResult.ok(tags)"),
    ("tones", "each_answer_is_read", "answer in answers)", "answer in list(answers)[1:])"),
    ("tones", "each_answer_is_read", "answer in answers)", "answer in list(answers)[::-1])"),
    (
        "tones",
        "no_answers",
        "for answer in answers)",
        "for answer in (answers or [KeptAnswer('0')]))",
    ),
    ("tones", "an_answer_alone", 'answer.raw or b""', '(answer.raw or b"")[::-1]'),
    (
        "tones",
        "others_matter",
        "self._tags(answer.raw",
        "self._tags(bytes(3) if len(answers) > 1 else answer.raw",
    ),
    ("tones", "reading_again", '{"of": 3}', '{"of": __import__("time").perf_counter_ns()}'),
    ("tones", "notes_are_json", '{"of": 3}', '{"of": (3,)}'),
    ("tones", "notes_are_json", '{"of": 3}', '{"of": float("inf")}'),
    ("tones", "reading_is_one_line", 'f"threshold {self._options.threshold}"', '""'),
    ("tones", "reading_is_stable", 'f"threshold {self', 'f"{id(self)} {self'),
    ("tones", "reading_tells", 'f"threshold {self._options.threshold}"', '"tones"'),
    ("tones", "reading_tells", "side {self._options.side}", "{self._options.threshold}"),
    # Taggers.
    ("grey", "class_attributes", "concurrency = 4", "concurrency = 0"),
    ("grey", "key_variable", "concurrency = 4", "key_variable = 'abc-123-secret'"),
    ("grey", "class_attributes", "concurrency = 4", "concurrency = 4\n    batch_bytes = 0"),
    ("grey", "class_attributes", "concurrency = 4", "concurrency = 4\n    price = 0.5"),
    (
        "grey",
        "without_its_key",
        "concurrency = 4",
        "concurrency = 4\n    key_variable = 'GREY_KEY'",
    ),
    (
        "grey",
        "key_is_in_no_result",
        "Tag(tone, 0.8)",
        "Tag(__import__('os').environ[setattr(self, 'key_variable', 'HOME') or 'HOME'], 0.8)",
    ),
    (
        "grey",
        "check_tells_in_lines",
        "concurrency = 4",
        "concurrency = 4\n    check = lambda self: ['two\\nlines']",
    ),
    (
        "grey",
        "prepared_and_closed",
        "concurrency = 4",
        "concurrency = 4\n    prepare = lambda self, progress: progress(2, 1)",
    ),
    (
        "grey",
        "prepared_and_closed",
        "concurrency = 4",
        "concurrency = 4\n    close = lambda self: self.connection.close()",
    ),
    (
        "grey",
        "prepared_and_closed",
        "concurrency = 4",
        "concurrency = 4\n    prepare = lambda self, progress: setattr(self, '_threshold', 3)",
    ),
    ("grey", "one_result_per_image", "for image in images]", "for image in images[1:]]"),
    ("grey", "one_result_per_image", "[self._look(image) for", "[self._look(image).tags for"),
    (
        "grey",
        "results_are_well_formed",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        'TagResult("ok", (Tag(tone, 0.8),))',
    ),
    (
        "grey",
        "results_are_well_formed",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        'TagResult(TagResult.empty().status.OK, (Tag("grey", 0.2), Tag(tone, 0.8)))',
    ),
    (
        "grey",
        "results_are_well_formed",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        "TagResult(TagResult.empty().status.OK, (Tag(tone, 1.8),))",
    ),
    (
        "grey",
        "results_are_well_formed",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        "TagResult(TagResult.empty().status.OK, (Tag(tone, 0.8), Tag(tone, 0.8)))",
    ),
    (
        "grey",
        "results_are_well_formed",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        "TagResult(TagResult.empty().status.OK)",
    ),
    (
        "grey",
        "results_are_well_formed",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        "TagResult(TagResult.empty().status.EMPTY, embedding=[1.0])",
    ),
    (
        "grey",
        "embeddings_have_one_length",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        "TagResult.ok([Tag(tone, 0.8)], embedding=[1.0] * (int(mean) % 7 + 1))",
    ),
    (
        "grey",
        "local_taggers_are_deterministic",
        'TagResult.ok([Tag("grey", 0.2), Tag(tone, 0.8)])',
        "TagResult.ok([Tag(tone, 0.8)], embedding=[float(id(self) % 1009)])",
    ),
    (
        "grey",
        "sound_images",
        "except OSError as error",
        "finally:\n            error = OSError()\n        if True",
    ),
    ("grey", "batch_answers_as", "for image in images]", "for image in images[::-1]]"),
    (
        "grey",
        "batch_answers_as",
        "[self._look(image) for image in",
        "[self._look(images[0]) for _ in",
    ),
    ("grey", "full_batch", "for image in images]", "for image in dict.fromkeys(images)]"),
    ("grey", "damaged_image", '"image", f"cannot', '"transient", f"cannot'),
    ("grey", "damaged_image", 'f"cannot be decoded: ', 'f"cannot be decoded:\\n'),
    ("grey", "odd_sizes", "mean = sum", "mean = 1 / (min(picture.size) - 1) + sum"),
    (
        "grey",
        "concurrent_calls",
        "picture = image.open",
        "picture = __import__('signal').signal(10, 0) or image.open",
    ),
    (
        "grey",
        "local_taggers_are_deterministic",
        "Tag(tone, 0.8)",
        "Tag(tone, 0.8 + id(self) % 1e5 / 1e7)",
    ),
    ("grey", "fingerprint_is_one_line", "grey 1, threshold", "grey 1\\nthreshold"),
    ("grey", "fingerprint_is_one_line", 'f"grey 1, threshold {self._threshold}"', '""'),
    ("grey", "fingerprint_is_stable", "{self._threshold}", "{id(self)}"),
    ("grey", "fingerprint_is_stable", "{self._threshold}", "{set('abcdefgh')}"),
    (
        "grey",
        "fingerprint_is_stable",
        "tone = ",
        "self._threshold += 0.5\n        tone = ",
    ),
    ("grey", "fingerprint_tells", "threshold {self._threshold}", "some threshold"),
    ("grey", "fingerprint_tells", "{self._threshold}", "{self._threshold} {self.batch_size}"),
    # Sources.
    ("lines", "accepts_its_location", '".lines"', '".other"'),
    ("lines", "does_not_accept_everything", 'location.endswith(".lines")', "True"),
    ("lines", "does_not_accept_everything", 'location.endswith(".lines")', "Path(location).stat()"),
    ("lines", "columns", '"frequency": pl.Int64', '"frequency": pl.Int32'),
    ("lines", "columns", '"line": pl.String', '"line": pl.Int64'),
    ("lines", "columns", '"location": urls', '"url": urls'),
    ("lines", "there_are_records", "return Records(table, ", "return Records(table.head(1), "),
    ("lines", "test_locations", '"location": urls', '"location": [None] * len(urls)'),
    ("lines", "test_locations", '"location": urls', '"location": ["a.jpg"] * len(urls)'),
    (
        "lines",
        "test_locations",
        "return Records(table, ",
        "return Records(local=True, table=table, recognised=",
    ),
    ("lines", "test_frequencies", "[1] * len(urls)", "[0] * len(urls)"),
    ("lines", "test_frequencies", "[1] * len(urls)", "[None] * len(urls)"),
    (
        "lines",
        "secrets_are_in_no_record",
        '")] = "#"',
        '"), __import__("tagatlas").Mark.SECRET] = "0"',
    ),
    ("lines", "recognised_is_one_line", "a URL a line: ", "a URL a line:\\n"),
    (
        "lines",
        "order_is_stable",
        "urls = [line for line in lines",
        """step = LinesSource.step = -getattr(LinesSource, "step", 1)
        urls = [line for line in lines[::step]""",
    ),
    (
        "lines",
        "relative_paths",
        '"line": [str(i) for i',
        '"line": [location for i',
    ),
    (
        "lines",
        "input_is_left_alone",
        "urls = ",
        "Path(location + '.cache').touch()\n        urls = ",
    ),
    ("lines", "missing_input", "except OSError", "except KeyError"),
    ("lines", "missing_input", "cannot read {location}: ", "cannot read {location}:\\n"),
    # Stores.
    ("shelf", "removed_is_gone", "for variant in Variant:", "for variant in [Variant.IMAGE]:"),
    ("shelf", "removed_is_gone", "missing_ok=True", ""),
    ("shelf", "bytes_come_back", "part.write_bytes(data)", "part.write_bytes(data[:1000])"),
    ("shelf", "bytes_come_back", ".is_file()", ".is_symlink()"),
    ("shelf", "variants_are_apart", "{image_id}.{variant}", "{image_id}"),
    ("shelf", "what_was_not_put", "raise ImageNotStored", "raise KeyError"),
    ("shelf", "what_was_not_put", ".is_file()", ".parent"),
    ("shelf", "equal_put", "part.replace(path)", "path.hardlink_to(part)"),
    ("shelf", "later_put_wins", "part.replace(path)", "path.exists() or part.replace(path)"),
    ("shelf", "another_instance", "= atlas", "= Path(__import__('tempfile').mkdtemp(dir=atlas))"),
    ("shelf", "relative_paths_or_urls", 'f"shelf/', 'f"/shelf/'),
    ("shelf", "relative_paths_or_urls", 'f"shelf/', 'f"../shelf/'),
    ("shelf", "relative_paths_or_urls", 'f"shelf/', 'f"shelf\\\\'),
    (
        "shelf",
        "relative_paths_or_urls",
        'return f"shelf/{image_id}.{variant}.jpg"',
        'return f"shelf/{image_id}.jpg" if variant == "image" else None',
    ),
    ("shelf", "locations_are_distinct", "{image_id}.{variant}", "{image_id[:1]}.{variant}"),
    (
        "shelf",
        "where_they_are_located",
        "atlas / self.locate(image_id, variant)",
        'atlas / "shelf" / (image_id + variant)',
    ),
    ("shelf", "what_is_no_id", 'if not re.fullmatch("[0-9a-f]{64}", image_id)', "if not image_id"),
    ("shelf", "what_is_no_id", '"[0-9a-f]{64}"', '"[0-9a-fA-F]{64}"'),
    (
        "shelf",
        "unwritable_bytes",
        'raise StorageError(f"cannot write {path}: {error.strerror}") from error',
        "raise",
    ),
    # Pauses make a fault between threads, which is a matter of luck, as good as certain.
    (
        "shelf",
        "threads_put_and_get",
        "part.write_bytes(data)",
        f'part = path.with_name("part"); part.write_bytes(data); {PAUSE}',
    ),
    (
        "shelf",
        "puts_are_atomic",
        "part.write_bytes(data)",
        f'part = path.with_name(path.name + "part"); part.write_bytes(data); {PAUSE}',
    ),
    (
        "shelf",
        "puts_are_atomic",
        "part.write_bytes(data)\n            part.replace(path)",
        f"path.write_bytes(data[:9]); {PAUSE}; path.write_bytes(data)",
    ),
    # Graph builders.
    ("pairs", "describes_itself", "NetworkDescription(\n", "dict(\n"),
    ("pairs", "describes_itself", "tags they share", "tags\\nthey share"),
    ("pairs", "describes_itself", '"Pairs are linked."', '"pairs are linked"'),
    ("pairs", "describes_itself", '"Pairs are linked."', "f'Pairs {id(self)}.'"),
    ("pairs", "describes_itself", '"Euler, 1736"', '""'),
    ("pairs", "describes_itself", '"Pairs are linked.",', '"Pairs are linked.", node="",'),
    ("pairs", "said_of_tags", "lowest_score=0.0", "lowest_score=0.3"),
    ("pairs", "said_of_tags", "lowest_score=0.0", "lowest_score=0.0, stop_tags=('other',)"),
    ("pairs", "linked_by_likeness", "lowest_score=0.0", "by_likeness=True"),
    ("pairs", "result_is_a_network", "return graph", "return graph.edges"),
    ("pairs", "result_is_a_network", "nx.DiGraph()", "nx.MultiDiGraph()"),
    ("pairs", "test_nodes", 'kind="tag"', 'kind="label"'),
    (
        "pairs",
        "test_nodes",
        "graph.add_node(image",
        "image = image[:8]\n            graph.add_node(image",
    ),
    ("pairs", "test_nodes", "label=tag)", "label=tag.upper())"),
    ("pairs", "test_edges", "weight=score", "weight=score - 1.0"),
    (
        "pairs",
        "test_edges",
        "weight=score)",
        "weight=score)\n            graph.add_edge(image, image)",
    ),
    ("pairs", "reads_what_there_is", '"""Links an', 'reads = {"sound"}\n    """Links an'),
    (
        "pairs",
        "ties_lead_from",
        "return graph",
        'graph = nx.Graph([("", "!")]); nx.set_node_attributes(graph, "tag", "kind"); return graph',
    ),
    (
        "pairs",
        "without_an_edge",
        "nx.DiGraph()",
        'nx.DiGraph()\n        graph.add_nodes_from(images["id"], kind="image")',
    ),
    ("pairs", "is_deterministic", "tags.sort(", "tags.sample(fraction=1.0, shuffle=True).select("),
    ("pairs", "order_of_tags", "weight=score", "weight=score + (tags['tag'][0] == tag)"),
    ("pairs", "odd_labels", "label=tag)", "label=tag.strip())"),
    ("pairs", "odd_labels", "label=tag)", "label=tag[:100])"),
    ("pairs", "may_equal_an_images_id", '"tag " + tag', "tag"),
    ("pairs", "no_tags", "raise EmptyMap", "raise ValueError"),
    ("pairs", "no_tags", "has a tag: tag", "has a tag:\\ntag"),
    ("pairs", "hard_tables", " if row[2] > 0", ""),
    ("pairs", "hard_tables", "if not rows", "if tags.is_empty()"),
    (
        "pairs",
        "tables_are_left_alone",
        "nx.DiGraph()",
        "nx.DiGraph()\n        tags.replace_column(2, tags['score'] * 2)",
    ),
    # Layouts.
    ("ring", "describes_itself", "LayoutDescription(\n", "dict(\n"),
    ("ring", "describes_itself", '"Nodes stand on a ring."', '"Nodes stand\\non a ring."'),
    ("ring", "describes_itself", '"Six, J. M. (1999). *Circular layouts*."', '""'),
    ("ring", "finite_position", "/ count", "/ (count - 1)"),
    ("ring", "finite_position", "/ count", "/ network.edge_count"),
    (
        "ring",
        "finite_position",
        "np.column_stack([np.cos(angle), np.sin(angle)])",
        "start / np.ptp(start)",
    ),
    ("ring", "finite_position", "angle)]) + noise", "angle)]).astype('f4')"),
    ("ring", "finite_position", "angle)]) + noise", "angle)])[:-1]"),
    ("ring", "nodes_are_spread", "+ noise", "* 0.0"),
    ("ring", "deterministic", "default_rng(seed)", "default_rng()"),
    ("ring", "deterministic", "default_rng(seed)", "mtrand._rand"),
    ("ring", "arguments_are_left_alone", "progress(0, 1)", "start *= 2.0\n        progress(0, 1)"),
    (
        "ring",
        "arguments_are_left_alone",
        "progress(0, 1)",
        "network.weights[:] = 1.0\n        progress(0, 1)",
    ),
    ("ring", "progress_is_told", "progress(1, 1)", "progress(2, 1)"),
    ("ring", "progress_is_told", "progress(0, 1)", "progress(3, 4)"),
    ("ring", "progress_is_told", "progress(", "str("),
    # Clusterers.
    ("leaders", "describes_itself", "ClustererDescription(\n", "dict(\n"),
    ("leaders", "describes_itself", "their highest tag.", "their\\nhighest tag."),
    ("leaders", "describes_itself", "two halves.", "two halves"),
    ("leaders", "describes_itself", '"Hartigan, 1975"', '""'),
    ("leaders", "describes_itself", '"Chance has no part in it."', "f'Not {id(self)}.'"),
    ("leaders", "a_cluster_or_none", "return Clusters(", "return dict("),
    ("leaders", "a_cluster_or_none", "labels=labels,", "labels=labels[1:],"),
    ("leaders", "a_cluster_or_none", "labels=labels,", "labels=labels.astype('f8'),"),
    (
        "leaders",
        "a_cluster_or_none",
        "return_inverse=True)[1], -1)",
        "return_inverse=True)[1], -2)",
    ),
    ("leaders", "a_cluster_or_none", "labels.max() + 1)", "labels.max())"),
    ("leaders", "a_cluster_or_none", "labels.max() + 1)", "labels.max() + 1) * 2"),
    ("leaders", "a_cluster_or_none", "agreement=1.0", "agreement=1.1"),
    ("leaders", "a_cluster_or_none", "agreement=1.0", "agreement=float('nan')"),
    (
        "leaders",
        "a_cluster_or_none",
        "sub_labels=np.where(named, halves, -1)",
        "sub_labels=halves % 2",
    ),
    ("leaders", "a_cluster_or_none", "np.zeros(len(images))", "images.embeddings"),
    ("leaders", "clusters_are_told_apart", "(axis=1) // 6", "(axis=1) * 0"),
    (
        "leaders",
        "clusters_are_told_apart",
        "best = scores.argmax(axis=1) // 6",
        "best = np.arange(len(images))",
    ),
    (
        "leaders",
        "clusters_are_told_apart",
        "named = scores.max(axis=1) > 0",
        "named = scores.max(axis=1) > 2",
    ),
    ("leaders", "sub_clusters_are_described", '"Clusters have two halves."', '""'),
    ("leaders", "sub_clusters_are_described", '"Chance has no part in it."', '""'),
    ("leaders", "is_deterministic", "default_rng(seed)", "default_rng()"),
    ("leaders", "is_deterministic", "default_rng(seed)", "mtrand._rand"),
    ("leaders", "images_are_left_alone", "progress(0, 1)", "images.scores.data *= 0.5"),
    ("leaders", "images_are_left_alone", "progress(0, 1)", "images.network.weights[:] = 1.0"),
    ("leaders", "progress_is_told", "progress(1, 1)", "progress(2, 1)"),
    ("leaders", "progress_is_told", "progress(0, 1)", "progress(3, 4)"),
    ("leaders", "progress_is_told", "progress(", "str("),
    # Renderers.
    ("listing", "files_are_named", '"index.html": "a page"', '"./index.html": "a page"'),
    ("listing", "files_are_named", '"index.html": "a page", ', ""),
    ("listing", "files_are_named", '"map.svg": "a drawing"', '"../map.svg": "a drawing"'),
    ("listing", "files_are_named", '"a drawing"', '"a\\ndrawing"'),
    ("listing", "widget_is_there", "files={", "widget='tagatlas:nothing', files={"),
    ("listing", "written_and_returned", "in files.items()]", "in files.items()][1:]"),
    (
        "listing",
        "written_and_returned",
        "in files.items()]",
        'in files.items()] + [folder / "no.txt"]',
    ),
    (
        "listing",
        "written_and_returned",
        "part.replace(path)",
        "__import__('shutil').copy(part, path)",
    ),
    (
        "listing",
        "written_elsewhere",
        "part.write_bytes(data)",
        "part.write_bytes(data)\n        Path('log').touch()",
    ),
    (
        "listing",
        "written_elsewhere",
        "part.write_bytes(data)",
        "part.write_bytes(data)\n        (path.parent.parent / 'log').touch()",
    ),
    (
        "listing",
        "secrets_are_in_no_file",
        'name="listing",',
        (
            'name="listing", options=__import__("dataclasses").make_dataclass("O", [("token", '
            '__import__("typing").Annotated[str, __import__("tagatlas").Mark.SECRET], "<ul>")]),'
        ),
    ),
    ("listing", "can_be_read_back", "{drawing}</svg>", "{drawing}</sgv>"),
    ("listing", "can_be_read_back", "str(len(name))", "*name"),
    ("listing", "the_same_bytes", "<ul>", "<ul id={__import__('os').urandom(4).hex()}>"),
    ("listing", "the_same_bytes", "<ul>", "<ul id={folder}>"),
    (
        "listing",
        "the_same_bytes",
        "<ul>",
        "<ul title={__import__('datetime').datetime.now(__import__('datetime').UTC).date()}>",
    ),
    (
        "listing",
        "replaced_not_rewritten",
        "part.replace(path)",
        "part.unlink()\n        path.write_bytes(data)",
    ),
    ("listing", "unwritable_files", "except OSError", "except KeyError"),
    ("listing", "odd_labels", "<li title={_quoted(name)}>{_escaped(name)}", "<li>{name}"),
    ("listing", "odd_labels", "<li title={_quoted(name)}>", "<li title='{name}'>"),
    ("listing", "odd_labels", "<text id={_quoted(name)}>", "<text id='{name}'>"),
    ("listing", "odd_labels", 're.sub(_NOT_IN_XML, "?", text)', "text"),
    ("listing", "odd_labels", '[f"\'{name}", str(len(name))]', "[name, str(len(name))]"),
    (
        "listing",
        "pictures_that_are_no_files",
        "names = [",
        "map_.store.locate('0' * 64, Variant.IMAGE).encode()\n        names = [",
    ),
    ("listing", "missing_pictures", "except ImageNotStored", "except KeyError"),
    ("listing", "damaged_pictures", 'or b"none"', "[2000]"),
    ("listing", "small_and_odd_maps", 'map_.images["id"][0]', 'map_.images["id"][1]'),
    ("listing", "small_and_odd_maps", "names = [", "names = [str(map_.outlines[0]), "),
    ("listing", "map_is_left_alone", "names = [", "map_.weights[:] = 0\n        names = ["),
]


@pytest.fixture(autouse=True, scope="module")
def load_compiled_modules() -> None:
    """Load now what is loaded on first use: an inner run forgets its imports at its end.

    Compiled modules cannot be imported a second time.
    """
    assert nx.is_bipartite(sample_network().to_networkx())
    assert sample_map().nodes.sample(fraction=1.0, shuffle=True).height > 0


def write_suite(folder: Path, name: str, right: str = "", wrong: str = "", key: str = "") -> None:
    """Write the sample plugin, with ``right`` replaced by ``wrong``, and its tests.

    Args:
        folder: where to.
        name: of the sample plugin.
        right: part of its source.
        wrong: what is to stand there instead.
        key: makes the modules' names unique.
    """
    sample = PLUGINS[name]
    source = (SAMPLES / f"sample_{name}.py").read_text("utf-8")
    assert right in source
    module = f"{name}{key}"
    (folder / f"sample_{module}.py").write_text(source.replace(right, wrong), "utf-8")
    suite = SUITE.format(
        module=module, suite=sample.suite, hook=sample.hook, fixtures=sample.fixtures
    )
    (folder / f"test_{module}.py").write_text(suite, "utf-8")


@pytest.mark.parametrize("name", PLUGINS)
def test_correct_plugin_passes(pytester: pytest.Pytester, name: str) -> None:
    write_suite(pytester.path, name)
    result = pytester.runpytest_inprocess("-W", "error", "-p", "no:cacheprovider")
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", PLUGINS)
def test_each_fault_fails_its_rule(pytester: pytest.Pytester, name: str) -> None:
    faults = {f"_fault{n:03}": fault for n, fault in enumerate(FAULTS) if fault[0] == name}
    for key, (_, _, right, wrong) in faults.items():
        assert right
        write_suite(pytester.path, name, right, wrong, key)
    chosen = " or ".join(f"({key} and {rule})" for key, (_, rule, _, _) in faults.items())
    run = pytester.inline_run(
        "-W", "error", "-p", "no:cacheprovider", "-k", chosen, "--continue-on-collection-errors"
    )
    reports = run.getreports("pytest_runtest_logreport")
    failed = {report.nodeid.partition(".py")[0] for report in reports if report.failed}
    unnoticed = [fault for key, fault in faults.items() if f"test_{name}{key}" not in failed]
    assert unnoticed == []


def test_suites_are_not_collected_themselves(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("from tagatlas.testing import *")
    result = pytester.runpytest_inprocess("-W", "error", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_forgotten_spec_is_said(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "from tagatlas.testing import LayoutContract\nclass TestMine(LayoutContract): pass"
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-k", "name_is_lower_case")
    result.stdout.fnmatch_lines(["*override the fixture `spec`: return your layout's spec*"])


@pytest.mark.slow
def test_failing_rule_shows_values(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "ring", 'name="ring"', 'name="The Ring"')
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-k", "name_is_lower_case")
    result.stdout.fnmatch_lines(["*The Ring*"])


KEY = "hunter2-0123456789"
ASKED = "__import__('os').environ[setattr(self, 'key_variable', 'SAMPLE_KEY') or 'SAMPLE_KEY']"
MARKED = '__import__("typing").Annotated[str, __import__("tagatlas").Mark.SECRET]'

TELLING = [
    ("grey", "key_is_in_no_result", '"grey", 0.2', f"{ASKED}, 0.2", KEY),
    ("grey", "fingerprint_is_one_line", 'f"grey 1, threshold {self._threshold}"', ASKED, KEY),
    (
        "grey",
        "check_tells",
        "concurrency = 4",
        (
            "concurrency = 4\n    key_variable = 'SAMPLE_KEY'\n"
            "    check = lambda self: [__import__('os').environ['SAMPLE_KEY']]"
        ),
        KEY,
    ),
    ("tones", "reading_is_one_line", 'f"threshold {self._options.threshold}"', ASKED, KEY),
    (
        "lines",
        "secrets_are_in_no_record or secret_has_no_default",
        'Annotated[str, Meta(description="What a line to be left out begins with.")] = "#"',
        f'{MARKED} = "//example.org/b"',
        "//example.org/b",
    ),
    (
        "listing",
        "secrets_are_in_no_file",
        'name="listing",',
        (
            'name="listing", options=__import__("dataclasses").make_dataclass("O", [("token", '
            f'{MARKED}, "<!doctype html>")]),'
        ),
        "<!doctype html>",
    ),
]
"""A sample plugin, the rule, its right and its wrong source, and the secret that it tells."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rule", "right", "wrong", "secret"), TELLING)
def test_a_failing_rule_shows_nothing_of_a_secret(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    rule: str,
    right: str,
    wrong: str,
    secret: str,
) -> None:
    monkeypatch.setenv("SAMPLE_KEY", KEY)
    write_suite(pytester.path, name, right, wrong)
    result = pytester.runpytest_subprocess("-vv", "-p", "no:cacheprovider", "-k", rule)
    shown = result.stdout.str() + result.stderr.str()
    assert "a secret is in " in shown
    assert set(result.parseoutcomes()) == {"failed", "deselected"}
    pieces = {secret[at : at + 8] for at in range(len(secret) - 7)}
    assert not [piece for piece in pieces if piece in shown]
