# ruff: noqa: RUF001
"""Texts of any encoding are read, and every guess and every replaced byte is said."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import InputError
from tagatlas_tables.encoding import to_utf8

TEXTS = {
    "cp1252": "Größe, Häuser – “quoted” été à Paris, où l’on naît; café",
    "mac_roman": "Größe, Häuser Übung; une élève à côté",
    "cp1250": "zażółć gęślą jaźń",
    "cp1254": "İstanbul'da güneşli bir gün, şehir ve ağaç",
    "cp1251": "Привет мир, это просто текст о кошках",
    "koi8_r": "Привет мир, это просто текст о кошках",
    "cp1253": "Καλημέρα κόσμε, αυτό είναι κείμενο",
    "cp1256": "مرحبا بالعالم هذا نص",
    "cp932": "日本語のテキスト、猫の写真",
    "euc_jp": "日本語のテキスト、猫の写真",
    "gb18030": "中文文本,猫的照片,今天天气很好",
    "big5": "中文文本,貓的照片,今天天氣很好",
    "cp949": "한국어 텍스트, 고양이 사진",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_old_encoding_is_guessed_and_said(encoding: str) -> None:
    text = f"id,text\n1,{TEXTS[encoding]}\n2,plain\n"
    read, notes = to_utf8(text.encode(encoding))
    assert read.decode() == text
    assert len(notes) == 1
    assert notes[0].startswith(f"the file is not UTF-8: read as {encoding} ('")
    assert notes[0].endswith("name another with --encoding")


def test_the_guess_shows_words_that_tell_whether_it_is_right() -> None:
    _, notes = to_utf8("a;Fuß\nb;Straße\nc;Fuß\n".encode("cp1252"))
    assert notes[0].startswith(
        "the file is not UTF-8: read as cp1252 ('Fuß', 'Straße'); if that is wrong"
    )


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_unicode_with_and_without_a_mark(encoding: str) -> None:
    text = "id,url\n1,https://a.example/ü 😀\n"
    assert to_utf8(text.encode(encoding)) == (text.encode(), ())


@pytest.mark.parametrize(
    ("damaged", "read_as"),
    [
        (b"x \xf0\x9f\x98,y", "x �,y"),
        (b'"x \xf0\x9f","y"', '"x �","y"'),
        (b"caf\xc3\xa9 \xe2\x80", "café �"),
        ("Grüße €".encode() + b"\xff", "Grüße €�"),
    ],
)
def test_damaged_characters_are_replaced_and_counted(damaged: bytes, read_as: str) -> None:
    read, notes = to_utf8("ü 😀\n".encode() + damaged + b"\n")
    assert read.decode() == f"ü 😀\n{read_as}\n"
    assert notes == ("1 character damaged in UTF-8 replaced by � (the first in line 2)",)


def test_files_of_two_encodings_that_were_joined() -> None:
    read, notes = to_utf8("Größe\n".encode() + "Häuser\nplain\n".encode("cp1252"))
    assert read.decode() == "Größe\nHäuser\nplain\n"
    assert notes[0].startswith("1 line not in UTF-8: read as cp1252 ('Häuser');")


def test_bytes_without_a_meaning_in_the_guess_are_counted() -> None:
    read, notes = to_utf8("Fuß Größe\n".encode("cp1252") + b"a\x81b\n")
    assert "a�b" in read.decode()
    assert any("replaced by �" in note for note in notes)


def test_an_encoding_that_is_named_is_not_guessed() -> None:
    assert to_utf8("Fuß".encode("cp1250"), "cp1250") == ("Fuß".encode(), ())
    with pytest.raises(InputError, match="not UTF-8 text: byte 0xdf in line 1"):
        to_utf8(b"Fu\xdf", "utf-8")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="this is not text"):
        to_utf8(bytes(range(256)) * 9)


@given(st.binary(max_size=60))
def test_any_bytes_become_utf8_or_are_refused(data: bytes) -> None:
    try:
        read, notes = to_utf8(data)
    except InputError:
        return
    text = read.decode()
    if data.isascii() and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        assert text == data.decode() or b"\0" in data
    assert all(note.isprintable() for note in notes)
