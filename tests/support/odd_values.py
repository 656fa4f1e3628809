"""Odd values that third-party plugins give, by kind: the code, and a part of what is said.

Nothing is said of a value that is accepted.
"""

from __future__ import annotations

from textwrap import indent

Slips = dict[str, tuple[str, str]]


def named(slips: Slips) -> Slips:
    """The slips under names that no other slip has."""
    return {f"odd-{name}": found for name, found in slips.items()}


def looking(given: str) -> str:
    """A tagger whose result for an image is an expression."""
    return f"def look(self, image):\n    import numpy as np\n    return {given}"


def scored(score: str, said: str = "") -> tuple[str, str]:
    return looking(f"TagResult.ok([Tag('grey', {score})])"), said


def labelled(label: str, said: str) -> tuple[str, str]:
    return looking(f"TagResult.ok([Tag({label}, 0.5)])"), said


def raising(method: str, error: str, said: str = "") -> tuple[str, str]:
    """A method that raises; for taggers one call at a time."""
    body = f"batch_size = 1\ndef {method}(self, *_, **__):\n    raise {error}"
    return body, said or f"failed in {method} ({error.partition('(')[0].rpartition('.')[2]}"


def graphed(change: str, said: str) -> tuple[str, str]:
    """A graph builder that changes a good graph."""
    body = f"graph = super().build(images, tags)\nfirst = images['id'][0]\n{change}\nreturn graph"
    return f"def build(self, images, tags):\n{indent(body, '    ')}", said


def networked(change: str, said: str) -> tuple[str, str]:
    """A graph builder that gives a changed network."""
    body = (
        "import numpy as np\n"
        "import polars as pl\n"
        "good = Network.from_networkx(super().build(images, tags))\n"
        f"return {change}"
    )
    return f"def build(self, images, tags):\n{indent(body, '    ')}", said


def placed(given: str, said: str) -> tuple[str, str]:
    body = f"import numpy as np\nreturn {given}"
    return (
        f"def place(self, network, *, start, seed, progress):\n{indent(body, '    ')}",
        said,
    )


def clustered(given: str, said: str) -> tuple[str, str]:
    body = f"import numpy as np\nzeros = np.zeros(len(images), int)\nreturn {given}"
    return f"def cluster(self, images, *, seed, progress):\n{indent(body, '    ')}", said


def rendered(body: str, said: str) -> tuple[str, str]:
    body = f"files = super().render(map_, folder)\n{body}"
    return f"def render(self, map_, folder):\n{indent(body, '    ')}", said


def recorded(further: str, said: str) -> tuple[str, str]:
    return f"def table(self, location): return super().table(location, {further})", said


def exits(method: str) -> Slips:
    """What any method may raise besides ordinary exceptions."""
    return {
        f"{method}-exits": raising(method, "SystemExit(0)"),
        f"{method}-stops": raising(method, "Stop('odd')"),
        f"{method}-unsaid": raising(method, "Unsaid()"),
    }


def odd_exits(method: str) -> Slips:
    """Further ones."""
    return {
        f"{method}-cancelled": raising(method, "asyncio.CancelledError()"),
        f"{method}-recurses": raising(method, "RecursionError('deep')"),
        f"{method}-long": raising(method, "ValueError('x\\n' * 1_000_000)"),
        f"{method}-os-error": raising(method, "OSError('disk')"),
        f"{method}-stop-iteration": raising(method, "StopIteration()"),
    }


