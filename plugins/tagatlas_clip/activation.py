"""The activation that weights were trained with.

OpenAI's weights and many after them were trained with QuickGELU, ``x * sigmoid(1.702 x)``.
open_clip's architectures of plain names use the exact GELU and those called ``...-quickgelu`` the
other, but it offers the weights under both names, and only warns: run with the wrong one, they give
other vectors, and worse ones.
"""

from __future__ import annotations

from pathlib import Path

KEY = "quick_gelu"
_IN_CACHE = "models--"


def activation_of_tag(model: str, tag: str) -> bool:
    """Whether weights with a tag of open_clip are run with QuickGELU.

    They are where either their tag or their architecture says so: a tag without a word about it
    was trained, and published with its accuracy, as its architecture is written.
    """
    import open_clip

    config = open_clip.get_model_config(model) or {}
    return bool(config.get(KEY) or open_clip.get_pretrained_cfg(model, tag).get(KEY))


def activation_of_repository(repository: str) -> bool:
    """Whether weights of open_clip from a repository of the hub are run with QuickGELU."""
    import open_clip

    return any(
        activation_of_tag(model, tag)
        for model, tag in open_clip.list_pretrained()
        if open_clip.get_pretrained_cfg(model, tag)["hf_hub"].rpartition("/")[0] == repository
    )


def activation_of_file(model: str, weights: Path) -> tuple[bool, str]:
    """Whether weights in a file are run with QuickGELU, and a remark if that is a guess.

    A file in the cache of the Hugging Face hub is known by its repository. Any other is run as all
    known weights of the architecture are, or, where they differ, as the architecture is written.

    Args:
        model: an architecture of open_clip.
        weights: the file.
    """
    import open_clip

    own = bool((open_clip.get_model_config(model) or {}).get(KEY))
    repository = repository_of(weights)
    if own or (repository and activation_of_repository(repository)):
        return True, ""
    tags = open_clip.list_pretrained_tags_by_model(model)
    known = {activation_of_tag(model, tag) for tag in tags}
    if True not in known:
        return False, ""
    if known == {True}:
        return True, f"{weights.name} is run with QuickGELU, like all known weights of {model}"
    return False, (
        f"{weights.name} is run without QuickGELU, as {model} is written: for weights that were"
        f" trained with it, --model {model}-quickgelu"
    )


def repository_of(path: Path) -> str:
    """The repository of a file in the cache of the Hugging Face hub; empty elsewhere."""
    named = (part for part in path.parts if part.startswith(_IN_CACHE))
    return next(named, "").removeprefix(_IN_CACHE).replace("--", "/", 1)
