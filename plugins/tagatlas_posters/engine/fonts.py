"""The fonts of posters: the built-in ones, and others for letters that these lack.

The built-in fonts are DejaVu Sans Condensed, which cover Latin, Greek, Cyrillic, Arabic, Hebrew,
Georgian, Armenian and many signs. Any other letter is set in the first font that has it, with all
its marks: of those that the user names, then of those of the machine. Emoji are set in a font with
colours if there is one.
"""

from __future__ import annotations

import os
import unicodedata
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tagatlas.errors import OptionError
from tagatlas.toolkit import count
from tagatlas_posters.engine.faces import Face

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BUILT_IN = Path(__file__).parent / "fonts"
_ENDINGS = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_MOST_FONTS = 2000
_UNSEEN = frozenset({"Cc", "Cf", "Zs"})
_MARKS = frozenset({"Mn", "Mc", "Me", "Cf"})
"""Categories of characters that belong to the letter before them."""
_JOINER, _AS_TEXT, _AS_PICTURE = "\u200d", "\ufe0e", "\ufe0f"
_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_PICTURES = range(0x1F000, 0x20000)
_LATIN_END = "\u0250"
"""The built-in fonts have every letter before it."""
_EARLY_PICTURES = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"  # noqa: RUF001
)
"""Characters before the emoji's own blocks that are pictures by default (Unicode's emoji data)."""
_PICTURE_FONTS = ("emoji", "emj")
"""Parts of the names of fonts with coloured pictures."""
_SHOWN = 12


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
        self._faces: dict[Path, Face | None] = {}
        for path in named:
            if self._read(path) is None:
                raise OptionError(f"{path} is no font that can be read: name a TTF or OTF file")
        self._named = tuple(named)
        self._fonts: dict[tuple[str, bool], Path | None] = {}

    def face(self, path: Path) -> Face:
        """A font that was chosen."""
        face = self._read(path)
        if face is None:
            raise OptionError(f"{path} is no font that can be read: name a TTF or OTF file")
        return face

    def runs(self, text: str, *, bold: bool) -> list[tuple[str, Path]]:
        """The text in pieces, each with its font; one piece if one font has all of it."""
        own = font_file(bold=bold)
        if all(char < _LATIN_END for char in text):
            return [(text, own)]
        runs: list[tuple[str, Path]] = []
        for letter in letters_of(text):
            before = runs[-1][1] if runs else None
            if _needed(letter):
                font = self._chosen(letter, own, bold=bold)
            else:
                font = before if before and self._has_blank(before, letter) else own
            if font == before:
                runs[-1] = (runs[-1][0] + letter, font)
            else:
                runs.append((letter, font))
        return runs

    def lacking(self, texts: Iterable[str]) -> list[str]:
        """The characters of some texts that cannot be drawn, each once."""
        letters = dict.fromkeys(
            letter for text in texts for letter in letters_of(text) if _needed(letter)
        )
        own = font_file(bold=False)
        return list(
            dict.fromkeys(char for letter in letters for char in self._missing(letter, own))
        )

    def _missing(self, letter: str, own: Path) -> list[str]:
        """The characters of a letter that its font cannot draw."""
        font = self._chosen(letter, own, bold=False)
        if self._has(font, letter):
            return []
        needed = [char for char in letter if _needed(char)]
        return [char for char in needed if not self._has(font, char)] or needed

    def _chosen(self, letter: str, own: Path, *, bold: bool) -> Path:
        """The font of a letter with its marks; the built-in one if none has it."""
        is_picture = _is_picture(letter)
        if is_picture and (found := self._font(letter, is_picture=True)):
            return found
        if self._has(own, letter):
            return own
        found = self._font(letter, is_picture=False) or self._font(letter[0], is_picture=False)
        return own if found is None else self._in_weight(found, letter, bold=bold)

    def _in_weight(self, path: Path, letter: str, *, bold: bool) -> Path:
        """The bold font of the same family for bold text, if it lies beside the regular one."""
        heavy = path.with_name(path.name.replace("Regular", "Bold"))
        return heavy if bold and heavy != path and self._has(heavy, letter) else path

    def _font(self, letter: str, *, is_picture: bool) -> Path | None:
        """The first font that is not built in and has a letter; None if none has it."""
        if (letter, is_picture) not in self._fonts:
            found = (
                path for path in self._others(is_picture=is_picture) if self._has(path, letter)
            )
            self._fonts[letter, is_picture] = next(found, None)
        return self._fonts[letter, is_picture]

    def _has_blank(self, path: Path, letter: str) -> bool:
        """Whether a font has a blank of a usual width: those of pictures are as wide as these."""
        face = self.face(path)
        blanks = {ord(char) for char in letter if unicodedata.category(char) == "Zs"}
        return face.letters >= blanks and not (blanks and face.has_colours)

    def _has(self, path: Path, letter: str) -> bool:
        face, needed = self._read(path), _needed(letter)
        if face is None or not face.letters >= needed:
            return False
        return not needed or path.parent == _BUILT_IN or face.shows(letter)

    def _others(self, *, is_picture: bool) -> Iterator[Path]:
        """The named fonts, then those of the machine."""
        for path in self._named:
            if not is_picture or self.face(path).has_colours:
                yield path
        for path in self._machine:
            is_coloured = any(part in path.name.lower() for part in _PICTURE_FONTS)
            face = self._read(path) if is_coloured or not is_picture else None
            if face is not None and (face.has_colours or not is_picture):
                yield path

    @cached_property
    def _machine(self) -> list[Path]:
        return list(machine_fonts())

    def _read(self, path: Path) -> Face | None:
        """A font; None if it cannot be read or scaled: of a machine's many some are damaged."""
        if path not in self._faces:
            try:
                face = Face(path)
            except ValueError:
                face = None
            self._faces[path] = face if face and face.letters else None
        return self._faces[path]


