"""Counts the frames of a GIF without decoding them (GIF89a specification, 1990)."""

from __future__ import annotations

MOST_FRAMES = 10_000
"""Frames that are counted: a file of few megabytes can have millions."""

_EXTENSION, _FRAME, _END = 0x21, 0x2C, 0x3B
_HAS_COLOURS = 0x80


def gif_frames(data: bytes) -> int:
    """Number of frames of a GIF, at least 1 and at most :data:`MOST_FRAMES`.

    Args:
        data: a GIF file; where it is cut off, the frames up to there count.
    """
    frames, at = 0, 13 + _colours(data[10])
    try:
        while frames < MOST_FRAMES and at < len(data) and data[at] != _END:
            if data[at] == _FRAME:
                frames += 1
                at = _after_blocks(data, at + 11 + _colours(data[at + 9]))
            elif data[at] == _EXTENSION:
                at = _after_blocks(data, at + 2)
            else:  # decoders skip what they do not know
                at += 1
    except IndexError:
        pass
    return max(1, frames)


def _colours(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & _HAS_COLOURS else 0


def _after_blocks(data: bytes, at: int) -> int:
    """The place after a sequence of sub-blocks, which an empty one ends."""
    while size := data[at]:
        at += size + 1
    return at + 1
