"""Templates: sentences with a place for a label."""

from __future__ import annotations

from pathlib import Path

from tagatlas.errors import InputError, OptionError
from tagatlas.toolkit import read_lines
from tagatlas_clip import TEMPLATES

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
"""Background captions, true of any picture, to contrast labels with."""


def read_templates(named: str) -> tuple[str, ...]:
    """The templates of a name, a file or a text.

    Args:
        named: ``photo``, ``label``, ``simple`` or ``imagenet``; the path of a file with a template
            a line; or a template.

    Raises:
        OptionError: none of these, or a template has no ``{}``.
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
        lines, notes = read_lines(Path(named))
    except InputError as error:
        raise OptionError(
            f"no templates {named!r} ({error}): name {', '.join(TEMPLATES)}, a file, or write a"
            " text with {}"
        ) from error
    if notes:  # a guess would change the model's captions
        raise OptionError(f"the templates {named} are not in UTF-8: save them as UTF-8")
    templates = tuple(dict.fromkeys(lines))
    if not templates or not all(SLOT in template for template in templates):
        raise OptionError(f"each line of the templates {named} needs a {{}} for the label")
    return templates


def template_name(named: str) -> str:
    """A name for templates: of a file, without its folder; of a text, the text."""
    return named if SLOT in named else Path(named).name


def _of_open_clip(name: str) -> tuple[str, ...]:
    """Templates that OpenAI chose for ImageNet, as open_clip has them."""
    import open_clip

    functions = (
        open_clip.SIMPLE_IMAGENET_TEMPLATES
        if name == "simple"
        else open_clip.OPENAI_IMAGENET_TEMPLATES
    )
    return tuple(function(SLOT) for function in functions)
