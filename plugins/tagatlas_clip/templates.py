"""Templates: the sentences that labels are put in."""

from __future__ import annotations

from pathlib import Path

from tagatlas.errors import OptionError

SLOT = "{}"

BACKGROUND = (
    "a photo.",
    "a picture.",
    "an image.",
    "a photo of something.",
    "a picture of a thing.",
    "a photo of a place.",
    "a blurry picture.",
    "an illustration of something.",
)
"""Captions that are true of any picture and say nothing: what a label is contrasted with."""


def read_templates(named: str) -> tuple[str, ...]:
    """The templates of a name, a file or a text.

    Args:
        named: ``photo``, ``label``, ``simple`` or ``imagenet``; the path of a file with a template
            a line; or a template.

    Raises:
        OptionError: it is none of these, or a template has no ``{}``.
    """
    if named == "photo":
        return ("a photo of a {}.",)
    if named == "label":
        return (SLOT,)
    if named in ("simple", "imagenet"):
        return _of_open_clip(named)
    if SLOT in named:
        return (named,)
    try:
        lines = Path(named).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(
            f"no templates {named!r}: name photo, label, simple, imagenet, a UTF-8 file, or write"
            " a text with {}"
        ) from error
    templates = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not templates or not all(SLOT in template for template in templates):
        raise OptionError(f"each line of the templates {named} needs a {{}} for the label")
    return templates


def _of_open_clip(name: str) -> tuple[str, ...]:
    """Templates that OpenAI chose for ImageNet, as open_clip has them."""
    import open_clip

    functions = (
        open_clip.SIMPLE_IMAGENET_TEMPLATES
        if name == "simple"
        else open_clip.OPENAI_IMAGENET_TEMPLATES
    )
    return tuple(function(SLOT) for function in functions)