def letters_of(text: str) -> list[str]:
    """The text in letters with their marks, and pictures with what is joined to them.

    Source: the extended grapheme clusters of Unicode Standard Annex 29, in so far as they matter
    to the choice of a font.
    """
    letters: list[str] = []
    for before, char in pairwise(["", *text]):
        is_second_flag = (
            bool(letters)
            and len(letters[-1]) == 1
            and ord(char) in _FLAGS
            and ord(letters[-1]) in _FLAGS
        )
        is_mark = unicodedata.category(char) in _MARKS or ord(char) in _TONES
        is_joined = before == _JOINER and _is_drawn_as_picture(letters[-1][0], char)
        if letters and (is_mark or is_joined or is_second_flag):
            letters[-1] += char
        else:
            letters.append(char)
    return letters


def _is_drawn_as_picture(*chars: str) -> bool:
    return all(unicodedata.category(char)[0] == "S" for char in chars)


def _is_picture(letter: str) -> bool:
    """Whether a letter is to be drawn in colours."""
    if _AS_TEXT in letter:
        return False
    is_by_default = ord(letter[0]) in _PICTURES or letter[0] in _EARLY_PICTURES
    return is_by_default or _AS_PICTURE in letter


def _needed(letter: str) -> set[int]:
    """The code points that a font must have: those that can be seen."""
    selectors = (_AS_TEXT, _AS_PICTURE)
    return {
        ord(char)
        for char in letter
        if unicodedata.category(char) not in _UNSEEN and char not in selectors
    }


def machine_fonts() -> Iterator[Path]:
    """The font files of the machine and its user.

    Regular ones come first, of these those without serifs, then by name.
    """
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
    found.sort(key=_rank)
    yield from found[:_MOST_FONTS]


def _rank(path: Path) -> tuple[bool, bool, str, Path]:
    name = path.stem.lower()
    return "regular" not in name, "sans" not in name, path.name, path


def note_on_fonts(file: str, characters: Sequence[str], remedy: str) -> list[str]:
    """A note for the user on characters that are drawn as boxes; none if there are none.

    Args:
        file: the poster.
        characters: that no font has.
        remedy: what to do.
    """
    if not characters:
        return []
    shown = ", ".join(f"{char} (U+{ord(char):04X})" for char in characters[:_SHOWN])
    others = f" and {len(characters) - _SHOWN:,} more" if len(characters) > _SHOWN else ""
    said = f"{file}: no font has {count(len(characters), 'character')}, {shown}{others}"
    return [f"{said}: boxes stand for them; {remedy}"]
