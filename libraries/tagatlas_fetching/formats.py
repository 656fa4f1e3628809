"""Identifies files that are not pictures by their first bytes, to name them in reasons."""

from __future__ import annotations

import re

_BEGINNINGS = (
    (b"%PDF-", "a PDF document"),
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"AT&TFORM", "a DjVu document"),
    (b"gimp xcf", "a GIMP file"),
    (b"FUJIFILMCCD-RAW", "a raw file of a camera"),
    (b"IIRO", "a raw file of a camera"),
    (b"IIU\0", "a raw file of a camera"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"qoif", "QOI"),
    (b"DDS ", "a DirectDraw texture"),
    (b"icns", "an Apple icon"),
    (b"SIMPLE  =", "FITS"),
    (b"\x1aE\xdf\xa3", "a video (WebM or Matroska)"),
    (b"OggS", "a video or a sound (Ogg)"),
    (b"FLV", "a video (Flash)"),
    (b"FWS", "Flash"),
    (b"CWS", "Flash"),
    (b"ID3", "a sound (MP3)"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "a SQLite file"),
    (b"version https://git-lfs", "a pointer of Git LFS: fetch the files with git lfs pull"),
    (b"#EXTM3U", "a list of videos"),
)
_IN_RIFF = {b"AVI ": "a video (AVI)", b"WAVE": "a sound (WAV)"}
_IN_FTYP = {
    b"qt  ": "a video (QuickTime)",
    b"M4A ": "a sound (MP4)",
    b"crx ": "a camera's raw file",
}
_NETPBM = re.compile(rb"P[1-7]\s")
_LOOKED_AT = 512


def name_of(data: bytes) -> str:
    """The type of a file, in a few words; empty if unknown.

    Args:
        data: the file, at least one byte.
    """
    for beginning, name in _BEGINNINGS:
        if data.startswith(beginning):
            return name
    if data[4:8] == b"ftyp":
        return _IN_FTYP.get(data[8:12], "a video (MP4)")
    if data[:4] == b"RIFF" and data[8:12] in _IN_RIFF:
        return _IN_RIFF[data[8:12]]
    if data[128:132] == b"DICM":
        return "DICOM"
    if _NETPBM.match(data):
        return "a Netpbm picture"
    start = data[:_LOOKED_AT]
    if not any(start):
        return "zeros"
    if start.lstrip()[:1] in (b"{", b"["):
        return "JSON"
    return "text" if _is_text(start) else ""


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        if error.start < _LOOKED_AT - 4:  # not merely cut within its last character
            return False
        text = start[: error.start].decode()
    return all(char.isprintable() or char.isspace() for char in text)
