"""What is wrong with options of plugins that can be used is found before their suite is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from command import Starter
from strangers import lay_plugin

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "plugins.md").read_text("utf-8")

TONE = """
from dataclasses import dataclass
from typing import Annotated
from msgspec import Meta
from tagatlas import Tag, Tagger, TaggerSpec, TagResult, hookimpl


@dataclass(frozen=True)
class ToneOptions:
    light_from: Annotated[int, Meta(ge=0, le=255)] = 128
    images_per_call: int = 8


class ToneTagger(Tagger):
    def __init__(self, options): ...

    def tag(self, images):
        return [TagResult.ok([Tag("grey", 0.5)]) for _ in images]

    def fingerprint(self):
        return "tone"


@hookimpl
def tagatlas_taggers():
    return [TaggerSpec(name="tone", summary="Tones.", options=ToneOptions, factory=ToneTagger)]
"""

FAULTS = {
    "dataclass(frozen=True)": ("dataclass", "the options of tone are not frozen"),
    "Annotated[int, Meta(ge=0, le=255)] = 128": (
        "dict[str, int] | None = None",
        "no flag can be made of the type of light_from of tone",
    ),
    "= 128": ("= 256", "the default of light_from of tone does not fit: 256"),
    "images_per_call: int = 8": (
        'api_token: str = ""',
        "api_token of tone is to be marked as a secret",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("right", FAULTS)
def test_what_the_suite_would_find_in_options_is_listed(
    right: str, starter: Starter, tmp_path: Path
) -> None:
    wrong, said = FAULTS[right]
    lay_plugin(tmp_path, "tonetagger", TONE.replace(right, wrong))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    listed = starter.run(["plugins"], tmp_path, environment)
    assert listed.returncode == 0, listed.stderr
    assert f"warning: tonetagger (tagatlas-tonetagger 1.2.3): {said}" in listed.stdout.splitlines()
    assert f"| `{said}` |" in GUIDE
