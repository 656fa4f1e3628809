"""A coverage-guided search for bytes that fetching does not bear; not run by pytest.

    pip install atheris
    python tests/fuzz/fuzz.py normalise CORPUS -max_total_time=600
    python tests/fuzz/fuzz.py url CORPUS -max_total_time=60

CORPUS is a folder, made and filled with seeds if it is not there. atheris follows the branches of
Pillow's parsers and of tagatlas; an input that raises anything but ``ImageRejected``, or gives a
copy that is no sound JPEG within the limits, is a finding, and is written to a file named
``crash-...``. Findings are kept as tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import atheris
from PIL import Image, features

with atheris.instrument_imports(include=["PIL", "tagatlas_fetching", "yarl"]):
    from PIL import (  # noqa: F401 - the parsers under test
        AvifImagePlugin,
        BmpImagePlugin,
        GifImagePlugin,
        IcoImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    from tagatlas.errors import ImageRejected
    from tagatlas_fetching.normalise import normalise
    from tagatlas_fetching.safety import checked_url

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "ICO")
MAX_SIDE = 64
MAX_PIXELS = 250_000


def fuzz_normalise(data: bytes) -> None:
    """Either a reason, or a sound copy."""
    made, reason = None, ""
    try:
        made = normalise(data, max_side=MAX_SIDE, max_pixels=MAX_PIXELS)
    except ImageRejected as rejected:
        reason = rejected.reason
    if made is None:
        assert len(reason.splitlines()) == 1
        return
    with Image.open(BytesIO(made.image)) as copy:
        copy.load()
        assert copy.format == "JPEG"
        assert max(copy.size) <= MAX_SIDE
    assert 0 < made.width * made.height <= MAX_PIXELS
    assert made.frames >= 1


def fuzz_url(data: bytes) -> None:
    """Either a reason, or a web address with a host."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        url = checked_url(text, allow_private=False)
    except ImageRejected:
        return
    assert url.scheme in ("http", "https")
    assert url.host


TARGETS: dict[str, Callable[[bytes], None]] = {"normalise": fuzz_normalise, "url": fuzz_url}


def seeds(target: str) -> list[bytes]:
    """Inputs to start from."""
    if target == "url":
        texts = ("http://a.org/b?c=d#e", "https://u:p@[::1]:80/%2e%2e/", "//x", "http://ä.de/", "")
        return [text.encode() for text in texts]
    found = []
    for mode in ("RGB", "L", "RGBA", "P", "CMYK", "1", "I;16"):
        picture = Image.linear_gradient("L").resize((24, 16)).convert(mode.replace("I;16", "I"))
        for format_ in (*FORMATS, *(["AVIF"] if features.check("avif") else [])):
            encoded = BytesIO()
            try:
                picture.save(encoded, format_)
            except (OSError, ValueError):  # a format without that mode
                continue
            found.append(encoded.getvalue())
    return found


def main() -> None:
    """Run until the time is over or something is found."""
    target, corpus, *options = sys.argv[1:]
    folder = Path(corpus)
    if not folder.exists():
        folder.mkdir(parents=True)
        for number, seed in enumerate(seeds(target)):
            (folder / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], corpus, *options], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
