"""Faults of third-party plugins, as a module with a plugin for each.

A slip is the code that replaces the good class's, with a part of the expected message.
"""

from __future__ import annotations

from textwrap import dedent, indent

import odd_values

IMAGES = 12
"""Of the atlas that they are tried on."""

HEAD = dedent("""
    import asyncio
    import json
    from dataclasses import dataclass, replace

    from tagatlas import *
    from tagatlas.errors import ImageNotStored, StorageError


    class Stop(BaseException):
        "Raised by nobody else, and no Exception."


    class Unsaid(Exception):
        def __str__(self): return self.text


    class Tensor:
        def __float__(self): return 0.5


    class GoodSource(Source):
        def __init__(self, options): ...

        def read(self, location):
            return Records(self.table(location), "one picture", local=True)

        def table(self, _, **further):
            import polars as pl

            return pl.DataFrame({"location": ["/a.jpg"], "frequency": [1]} | further)


    class GoodStore(ImageStore):
        def __init__(self, options, folder):
            self.kept = {}

        def put(self, image_id, variant, data): self.kept[image_id, variant] = data
        def get(self, image_id, variant):
            if (image_id, variant) in self.kept:
                return self.kept[image_id, variant]
            raise ImageNotStored("never put")

        def has(self, image_id, variant): return (image_id, variant) in self.kept
        def locate(self, image_id, variant): return image_id


    class GoodRecovery(Recovery):
        def __init__(self, options): ...
        def copies(self, url): return []


    class GoodTagger(Tagger):
        batch_size = 4

        def __init__(self, options):
            self.asked = 0

        def tag(self, images):
            self.asked += len(images)
            return [self.look(image) for image in images]

        def look(self, image): return TagResult.ok([Tag("grey", 0.5), Tag(image.id[0], 0.4)])
        def fingerprint(self): return type(self).__name__


    class GoodRereadingTagger(RereadingTagger, GoodTagger):
        def reading(self): return "all"
        def read(self, answers): return Reading(self.results(answers))

        def results(self, answers):
            for answer in answers:
                yield answer.id, TagResult.ok([Tag("grey", 0.5)])


    class GoodBuilder(GraphBuilder):
        def __init__(self, options): ...

        def build(self, images, tags):
            import networkx as nx

            graph = nx.Graph()
            for image in images["id"]:
                graph.add_node(image, kind="image")
                graph.add_node("grey", kind="tag")
                graph.add_edge(image, "grey", weight=1.0)
            return graph


    class GoodLayout(Layout):
        def __init__(self, options): ...
        def place(self, network, *, start, seed, progress): return start


    class GoodClusterer(Clusterer):
        def __init__(self, options): ...

        def cluster(self, images, *, seed, progress):
            return Clusters(labels=0 * images.nodes)


    class GoodRenderer(Renderer):
        def __init__(self, options): ...

        def render(self, map_, folder):
            path = folder / "good.txt"
            path.write_text("good")
            return [path]
""")

COMMAND = dedent("""
    def falling(plugins):
        from tagatlas.toolkit.commands import Command

        def fall():
            return [].outcome

        return Command(fall)


    def raising(error, *, plain):
        def run():
            raise error

        def make(plugins):
            import click

            from tagatlas.toolkit.commands import Command

            return click.Command(None, callback=run) if plain else Command(run)

        return make


    ERRORS = {
        "quits": SystemExit(3),
        "stops": Stop("odd"),
        "lacks": FileNotFoundError(2, "No such file", "a"),
        "unsays": Unsaid(),
    }


    @hookimpl
    def tagatlas_commands():
        made = [
            CommandSpec(name=f"{how}-{name}", summary=".", factory=raising(error, plain=plain))
            for name, error in ERRORS.items()
            for how, plain in (("plain", True), ("own", False))
        ]
        return [CommandSpec(name="fall", summary="Falls.", factory=falling), *made]
""")

