"""The plugin ``poster``: the images in place, with outlines and names, as one PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagatlas import Renderer, RendererSpec, hookimpl
from tagatlas_posters.engine import PosterOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tagatlas import Map


class PosterRenderer(Renderer):
    """Writes the poster band by band: memory does not grow with its height."""

    def __init__(self, options: PosterOptions) -> None:
        self._options = options

    def render(self, map_: Map, folder: Path) -> Sequence[Path]:
        """Write ``map.png``.

        Raises:
            OptionError: the poster would have too many pixels.
            StorageError: the file could not be written.
        """
        from tagatlas.toolkit import write_atomically
        from tagatlas_posters.engine.composition import compose
        from tagatlas_posters.engine.raster import paint_bands, painters
        from tagatlas_posters.poster.png import PngWriter

        poster = compose(map_, self._options)
        canvas, path = poster.canvas, folder / "map.png"
        with (
            painters() as executor,
            write_atomically(path) as file,
            PngWriter(file, canvas.width, canvas.height, executor, canvas.page.dpi) as png,
        ):
            for band in paint_bands(poster, executor):
                png.write(band)
        self.notes = poster.notes(path.name)
        return [path]


@hookimpl
def tagatlas_renderers() -> Iterable[RendererSpec]:
    """Announce the poster."""
    return [
        RendererSpec(
            name="poster",
            summary="map.png: the images in place, with outlines and names.",
            files={"map.png": "the poster"},
            order=10,
            download="Poster (PNG)",
            options=PosterOptions,
            factory=PosterRenderer,
        )
    ]
