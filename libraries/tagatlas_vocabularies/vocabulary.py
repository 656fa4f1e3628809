"""A vocabulary in memory."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import msgspec

from tagatlas.errors import OptionError


@dataclass(frozen=True)
class Label:
    """A label with its prompts and aliases.

    Attributes:
        name: as in tags.
        prompts: captions to use instead of a tagger's templates; ``{}`` is replaced by a name.
        aliases: synonyms.
        group: category of the label; empty if none was given.
    """

    name: str
    prompts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    group: str = ""

    def captions(self, templates: Sequence[str]) -> list[str]:
        """The texts for a model to compare images with; each once.

        Args:
            templates: texts with ``{}`` in place of the name; not used if the label has prompts.
        """
        names = (self.name, *self.aliases)
        texts = [text.replace("{}", name) for text in self.prompts or templates for name in names]
        return list(dict.fromkeys(texts))


@dataclass(frozen=True)
class Vocabulary:
    """Labels in the order they were written. Make it with :meth:`of`.

    Attributes:
        name: the file's or the built-in vocabulary's.
        labels: at least one; their names differ after normalising (NFKC, case-folded).
        merged: repeated names, as they were written the second time.
        notes: remarks for the user on how it was read: guesses, cells left out.
    """

    name: str
    labels: tuple[Label, ...]
    merged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, labels: Iterable[Label]) -> Self:
        """The vocabulary of these labels, every text cleaned.

        Labels with the same name after normalising are merged: the first name is kept, with the
        prompts and aliases of all. Labels without a name are left out.

        Raises:
            OptionError: no label is left.
        """
        known: dict[str, Label] = {}
        merged = []
        for label in map(_tidied, labels):
            if not label.name:
                continue
            first = known.setdefault(key(label.name), label)
            if first is not label:
                merged.append(label.name)
                known[key(label.name)] = replace(
                    first,
                    prompts=tuple(dict.fromkeys(first.prompts + label.prompts)),
                    aliases=tuple(dict.fromkeys(first.aliases + label.aliases)),
                    group=first.group or label.group,
                )
        if not known:
            raise OptionError(f"the vocabulary {name} has no label: write one a line")
        return cls(name, tuple(known.values()), tuple(merged))

    @property
    def groups(self) -> tuple[str, ...]:
        """The labels' groups, each once, in order."""
        return tuple(dict.fromkeys(label.group for label in self.labels if label.group))

    def only(self, groups: Sequence[str]) -> Vocabulary:
        """The labels of some groups; all if none is named.

        Raises:
            OptionError: there is no such group.
        """
        if not groups:
            return self
        for group in groups:
            if group not in self.groups:
                there = ", ".join(self.groups) or "none"
                raise OptionError(
                    f"the vocabulary {self.name} has no group {group!r}; it has: {there}"
                )
        labels = tuple(label for label in self.labels if label.group in groups)
        return replace(self, labels=labels)

    def digest(self) -> str:
        """Digest of the labels, 16 hexadecimal digits."""
        return hashlib.sha256(msgspec.json.encode(self.labels)).hexdigest()[:16]


def key(name: str) -> str:
    """Key by which names are the same label: Unicode NFKC, case-folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _tidied(label: Label) -> Label:
    name = tidy(label.name)
    aliases = tuple(dict.fromkeys(filter(None, map(tidy, label.aliases))))
    return Label(
        name=name,
        prompts=tuple(dict.fromkeys(filter(None, map(tidy, label.prompts)))),
        aliases=tuple(alias for alias in aliases if alias != name),
        group=tidy(label.group),
    )


def tidy(text: str) -> str:
    """Text in Unicode NFC, without control characters, blanks trimmed and collapsed.

    Joiners are kept: Persian, Hindi and other scripts need them.
    """
    plain = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    visible = (
        char if char.isspace() or unicodedata.category(char) not in {"Cc", "Cs"} else ""
        for char in plain
    )
    return " ".join("".join(visible).split())