SOURCES = {
    **odd_values.named(odd_values.SOURCES),
    "none": ("def read(self, location): return None", "read gave None, not Records"),
    "rows": ("def read(self, location): return [1]", "read gave a list, not Records"),
    "no-frame": ("def table(self, location): return {}", "read gave Records with a dict as table"),
    "no-frequency": (
        "def table(self, location): return super().table(location).drop('frequency')",
        "read gave Records whose column frequency is none, not Int64",
    ),
    "seldom": (
        "def table(self, location): return super().table(location, frequency=[0])",
        "read gave Records with a frequency below 1",
    ),
    "blank": (
        "def table(self, location): return super().table(location, location=[''])",
        "read gave Records with an empty location",
    ),
    "number": (
        "def table(self, location): return super().table(location, year=[1900])",
        "read gave Records whose column year is Int64, not String",
    ),
    "relative": (
        "def table(self, location): return super().table(location, location=['etc/passwd'])",
        "read gave Records with 'etc/passwd', not an absolute path",
    ),
    "raises": ("def read(self, location): {}['a']", "failed in read (KeyError: 'a')"),
    "exits": ("def read(self, location): raise SystemExit(3)", "failed in read (SystemExit: 3)"),
}
STORES = {
    **odd_values.named(odd_values.STORES),
    "no-folder": ("def __init__(self, options): ...", "cannot be made (TypeError: "),
    "put-raises": ("def put(self, *_): 1 / 0", "failed in put (ZeroDivisionError: "),
    "batch-of-none": (
        "batch_size = 0",
        "batch_size gave an int (0), not a whole number of at least 1",
    ),
    "holds-none": ("def holds(self, *_): return None", "holds gave None, not True or False"),
    "holds-raises": (
        "def holds(self, *_): raise OSError('gone')",
        "failed in holds (OSError: gone)",
    ),
    "get-text": (
        "def has(self, *_): return True\ndef get(self, *_): return 'bytes'",
        "get gave a str ('bytes'), not bytes",
    ),
    "get-raises": (
        "def has(self, *_): return True\ndef get(self, *_): raise KeyError(1)",
        "failed in get (KeyError: 1)",
    ),
    "nowhere": ("def locate(self, *_): return 1", "locate gave an int (1), not a text"),
}
RECOVERIES = {
    **odd_values.named(odd_values.RECOVERIES),
    "none": ("def copies(self, url): return None", "copies gave None, not a list of URLs"),
    "text": ("def copies(self, url): return url", "copies gave a str ('http://"),
    "numbers": ("def copies(self, url): return [1]", "copies gave an int (1) among others, not a"),
    "raises": ("def copies(self, url): return url.missing", "failed in copies (AttributeError: "),
    "page-raises": (
        "def copies_in_page(self, url, page): 1 / 0",
        "failed in copies_in_page (ZeroDivisionError: division by zero)",
    ),
}
TAGGERS = {
    **odd_values.named(odd_values.TAGGERS),
    "none": ("def tag(self, images): return None", "tag gave None, not a list of TagResults"),
    "text": ("def tag(self, images): return 'cat'", "tag gave a str ('cat'), not a list of"),
    "dicts": ("def look(self, image): return {'cat': 1}", "tag gave a dict for an image, not a"),
    "lists": ("def look(self, image): return [Tag('cat', 1.0)]", "tag gave a list for an image"),
    "too-few": ("def tag(self, images): return []", "tag gave 0 results for 4 images"),
    "raises": (
        "batch_size = 1\ndef tag(self, images): raise RuntimeError('no\\nmodel')",
        "failed in tag (RuntimeError: no model)",
    ),
    "exits": (
        "batch_size = 1\ndef tag(self, images): raise SystemExit(2)",
        "failed in tag (SystemExit: 2)",
    ),
    "sure": (
        "def look(self, image): return TagResult(TagStatus.OK, (Tag('cat', 7.0),))",
        "tag gave a tag with a float (7.0) as its score (make it with TagResult.ok, empty or",
    ),
    "tuples": (
        "def look(self, image): return TagResult(TagStatus.OK, (('cat', 1.0),))",
        "tag gave a TagResult with a tuple, not a Tag",
    ),
    "pending": (
        "def look(self, image): return TagResult(TagStatus.PENDING)",
        "tag gave a TagResult of the status 'pending'",
    ),
    "kindless": (
        "def look(self, image): return TagResult.failed('odd', 'why')",
        "tag failed for an image with another kind than image or transient",
    ),
    "surrogate": (
        "def look(self, image): return TagResult.ok([Tag('\\ud800', 1.0)])",
        "as its label",
    ),
    "vector": (
        "def look(self, image): return replace(TagResult.empty(), embedding=[1.0])",
        "tag gave a TagResult whose embedding is no finite vector in float16",
    ),
    "raw-text": ("def look(self, image): return TagResult.empty('{}')", "as raw, not bytes"),
    "no-fingerprint": ("def fingerprint(self): return None", "fingerprint gave None, not a text"),
    "fingerprint-raises": ("def fingerprint(self): 1 / 0", "failed in fingerprint (ZeroDivision"),
    "batch-text": ("batch_size = '8'", "batch_size gave a str ('8'), not a whole number"),
    "no-threads": ("concurrency = 0", "concurrency gave an int (0), not a whole number of at"),
    "price-number": ("price = 0.1", "price gave a float (0.1), not a Price or None"),
    "notes-text": ("notes = 'one'", "notes gave a str ('one'), not a list of lines"),
    "key-number": ("key_variable = 1", "key_variable gave an int (1), not a variable's name or"),
    "property-raises": ("batch_size = property(lambda self: self.x)", "failed in batch_size (Attr"),
    "raises-at-once": ("def __init__(self, options): 1 / 0", "cannot be made (ZeroDivisionError: "),
    "takes-nothing": ("def __init__(self): ...", "cannot be made (TypeError: "),
    "makes-text": ("def __new__(cls, options): return 'x'", "its factory made a str ('x'), which"),
}
REREADING = {
    **odd_values.named(odd_values.REREADING),
    "no-reading": ("def reading(self): return None", "reading gave None, not a text"),
    "reads-list": ("def read(self, answers): return []", "read gave a list, not a Reading"),
    "reads-ids": (
        "def results(self, answers): return ['a']",
        "read gave a str ('a'), not pairs",
    ),
    "reads-dicts": (
        "def results(self, answers): return [(each.id, {}) for each in answers]",
        "read gave a dict for an image, not a TagResult",
    ),
    "read-raises": (
        "def results(self, answers):\n    yield from super().results(answers)\n    1 / 0",
        "failed in read (ZeroDivisionError: division by zero)",
    ),
}
BUILDERS = {
    **odd_values.named(odd_values.BUILDERS),
    "none": ("def build(self, images, tags): return None", "build gave None, not a Network or a"),
    "table": ("def build(self, images, tags): return images", "build gave a DataFrame, not a Net"),
    "raises": ("def build(self, images, tags): 1 / 0", "failed in build (ZeroDivisionError: "),
    "strangers": (
        (
            "def build(self, images, tags):\n"
            "    graph = super().build(images, tags)\n"
            "    graph.add_edge('grey', 'b')\n"
            "    return graph"
        ),
        "build gave image nodes that are no images of the table (1), such as 'b': a node that is",
    ),
    "weightless": (
        (
            "def build(self, images, tags):\n"
            "    graph = super().build(images, tags)\n"
            "    graph.add_edge(images['id'][0], 'grey', weight=0)\n"
            "    return graph"
        ),
        "build gave a graph that makes no network (weights must be finite and above 0)",
    ),
    "heavy": (
        (
            "def build(self, images, tags):\n"
            "    graph = super().build(images, tags)\n"
            "    graph.add_edge(images['id'][0], 'grey', weight='much')\n"
            "    return graph"
        ),
        "build gave a graph that makes no network (could not convert string to float",
    ),
    "persons": (
        (
            "def build(self, images, tags):\n"
            "    graph = super().build(images, tags)\n"
            "    graph.add_node('grey', kind='person')\n"
            "    return graph"
        ),
        "build gave a node of the kind 'person', not 'image' or 'tag'",
    ),
    "edgeless": (
        "def build(self, images, tags):\n    import networkx as nx\n    return nx.Graph()",
        "build gave a network without an edge, and did not raise EmptyMap",
    ),
    "reads-list": ("reads = ['records']", "reads gave a list, not a frozenset"),
    "reads-pixels": ("reads = frozenset({'pixels'})", "reads names 'pixels', not embedding or"),
    "describes-text": (
        "def describe(self): return 'x'",
        "describe gave a str ('x'), not a",
    ),
    "describes-parts": (
        "def describe(self): return NetworkDescription(citations=('x',))",
        "describe gave a NetworkDescription with something wrong in it (Expected `object`",
    ),
    "describe-raises": ("def describe(self): 1 / 0", "failed in describe (ZeroDivisionError: "),
    "untied": (
        (
            "def build(self, images, tags):\n"
            "    import networkx as nx\n"
            "    graph = nx.Graph()\n"
            "    graph.add_nodes_from('ab', kind='tag')\n"
            "    graph.add_edge('a', 'b')\n"
            "    return graph\n"
            "def ties(self, network, images, tags): return {}"
        ),
        "ties gave a dict, not a polars DataFrame with the columns image, node, weight",
    ),
}
LAYOUTS = {
    **odd_values.named(odd_values.LAYOUTS),
    "none": ("def place(self, network, **_): return None", "place gave None, not a finite array"),
    "list": (
        "def place(self, network, *, start, seed, progress): return start.tolist()",
        f"place gave a list, not a finite array of shape ({IMAGES + 1}, 2)",
    ),
    "short": (
        "def place(self, network, *, start, seed, progress): return start[1:]",
        f"place gave an array of shape ({IMAGES}, 2) and type float64, not a finite array of",
    ),
    "far": (
        "def place(self, network, *, start, seed, progress): return start * float('nan')",
        "place gave an array with NaN or infinite numbers",
    ),
    "seedless": ("def place(self, network, *, start): return start", "failed in place (TypeError"),
    "raises": ("def place(self, network, **_): 1 / 0", "failed in place (ZeroDivisionError: "),
    "prepare-raises": ("def prepare(self): 1 / 0", "failed in prepare (ZeroDivisionError: "),
    "describes-none": ("def describe(self): return None", "describe gave None, not a LayoutDes"),
}
CLUSTERERS = {
    **odd_values.named(odd_values.CLUSTERERS),
    "none": ("def cluster(self, images, **_): return None", "cluster gave None, not Clusters"),
    "array": (
        "def cluster(self, images, **_): return images.nodes",
        "cluster gave a ndarray, not",
    ),
    "short": (
        "def cluster(self, images, **_): return Clusters(labels=images.nodes[1:])",
        "cluster gave no cluster for each image, a whole number from 0, or -1",
    ),
    "unsure": (
        "def cluster(self, images, **_): return Clusters(labels=images.nodes, stability=[0.5])",
        "cluster gave no stability for each cluster, in [0, 1]",
    ),
    "seedless": ("def cluster(self, images): return images", "failed in cluster (TypeError"),
    "raises": ("def cluster(self, images, **_): 1 / 0", "failed in cluster (ZeroDivisionError: "),
    "prepare-raises": ("def prepare(self): 1 / 0", "failed in prepare (ZeroDivisionError: "),
    "describes-none": ("def describe(self): return None", "describe gave None, not a Clusterer"),
}
RENDERERS = {
    **odd_values.named(odd_values.RENDERERS),
    "none": ("def render(self, map_, folder): return None", "render gave None, not a list of the"),
    "text": ("def render(self, map_, folder): return 'a'", "render gave a str ('a'), not a list"),
    "texts": (
        "def render(self, map_, folder): return [str(super().render(map_, folder)[0])]",
        "among others, not a list of the Paths",
    ),
    "nothing": ("def render(self, map_, folder): return []", "render gave no file, not the Paths"),
    "absent": (
        "def render(self, map_, folder): return [folder / 'no']",
        "no, which is not there",
    ),
    "outside": (
        (
            "def render(self, map_, folder):\n"
            "    path = folder / '..' / 'evil.csv'\n"
            "    path.touch()\n"
            "    return [*super().render(map_, folder), path]"
        ),
        "evil.csv, which is not in the folder",
    ),
    "raises": ("def render(self, map_, folder): map_.x", "failed in render (AttributeError: "),
}
WITH_ANSWERS = {
    "wrong-for-one": (
        (
            "def look(self, image):\n"
            "    self.first = getattr(self, 'first', image.id)\n"
            "    return None if image.id == self.first else super().look(image)"
        ),
        "",
    ),
    "counted": (
        (
            "price = Price({'image': 0.01}, '2026-01', 'here')\n"
            "def __init__(self, options):\n"
            "    import os\n"
            "    with open(os.environ['MADE'], 'a') as file:\n"
            "        file.write('made\\n')\n"
            "    super().__init__(options)"
        ),
        "",
    ),
    "wrong-later": (
        (
            "batch_size = 2\n"
            "price = Price({'image': 0.01}, '2026-01', 'here')\n"
            "def tag(self, images):\n"
            "    answers = super().tag(images)\n"
            "    return answers if self.asked <= 6 else None"
        ),
        "",
    ),
}
KINDS = (
    ("Source", "source", SOURCES, ", accepts=lambda location: False"),
    ("ImageStore", "image_store", STORES, ""),
    ("Recovery", "recovery", RECOVERIES, ""),
    ("Tagger", "tagger", {**TAGGERS, **WITH_ANSWERS}, ""),
    ("RereadingTagger", "tagger", {**REREADING, **odd_values.MISREADING}, ""),
    ("GraphBuilder", "graph_builder", BUILDERS, ""),
    ("Layout", "layout", LAYOUTS, ""),
    ("Clusterer", "clusterer", CLUSTERERS, ""),
    ("Renderer", "renderer", RENDERERS, ", default=False"),
)
"""The base class, the kind, its slips, and further fields of their specs."""


def source() -> str:
    """The text of a module with a plugin for every slip, and a good one of each kind."""
    text, specs = HEAD + COMMAND, {hook: "" for _, hook, _, _ in KINDS}
    for kind, hook, slips, further in KINDS:
        good = {} if kind == "RereadingTagger" else {"good": ("pass", "")}
        for number, (name, (body, _)) in enumerate({**slips, **good}.items()):
            made = f"{kind}{number}"
            base = f"Good{kind.replace('Graph', '').replace('Image', '')}"
            text += f"class {made}({base}):\n{indent(body, '    ')}\n\n\n"
            spec = f"{kind.removeprefix('Rereading')}Spec"
            specs[hook] += f"{spec}(name='{name}', summary='.', factory={made}{further}),"
    for hook, listed in specs.items():
        plural = f"{hook[:-1]}ie" if hook.endswith("y") else hook
        text += f"@hookimpl\ndef tagatlas_{plural}s():\n    return [{listed}]\n\n\n"
    return text
