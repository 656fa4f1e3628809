"""Results of the tagger ``clip`` for the same cases as :mod:`plain_open_clip`. Run as a script."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from tagatlas.contracts import ImageInput
from tagatlas_clip import ClipOptions
from tagatlas_clip.scores import sigmoid
from tagatlas_clip.tagger import make_tagger


def run(case: dict[str, list[str]], folder: Path, out: Path) -> None:
    """One model, and the scores read from stored embeddings."""
    name = str(case["model"])
    vocabulary = folder / "labels.txt"
    vocabulary.write_text("\n".join(case["labels"]), encoding="utf-8")
    templates = folder / "templates.txt"
    templates.write_text("\n".join(case["templates"]), encoding="utf-8")
    options = ClipOptions(
        model=name,
        pretrained=str(case["weights"]),
        device="cpu",
        vocabulary=str(vocabulary),
        templates=str(templates),
        threshold=0.0,
    )
    tagger = make_tagger(options)
    images = [ImageInput("0" * 64, Path(path).read_bytes()) for path in case["pictures"]]
    vectors, failures = tagger.embed_images(images)
    assert not failures
    embeddings = np.stack([vectors[place] for place in range(len(images))])
    tags = [{tag.label: tag.score for tag in result.tags} for result in tagger.tag(images)]
    np.savez(
        out / f"{name}.npz",
        embeddings=embeddings,
        probabilities=sigmoid(tagger.evidence(embeddings)),
        kept=np.array([[each[label] for label in case["labels"]] for each in tags]),
    )


def main() -> None:
    """All cases."""
    cases, out = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    for case in cases:
        run(case, out, out)


if __name__ == "__main__":
    main()