SOURCES: Slips = {
    **exits("read"),
    "dict": ("def read(self, location): return {'location': ['a']}", "read gave a dict, not"),
    "generator": ("def read(self, location): yield 1", "read gave a generator, not Records"),
    "null-location": recorded("location=[None]", "column location is Null, not String"),
    "null-one": (
        (
            "def read(self, location):\n"
            "    import polars as pl\n"
            "    table = pl.DataFrame({'location': ['/a.jpg', None], 'frequency': [1, 1]})\n"
            "    return Records(table, 'two', local=True)"
        ),
        "read gave Records with an empty location",
    ),
    "nul-location": recorded("location=['/a\\0b.jpg']", ""),
    "long-location": recorded("location=['/' + 'a' * 2_000_000]", ""),
    "huge-frequency": recorded("frequency=[2**62]", ""),
    "negative-frequency": recorded("frequency=[-1]", "a frequency below 1"),
    "null-frequency": recorded("frequency=[None]", "column frequency is Null, not Int64"),
    "float-frequency": recorded("frequency=[1.5]", "column frequency is Float64, not Int64"),
    "list-column": recorded("tags=[['a']]", "column tags is List(String), not String"),
    "lazy": (
        "def read(self, location): return Records(self.table(location).lazy(), 'x', local=True)",
        "read gave Records with a LazyFrame as table",
    ),
    "recognised-none": (
        "def read(self, location): return Records(self.table(location), None, local=True)",
        "recognised or notes are no texts",
    ),
    "notes-none": (
        (
            "def read(self, location):\n"
            "    return Records(self.table(location), 'x', local=True, notes=None)"
        ),
        "notes",
    ),
    "local-text": (
        "def read(self, location): return Records(self.table(location), 'x', local='yes')",
        "read gave Records with a str ('yes') as local",
    ),
    "surrogate-said": (
        "def read(self, location): return Records(self.table(location), 'x\\ud800', local=True)",
        "cannot be encoded",
    ),
}
STORES: Slips = {
    **exits("put"),
    "get-none": ("def has(self, *_): return True\ndef get(self, *_): return None", "get gave None"),
    "get-array": (
        "def has(self, *_): return True\ndef get(self, *_): return bytearray(b'x')",
        "get gave a bytearray, not bytes",
    ),
}
RECOVERIES: Slips = {
    **exits("copies"),
    "dict": ("def copies(self, url): return {url: 1}", "copies gave a dict, not a list of URLs"),
    "set": ("def copies(self, url): return {url}", "copies gave a set, not a list of URLs"),
    "generator": ("def copies(self, url): yield url", "copies gave a generator, not a list of"),
    "bytes": ("def copies(self, url): return [b'http://a/b']", "copies gave a bytes"),
    "odd-urls": (
        (
            "def copies(self, url):\n"
            "    return ['', ' ', 'http://[', '\\ud800', 'a\\0b', 'file:///etc/passwd', url,"
            " 'http://' + 'a' * 100_000, 'http://h:99999999/', 'http://\\udcff/']"
        ),
        "",
    ),
}
TAGGERS: Slips = {
    **exits("tag"),
    **odd_exits("tag"),
    "interrupts": raising("tag", "KeyboardInterrupt()"),
    "float32": scored("np.float32(0.5)"),
    "float16": scored("np.float16(0.5)"),
    "array": scored("np.array(0.5)"),
    "integer": scored("np.int64(1)"),
    "decimal": scored("__import__('decimal').Decimal('0.5')"),
    "fraction": scored("__import__('fractions').Fraction(1, 2)"),
    "yes": scored("True"),
    "tensor": scored("Tensor()"),
    "text-score": scored("'0.5'", "the score of 'grey' is no number: '0.5'"),
    "no-score": scored("None", "the score of 'grey' is no number: None"),
    "complex-score": scored("1j", "the score of 'grey' is no number: 1j"),
    "many-scores": scored("np.ones(3)", "the score of 'grey' is no number"),
    "nan": scored("float('nan')", "a score lies outside [0, 1]"),
    "infinite": scored("float('inf')", "a score lies outside [0, 1]"),
    "negative": scored("-0.1", "a score lies outside [0, 1]"),
    "endless-score": scored("10**400", "the score of 'grey' is no number"),
    "unmade-float32": (
        looking("TagResult(TagStatus.OK, (Tag('grey', np.float32(0.5)),))"),
        "",
    ),
    "label-none": labelled("None", "a label is text, not NoneType: None"),
    "label-number": labelled("5", "a label is text, not int: 5"),
    "label-bytes": labelled("b'cat'", "a label is text, not bytes: b'cat'"),
    "label-numpy": labelled("np.str_('cat')", ""),
    "label-empty": labelled("''", "a label is blank or comes twice"),
    "label-blank": labelled("' \\t\\u3000'", "a label is blank or comes twice"),
    "label-nul": labelled("'a\\0b'", "as its label"),
    "label-long": labelled("'x' * 2**20", "with a label of 1,048,576 characters"),
    "label-twice": (
        looking("TagResult.ok([Tag('a', 1.0), Tag('a', 0.5)])"),
        "a label is blank or comes twice",
    ),
    "tags-none": (looking("TagResult.ok(None)"), "failed in tag (TypeError: "),
    "tags-texts": (looking("TagResult.ok(['cat'])"), "failed in tag (TypeError: "),
    "tags-dict": (looking("TagResult.ok({'cat': 0.5})"), "failed in tag (TypeError: "),
    "tags-pairs": (looking("TagResult.ok([('cat', 0.5)])"), "failed in tag (TypeError: "),
    "tags-generator": (looking("TagResult.ok(Tag(x, 0.5) for x in 'ab')"), ""),
    "tags-set": (looking("TagResult.ok({Tag('a', 0.5)})"), ""),
    "tags-none-at-all": (looking("TagResult.ok([])"), "no tags: use TagResult.empty()"),
    "generates": (
        "def tag(self, images):\n    yield from super().tag(images)",
        "tag gave a generator, not a list of TagResults",
    ),
    "by-id": (
        "def tag(self, images): return {image.id: self.look(image) for image in images}",
        "tag gave a dict, not a list of TagResults",
    ),
    "set": ("def tag(self, images): return {1, 2}", "tag gave a set, not a list of TagResults"),
    "tuple": ("def tag(self, images): return tuple(super().tag(images))", ""),
    "too-many": (
        "def tag(self, images): return [*super().tag(images), TagResult.empty()]",
        "results for 4 images",
    ),
    "message-none": (looking("TagResult.failed('image', None)"), "failed for an image with"),
    "raw-array": (looking("TagResult.empty(np.zeros(3))"), "as raw, not bytes"),
    "vector-nan": (
        looking("TagResult.empty(embedding=[float('nan')])"),
        "an embedding is not a vector of finite numbers",
    ),
    "vector-texts": (looking("TagResult.empty(embedding=['a'])"), "failed in tag (ValueError: "),
    "vector-matrix": (
        looking("TagResult.empty(embedding=[[1.0]])"),
        "failed in tag (ValueError: an embedding",
    ),
    "fingerprint-empty": ("def fingerprint(self): return ''", "fingerprint gave a str (''), not a"),
    "fingerprint-surrogate": (
        "def fingerprint(self): return '\\ud800'",
        "fingerprint gave a str ('\\ud800'), not a text",
    ),
    "fingerprint-bytes": ("def fingerprint(self): return b'x'", "fingerprint gave a bytes, not a"),
    "batch-yes": ("batch_size = True", "batch_size gave True, not a whole number of at least 1"),
    "batch-half": ("batch_size = 2.5", "batch_size gave a float (2.5), not a whole number"),
    "rate-nan": ("calls_per_second = float('nan')", "calls_per_second gave a float (nan), not a"),
    "rate-text": ("calls_per_second = '1'", "calls_per_second gave a str ('1'), not a number"),
    "bytes-none": ("batch_bytes = -1", "batch_bytes gave an int (-1), not a whole number of"),
    "variant-text": ("variant = 'picture'", "variant gave a str ('picture'), not a Variant"),
    "notes-none": ("notes = None", "notes gave None, not a list of lines"),
    "notes-numbers": ("notes = [1]", "notes gave an int (1) among others, not a list of lines"),
    "prepare-raises": ("def prepare(self, progress): 1 / 0", "failed in prepare (ZeroDivision"),
    "prepare-exits": ("def prepare(self, progress): raise SystemExit", "failed in prepare (System"),
    "prepare-odd-progress": (
        "def prepare(self, progress): progress('a', None)",
        "",
    ),
    "made-by-exit": ("def __init__(self, options): raise SystemExit(0)", "cannot be made (System"),
    "made-by-stop": ("def __init__(self, options): raise Stop('x')", "cannot be made (Stop: x)"),
    "made-unsaid": ("def __init__(self, options): raise Unsaid()", "cannot be made (Unsaid: "),
}
REREADING: Slips = {
    **exits("read"),
    "reading-empty": ("def reading(self): return ''", "reading gave a str (''), not a text"),
    "notes-arrays": (
        (
            "def read(self, answers):\n"
            "    import numpy as np\n"
            "    return Reading(self.results(answers), {'scale': np.float32(1)})"
        ),
        "read gave a Reading whose notes are not of JSON types",
    ),
    "notes-list": (
        "def read(self, answers): return Reading(self.results(answers), ['a'])",
        "read gave a Reading with a list as notes",
    ),
    "reads-none": (
        "def read(self, answers): return Reading(None)",
        "read gave a Reading with None as results",
    ),
    "collective-text": ("collective = 'yes'", "collective gave a str ('yes'), not True or False"),
}
MISREADING: Slips = {
    "reads-twice": (
        "def results(self, answers): return [*super().results(answers)] * 2",
        "read other images than it was given",
    ),
    "reads-fewer": (
        "def results(self, answers): return [*super().results(answers)][1:]",
        "read other images than it was given",
    ),
    "reads-nothing": (
        "def results(self, answers): return []",
        "read fewer images than it was given",
    ),
}
BUILDERS: Slips = {
    **exits("build"),
    "parallel": graphed(
        "import networkx as nx\ngraph = nx.MultiGraph(graph)\ngraph.add_edge(first, 'grey')",
        "build gave a graph that makes no network (parallel edges",
    ),
    "directed": graphed("graph = graph.to_directed()", ""),
    "loop": graphed("graph.add_edge('grey', 'grey')", "(an edge joins a node to itself)"),
    "nan": graphed("graph.add_edge(first, 'grey', weight=float('nan'))", "weights must be finite"),
    "infinite": graphed(
        "graph.add_edge(first, 'grey', weight=float('inf'))", "weights must be finite"
    ),
    "negative": graphed("graph.add_edge(first, 'grey', weight=-1)", "weights must be finite"),
    "huge": graphed("graph.add_edge(first, 'grey', weight=1e300)", "weights must be finite"),
    "endless": graphed("graph.add_edge(first, 'grey', weight=10**400)", "makes no network"),
    "tiny": graphed("graph.add_edge(first, 'grey', weight=1e-300)", "weights must be finite"),
    "weight-none": graphed("graph.add_edge(first, 'grey', weight=None)", "makes no network"),
    "weight-list": graphed("graph.add_edge(first, 'grey', weight=[1])", "makes no network"),
    "weight-decimal": graphed(
        "graph.add_edge(first, 'grey', weight=__import__('decimal').Decimal('0.5'))", ""
    ),
    "kind-none": graphed("graph.add_node('grey', kind=None)", "gave a node of the kind 'None'"),
    "doubled": graphed(
        "graph.add_edge(first, 1, weight=1.0)\n"
        "graph.add_edge(first, '1', weight=1.0)\n"
        "graph.add_nodes_from([1, '1'], kind='tag')",
        "build gave a network in which two nodes have one id",
    ),
    "label-none": graphed("graph.add_node('grey', label=None)", ""),
    "label-surrogate": graphed("graph.add_node('grey', label='\\ud800')", "cannot be encoded"),
    "id-surrogate": graphed(
        "graph.add_edge(first, '\\ud800')\ngraph.add_node('\\ud800', kind='tag')",
        "cannot be encoded",
    ),
    "alone": graphed("graph.remove_edge(first, 'grey')", ""),
    "edges": ("def build(self, images, tags): return [('a', 'b')]", "build gave a list, not a Net"),
    "dict": ("def build(self, images, tags): return {}", "build gave a dict, not a Network or a"),
    "generator": ("def build(self, images, tags): yield 1", "build gave a generator, not a Net"),
    "lists": networked(
        "Network(good.nodes, good.sources.tolist(), good.targets.tolist(), good.weights.tolist())",
        "build",
    ),
    "wide": networked(
        "Network(good.nodes, good.sources.astype(np.int64), good.targets.astype(np.int64), "
        "good.weights.astype(np.float64))",
        "",
    ),
    "real-ends": networked(
        "Network(good.nodes, good.sources.astype(float), good.targets, good.weights)",
        "build gave a Network whose sources are of shape (12,) and type float64",
    ),
    "flat": networked(
        "Network(good.nodes, good.sources[:, None], good.targets[:, None], good.weights[:, None])",
        "build gave a Network whose sources",
    ),
    "parallel-arrays": networked(
        "Network(good.nodes, np.tile(good.sources, 2), np.tile(good.targets, 2), "
        "np.tile(good.weights, 2))",
        "build gave a network with parallel edges",
    ),
    "both-ways": networked(
        "Network(good.nodes, np.append(good.sources, good.targets), "
        "np.append(good.targets, good.sources), np.tile(good.weights, 2), directed=False)",
        "build gave a network with parallel edges",
    ),
    "number-ids": networked(
        "Network(good.nodes.with_row_index('n').select(id='n', kind='kind', label='label'), "
        "good.sources, good.targets, good.weights)",
        "build gave a Network whose column id is UInt32, not String",
    ),
    "null-labels": networked(
        "Network(good.nodes.with_columns(label=pl.lit(None, pl.String)), good.sources, "
        "good.targets, good.weights)",
        "build gave a Network with a node without label",
    ),
    "null-kinds": networked(
        "Network(good.nodes.with_columns(kind=pl.lit(None, pl.String)), good.sources, "
        "good.targets, good.weights)",
        "build gave a Network with a node without kind",
    ),
    "no-frame": networked("Network(None, good.sources, good.targets, good.weights)", "build"),
    "directed-text": networked(
        "Network(good.nodes, good.sources, good.targets, good.weights, directed='yes')",
        "build gave a Network with a str ('yes') as directed",
    ),
    "reads-numbers": ("reads = frozenset({1})", "reads names '1', not"),
    "reads-raises": ("reads = property(lambda self: self.x)", "failed in reads (AttributeError"),
}
LAYOUTS: Slips = {
    **exits("place"),
    "whole": placed("np.arange(start.size).reshape(start.shape)", ""),
    "single": placed("start.astype(np.float32)", ""),
    "complex": placed("start.astype(complex)", "and type complex128, not a finite array"),
    "texts": placed("start.astype(str)", "not a finite array"),
    "objects": placed("start.astype(object)", "and type object, not a finite array"),
    "flat": placed("start.ravel()", "not a finite array of shape"),
    "solid": placed("np.zeros((len(start), 3))", "not a finite array of shape"),
    "turned": placed("start.T", "not a finite array of shape"),
    "masked": placed("np.ma.masked_all(start.shape)", "place gave an array with masked numbers"),
    "infinite": placed("start + float('inf')", "place gave an array with NaN or infinite"),
    "far-off": placed("start + 1e300", "place gave an array with numbers beyond"),
    "one-place": placed("np.zeros(start.shape)", ""),
    "dict": placed("dict(zip(network.nodes['id'], start))", "place gave a dict, not a finite"),
    "odd-progress": placed("progress('a', None) or start", "failed in place (TypeError: "),
}
CLUSTERERS: Slips = {
    **exits("cluster"),
    "dict": clustered("{}", "cluster gave a dict, not Clusters"),
    "listed": clustered("Clusters(labels=zeros.tolist())", ""),
    "real": clustered("Clusters(labels=zeros * 1.0)", "cluster gave no cluster for each image"),
    "nan": clustered("Clusters(labels=zeros * float('nan'))", "gave no cluster for each image"),
    "texts": clustered("Clusters(labels=zeros.astype(str))", "gave no cluster for each image"),
    "nones": clustered("Clusters(labels=None)", "gave no cluster for each image"),
    "ragged": clustered("Clusters(labels=[[0], [0, 1]])", "gave no cluster for each image"),
    "long": clustered("Clusters(labels=np.append(zeros, 0))", "gave no cluster for each image"),
    "minus-two": clustered("Clusters(labels=zeros - 2)", "gave no cluster for each image"),
    "all-in-none": clustered("Clusters(labels=zeros - 1)", ""),
    "gaps": clustered("Clusters(labels=np.arange(len(images)) * 7)", ""),
    "huge": clustered("Clusters(labels=zeros + 2**62)", "numbers clusters up to"),
    "unsigned": clustered(
        "Clusters(labels=zeros.astype(np.uint64) + 2**63)", "numbers clusters up to"
    ),
    "stability-nan": clustered(
        "Clusters(labels=zeros, stability=np.array([float('nan')]))", "gave no stability for each"
    ),
    "stability-text": clustered("Clusters(labels=zeros, stability='x')", "gave no stability for"),
    "agreement-nan": clustered("Clusters(labels=zeros, agreement=float('nan'))", "an agreement of"),
    "agreement-text": clustered("Clusters(labels=zeros, agreement='x')", "an agreement of"),
    "subs-across": clustered(
        "Clusters(labels=np.arange(len(images)) % 2, sub_labels=zeros)",
        "gave a sub-cluster with images of two clusters",
    ),
    "subs-short": clustered("Clusters(labels=zeros, sub_labels=zeros[1:])", "gave no sub-cluster"),
    "names": clustered("Clusters(labels=zeros, names={0: 'x', 7: 'of none'})", ""),
    "names-listed": clustered("Clusters(labels=zeros, names=['x'])", "gave names of clusters as"),
    "names-blank": clustered(
        "Clusters(labels=zeros, names={0: ' '})", "as the name of the cluster"
    ),
    "names-torn": clustered(
        "Clusters(labels=zeros, names={0: chr(0xd800)})", "as the name of the cluster"
    ),
    "names-number": clustered("Clusters(labels=zeros, names={'0': 'x'})", "as the name of the"),
    "subs-stability": clustered(
        "Clusters(labels=zeros, sub_stability=np.array([0.5]))", "sub-cluster"
    ),
}
RENDERERS: Slips = {
    **exits("render"),
    "tuple": rendered("return tuple(files)", ""),
    "set": rendered("return set(files)", "render gave a set, not a list of the Paths"),
    "generator": rendered("return (file for file in files)", "render gave a generator, not a list"),
    "dict": rendered("return {file: 1 for file in files}", "render gave a dict, not a list of"),
    "one": rendered("return files[0]", "render gave a PosixPath, not a list of the Paths"),
    "second-absent": rendered("return [*files, folder / 'no']", "no, which is not there"),
    "nameless": rendered("return [folder]", "which is no file"),
    "beside": rendered(
        "(folder.parent / 'beside.txt').write_text('x')\nreturn files",
        "beside.txt, which is not in the folder",
    ),
    "in-atlas": rendered(
        "(folder.parent.parent / 'above.txt').write_text('x')\nreturn files",
        "above.txt, which is not in the folder",
    ),
    "in-current": rendered(
        "from pathlib import Path\nPath('current.txt').write_text('x')\nreturn files",
        "rendered, files outside changed: ",
    ),
}
