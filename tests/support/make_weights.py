"""Weights of open_clip architectures, made of random numbers; run as a script.

``python make_weights.py FOLDER NAME...`` writes ``FOLDER/NAME.safetensors``, in float16. Scales and
biases are like those of trained models, so that probabilities are neither all 0 nor all 1.
"""

from __future__ import annotations

import sys
from pathlib import Path

import open_clip
import torch  # noqa: TID253 - this script is not imported
from safetensors.torch import save_file

LOGIT_SCALE = 3.0
LOGIT_BIAS = -2.0


def main() -> None:
    """Write the files."""
    folder = Path(sys.argv[1])
    for name in sys.argv[2:]:
        torch.manual_seed(len(name))
        network = open_clip.create_model(name)
        with torch.no_grad():
            network.logit_scale.fill_(LOGIT_SCALE)
            if network.logit_bias is not None:
                network.logit_bias.fill_(LOGIT_BIAS)
        state = {key: value.half().contiguous() for key, value in network.state_dict().items()}
        save_file(state, folder / f"{name}.safetensors")


if __name__ == "__main__":
    main()
