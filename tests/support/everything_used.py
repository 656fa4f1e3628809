"""Uses every installed plugin and every step, and reports what that changed. Run as a script.

``python everything_used.py FOLDER``: prints as JSON, for each use, the lasting changes of the
process, and the packages that a plugin lacks. Changes by the import of other libraries do not
count: those that make any are imported before.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from traceback import format_exc

import numpy as np
from map_plugins import cluster_input
from PIL import Image
from process_state import changes, state
from vision_servers import KEY, ClarifaiServer, GoogleVisionServer, running

import tagatlas
import tagatlas_compare
from tagatlas import (
    Atlas,
    Clusterer,
    GraphBuilder,
    ImageStore,
    Layout,
    Plugins,
    Recovery,
    Renderer,
    Source,
    Tagger,
    Variant,
)
from tagatlas.errors import InputError, MissingDependency
from tagatlas.plugins import (
    COMMANDS,
    KINDS,
    PluginChoice,
)
from tagatlas.steps.doctor import check_atlas, check_installation
from tagatlas.steps.verify import verify_images
from tagatlas.testing import (
    sample_images,
    sample_map,
    sample_network,
    sample_tables,
    with_columns,
)
from tagatlas_imports import import_tags

Use = Callable[[], object]

DATA = Path(__file__).parents[1] / "data"
LIBRARIES = (
    "IPython",
    "fa2",
    "matplotlib.figure",
    "open_clip",
    "sklearn.cluster",
    "torchvision",
    "umap",
)
KEYS = ("CLARIFAI_PAT", "GOOGLE_API_KEY")


def main(folder: Path) -> None:
    """Print what each use changed."""
    os.environ |= dict.fromkeys(KEYS, KEY)
    Image.init()
    for library in LIBRARIES:
        with suppress(ImportError):
            import_module(library)
    pictures = folder / "pictures"
    pictures.mkdir()
    for number, image in enumerate(sample_images(24)):
        (pictures / f"{number}.jpg").write_bytes(image.data)
    with ExitStack() as stack:
        servers = {"clarifai": ClarifaiServer(), "google-vision": GoogleVisionServer()}
        options: dict[str, dict[str, object]] = {
            name: {"endpoint": stack.enter_context(running(server, can_cut=False)).endpoint}
            for name, server in servers.items()
        }
        options["clip"] = {"model": str(DATA / "shapes_clip"), "device": "cpu"}
        options["columns"] = {"node_column": "tag"}
        options["fsspec"] = {"location": "memory://everything"}
        plugins = tagatlas.load_plugins(strict=True)
        uses = {**plugin_uses(plugins, options, pictures), **steps(plugins, pictures)}
        print(json.dumps({name: watched(use) for name, use in uses.items()}))  # noqa: T201


def watched(use: Use) -> dict[str, object]:
    """Changes by a use, missing packages, and the reason of a failure."""
    before, lacks, failed = state(), "", ""
    try:
        use()
    except MissingDependency as missing:
        lacks = str(missing)
    except Exception:  # noqa: BLE001 - told, and the other uses go on
        failed = format_exc()
    return {"changed": changes(before, state()), "lacks": lacks, "failed": failed}


def plugin_uses(
    plugins: Plugins, options: dict[str, dict[str, object]], pictures: Path
) -> dict[str, Use]:
    """A use of each plugin, by kind and name."""
    return {
        f"{kind.name} {name}": partial(
            use_plugin, plugins.choose(kind, name, options.get(name, {})), pictures
        )
        for kind in KINDS
        if kind is not COMMANDS
        for name in plugins.of_kind(kind)
    }


def use_plugin(chosen: PluginChoice[object], pictures: Path) -> None:
    """Make a plugin, and use it."""
    folder = pictures.parent / chosen.name
    folder.mkdir(exist_ok=True)
    made = chosen.make(*([folder] if chosen.kind.product is ImageStore else []))
    match made:
        case Source():
            for location in [pictures, *(DATA / "tables").iterdir()]:
                with suppress(InputError):  # another source's
                    made.read(str(location))
        case ImageStore():
            made.put("0" * 64, Variant.IMAGE, b"bytes")
            made.get("0" * 64, Variant.IMAGE)
        case Recovery():
            made.copies("https://pbs.twimg.com/media/EaBc.jpg")
        case Tagger():
            failed = [each.message for each in made.tag(sample_images(3)) if each.message]
            assert not failed, failed
            made.check()
        case GraphBuilder():
            images, tags = sample_tables()
            made.build(with_columns(images, tags, made.reads), tags.lazy())
        case Layout():
            network = sample_network(60)
            start = np.random.default_rng(0).standard_normal((network.node_count, 2))
            made.prepare()
            made.place(network, start=start, seed=0, progress=lambda *_: None)
        case Clusterer():
            made.prepare()
            made.cluster(cluster_input(*sample_tables(60)), seed=0, progress=lambda *_: None)
        case Renderer():
            made.render(sample_map(), folder)
        case _:
            raise AssertionError(f"how is {made!r} used?")


def steps(plugins: Plugins, pictures: Path) -> dict[str, Use]:
    """Each step of the library, in turn, on one atlas."""

    def on_atlas(work: Callable[[Atlas], object]) -> Use:
        def use() -> None:
            with tagatlas.open_atlas(pictures.parent / "x.atlas", plugins, create=True) as atlas:
                work(atlas)

        return use

    foreign = pictures.parent / "tags.csv"
    rows = [f"{pictures / '0.jpg'},cat,0.9", f"{pictures / '1.jpg'},dog,0.8"]
    foreign.write_text("\n".join(["image,tag,score", *rows]), "utf-8")
    return {
        "add": on_atlas(lambda atlas: tagatlas.add(atlas, pictures)),
        "fetch": on_atlas(tagatlas.fetch),
        "tag": on_atlas(lambda atlas: tagatlas.tag(atlas, backend="imagenet")),
        "import tags": on_atlas(lambda atlas: import_tags(atlas, foreign, name="other")),
        "map": on_atlas(lambda atlas: tagatlas.map(atlas, backend="imagenet")),
        "render": on_atlas(tagatlas.render),
        "compare": on_atlas(tagatlas_compare.compare),
        "verify": on_atlas(verify_images),
        "check": on_atlas(lambda atlas: [*check_atlas(atlas), *check_installation(plugins)]),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
