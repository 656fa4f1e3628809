"""The fonts of posters: the built-in ones, and others for letters that these lack.

The built-in fonts are DejaVu Sans Condensed, which cover Latin, Greek, Cyrillic, Arabic, Hebrew,
Georgian, Armenian and many signs. Any other letter is set in the first font that has it: of those
that the user names, then of those of the machine.
"""

from __future__ import annotations

import os
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.errors import OptionError
from tagatlas.toolkit import count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

_BUILT_IN = Path(__file__).parent / "fonts"
_ENDINGS = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_MOST_FONTS = 2000
_UNSEEN = frozenset({"Cc", "Cf", "Zs"})
_MARKS = frozenset({"Mn", "Mc", "Me", *_UNSEEN})
"""Categories of characters that keep the font of the letter before them."""
_LATIN_END = "\u0250"
"""The built-in fonts have every letter before it."""
_SHOWN = 3


def font_file(*, bold: bool) -> Path:
    """The built-in TrueType font."""
    return _BUILT_IN / ("DejaVuSansCondensed-Bold.ttf" if bold else "DejaVuSansCondensed.ttf")


class Fonts:
    """Chooses a font for each letter. Used by one thread.

    Args:
        named: font files for letters that the built-in font lacks.

    Raises:
        OptionError: one of them is no font.
    """

    def __init__(self, named: Sequence[Path] = ()) -> None:
        self._letters: dict[Path, Collection[int]] = {}
        for path in named:
            letters = _letters(path)
            if letters is None:
                raise OptionError(f"{path} is no font that can be read: name a TTF or OTF file")
            self._letters[path] = letters
        self._fonts: dict[str, Path | None] = {}
        self._missing: set[str] = set()

    def runs(self, text: str, *, bold: bool) -> list[tuple[str, Path]]:
        """The text in pieces, each with its font; one piece if one font has all of it."""
        own = font_file(bold=bold)
        if all(char < _LATIN_END for char in text):
            return [(text, own)]
        runs: list[tuple[str, Path]] = []
        for char in text:
            font = self._font(char) or own
            before = runs[-1][1] if runs else None
            if before is not None and unicodedata.category(char) in _MARKS:
                font = before if self._has(before, char, own) else font
            if font == before:
                runs[-1] = (runs[-1][0] + char, font)
            else:
                runs.append((char, font))
        return runs

    def lacking(self, texts: Iterable[str]) -> list[str]:
        """The texts with a letter that no font has, each once."""
        return list(dict.fromkeys(text for text in texts if self._lacks(text)))

    def _lacks(self, text: str) -> bool:
        return any(self._font(char) is None and char in self._missing for char in text)

    def _font(self, char: str) -> Path | None:
        """The font of a character; None for the built-in one, also if none has it."""
        if char < _LATIN_END or unicodedata.category(char) in _UNSEEN or ord(char) in self._own:
            return None
        if char not in self._fonts:
            code = ord(char)
            found = (path for path, letters in self._others() if code in letters)
            self._fonts[char] = next(found, None)
            if self._fonts[char] is None:
                self._missing.add(char)
        return self._fonts[char]

    def _has(self, font: Path, char: str, own: Path) -> bool:
        letters = self._own if font == own else self._letters[font]
        return ord(char) in letters or unicodedata.category(char) in _UNSEEN

    @cached_property
    def _own(self) -> Collection[int]:
        return _letters(font_file(bold=False)) or ()

    def _others(self) -> Iterator[tuple[Path, Collection[int]]]:
        """The named fonts, then those of the machine, each read when it is needed."""
        yield from list(self._letters.items())
        for path in self._unread:
            letters = _letters(path) or ()
            self._letters[path] = letters
            yield path, letters

    @cached_property
    def _unread(self) -> Iterator[Path]:
        """The machine's fonts that were not read yet."""
        return (path for path in machine_fonts() if path not in self._letters)


def machine_fonts() -> Iterator[Path]:
    """The font files of the machine and its user, those for regular text first, then by name."""
    home, data = Path.home(), os.environ.get("XDG_DATA_HOME")
    places = [
        Path(data) / "fonts" if data else home / ".local/share/fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
        home / "Library/Fonts",
        Path("/Library/Fonts"),
        Path("/System/Library/Fonts"),
        home / "AppData/Local/Microsoft/Windows/Fonts",
        Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
    ]
    found = [
        Path(folder, name)
        for place in places
        for folder, _, names in os.walk(place)
        for name in names
        if Path(name).suffix.lower() in _ENDINGS
    ]
    found.sort(key=lambda path: ("regular" not in path.stem.lower(), path.name, path))
    yield from found[:_MOST_FONTS]


def note_on_fonts(file: str, texts: Sequence[str], remedy: str) -> list[str]:
    """A note for the user that letters of some texts are drawn as boxes; none if there are none.

    Args:
        file: the poster.
        texts: with letters that cannot be drawn.
        remedy: what to do.
    """
    if not texts:
        return []
    shown = ", ".join(f"“{text}”" for text in texts[:_SHOWN])
    others = f" and {len(texts) - _SHOWN:,} more" if len(texts) > _SHOWN else ""
    number = count(len(texts), "text")
    said = f"{file}: no font has all letters of {number}, {shown}{others}: boxes stand for them"
    return [f"{said}; {remedy}"]


def _letters(path: Path) -> Collection[int] | None:
    """The code points that a font has a letter for; None if it cannot be read or scaled."""
    from matplotlib.ft2font import FT2Font  # reads only what is asked for: some fonts are large

    try:
        font = FT2Font(str(path))
        letters: Collection[int] = font.get_charmap().keys()
    except (OSError, RuntimeError):
        return None  # of a machine's many fonts some are damaged
    return letters if font.scalable else None
