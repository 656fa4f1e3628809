"""Results of open_clip alone for pictures and captions; run as a script.

``python plain_open_clip.py CASES.json OUT``: of each case, embeddings and probabilities of every
picture are written to ``OUT/NAME.npz``. Nothing of tagatlas is imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch  # noqa: TID253 - this script is not imported
from PIL import Image


def run(case: dict[str, Any], out: Path) -> None:
    """One model."""
    name = str(case["model"])
    network, _, preprocess = open_clip.create_model_and_transforms(
        name, pretrained=case["weights"], **case["preprocessing"]
    )
    network.eval()
    tokenizer = open_clip.get_tokenizer(name)
    pictures = torch.stack([preprocess(Image.open(path)) for path in case["pictures"]])
    templates, labels, background = case["templates"], case["labels"], case["background"]
    with torch.inference_mode():
        embeddings = network.encode_image(pictures, normalize=True)
        columns = []
        for label in labels:
            texts = [template.replace("{}", label) for template in templates]
            mean = network.encode_text(tokenizer(texts), normalize=True).mean(dim=0)
            columns.append(mean / mean.norm())
        words = torch.stack(columns)
        scale = network.logit_scale.exp()
        if network.logit_bias is not None:
            logits = scale * embeddings @ words.T + network.logit_bias
            probabilities = torch.sigmoid(logits)
        else:
            others = network.encode_text(tokenizer(background), normalize=True)
            shares = [
                torch.softmax(scale * embeddings @ torch.cat([word[None], others]).T, dim=1)[:, 0]
                for word in words
            ]
            probabilities = torch.stack(shares, dim=1)
    np.savez(
        out / f"{name}.npz", embeddings=embeddings.numpy(), probabilities=probabilities.numpy()
    )


def main() -> None:
    """All cases."""
    cases, out = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    for case in cases:
        run(case, out)


if __name__ == "__main__":
    main()
