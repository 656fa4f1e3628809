"""Train the small CLIP model of the tests, ``tests/data/shapes_clip``.

Some minutes on a processor::

    python tests/support/train_shapes_clip.py

An ordinary open_clip model with a configuration of its own: a small ResNet on 64 x 64 pixels and a
text transformer whose tokenizer knows the words of :mod:`shape_pictures`. It is trained with
CLIP's loss on pictures of all motifs except those of :func:`shape_pictures.held_out`; if several
captions of a batch are true of a picture, each is right. Weights are stored as float16.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import numpy as np
import open_clip
import torch  # noqa: TID253 - this script is not imported
from open_clip.transform import PreprocessCfg, image_transform_v2
from safetensors.torch import save_file
from shape_pictures import captions, draw, held_out, motifs
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

FOLDER = Path(__file__).parents[1] / "data" / "shapes_clip"
PICTURES = 200
"""Of each motif."""
STEPS = 1000
BATCH = 96
RATE = 3e-3
CONTEXT = 12

TEXT: dict[str, object] = {
    "context_length": CONTEXT,
    "hf_tokenizer_name": "shapes",
    "width": 48,
    "heads": 2,
    "layers": 2,
}
MODEL = {
    "embed_dim": 48,
    "vision_cfg": {"image_size": 64, "layers": [1, 1, 1, 1], "width": 8},
    "text_cfg": TEXT,
}


def make_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer of the captions' words; the end of a text has the highest number."""
    words = sorted(
        {
            word.strip(".")
            for motif in motifs()
            for caption in captions(motif)
            for word in caption.split()
        }
    )
    names = ["[PAD]", "[UNK]", ".", *words, "[BOS]", "[EOS]"]
    tokenizer = Tokenizer(
        models.WordLevel({name: place for place, name in enumerate(names)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [(name, names.index(name)) for name in ("[BOS]", "[EOS]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[BOS] $A [EOS]", special_tokens=ends
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        bos_token="[BOS]",
        eos_token="[EOS]",
    )


def train(network: torch.nn.Module, tokenizer: PreTrainedTokenizerFast) -> None:
    """CLIP's loss, with every caption of the batch that is true of a picture as right."""
    known = [motif for motif in motifs() if motif not in held_out()]
    prepare = image_transform_v2(PreprocessCfg(size=64), is_train=False)
    pixels = torch.stack(
        [
            prepare(draw(motif, seed, (96, 80) if seed % 2 else (120, 120)))
            for motif in known
            for seed in range(PICTURES)
        ]
    )
    texts = sorted({caption for motif in known for caption in captions(motif)})
    true = torch.tensor(
        [[text in set(captions(motif)) for text in texts] for motif in known], dtype=torch.float32
    )
    tokens = tokenizer(
        texts, return_tensors="pt", padding="max_length", max_length=CONTEXT, truncation=True
    ).input_ids
    of_motif = [[texts.index(caption) for caption in captions(motif)] for motif in known]
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    dice = random.Random(1)  # noqa: S311 - no secret
    begun = time.monotonic()
    for step in range(STEPS):
        chosen = [dice.randrange(len(pixels)) for _ in range(BATCH)]
        motif = [place // PICTURES for place in chosen]
        said = sorted(
            {dice.choice(of_motif[each][:6]) for each in motif} | {texts.index("a picture.")}
        )
        pictures = network.encode_image(pixels[chosen], normalize=True)
        words = network.encode_text(tokens[said], normalize=True)
        logits = network.logit_scale.exp() * pictures @ words.T
        right = true[motif][:, said]
        loss = _cross_entropy(logits, right) + _cross_entropy(logits.T, right.T)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            network.logit_scale.clamp_(0, float(np.log(100)))
        if step % 100 == 0 or step == STEPS - 1:
            seconds = time.monotonic() - begun
            sys.stdout.write(f"{step} {seconds:.0f} s loss {loss.item():.3f}\n")
            sys.stdout.flush()


def _cross_entropy(logits: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    shares = right / right.sum(dim=1, keepdim=True).clamp(min=1)
    return -(shares * logits.log_softmax(dim=1)).sum(dim=1).mean()


def check(network: torch.nn.Module, tokenizer: PreTrainedTokenizerFast) -> float:
    """The share of pictures of held-out motifs whose best caption of all 60 is theirs."""
    prepare = image_transform_v2(PreprocessCfg(size=64), is_train=False)
    texts = [f"a photo of {motif}." for motif in motifs()]
    tokens = tokenizer(
        texts, return_tensors="pt", padding="max_length", max_length=CONTEXT, truncation=True
    ).input_ids
    wanted = [motif for motif in held_out() for _ in range(40)]
    pixels = torch.stack(
        [prepare(draw(motif, 10_000 + place)) for place, motif in enumerate(wanted)]
    )
    with torch.inference_mode():
        words = network.encode_text(tokens, normalize=True)
        cosines = network.encode_image(pixels, normalize=True) @ words.T
        best: list[int] = cosines.argmax(dim=1).tolist()
    hits = [motifs()[place] == motif for place, motif in zip(best, wanted, strict=True)]
    return sum(hits) / len(hits)


def main() -> None:
    """Train, check and save."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # more only wait for one another on such small matrices
    tokenizer = make_tokenizer()
    TEXT["vocab_size"] = len(tokenizer)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": MODEL, "preprocess_cfg": {}}, indent=2) + "\n", encoding="utf-8"
    )
    tokenizer.save_pretrained(FOLDER)
    network = open_clip.create_model(f"local-dir:{FOLDER}", load_weights=False)
    network.train()
    train(network, tokenizer)
    network.eval().half().float()
    sys.stdout.write(f"held-out motifs named rightly: {check(network, tokenizer):.1%}\n")
    state = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    save_file(state, FOLDER / "open_clip_model.safetensors")


if __name__ == "__main__":
    main()
