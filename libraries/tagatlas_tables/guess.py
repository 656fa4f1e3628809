"""Guesses the old encoding of a text that is not UTF-8.

Two bytes per character: the encoding in which most characters are common ones. One byte: the
encoding in which most letters belong to one alphabet, as in a text of one language; capitals inside
words and unusual signs count against it. Short texts may be guessed wrongly, so guesses are
reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SAMPLE = 1 << 16
_NOT_ASCII = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f][^\x00-\x7f\W\d_a-zA-Z]*[^\s\d,;|\t\"'/()]*")
_COMMON_ENOUGH = 0.85
_LATIN_RUN = re.compile(r"[^\x00-\x7f]{4,}")

# By encoding: pattern of its common characters.
_PAIRS = {
    "cp932": rb"[\x81-\x83\x88-\x97][\x40-\x7e\x80-\xfc]|[\xa6-\xdf]{3}",
    "euc_jp": rb"[\xa1-\xa5\xb0-\xcf][\xa1-\xfe]",
    # Before Chinese, whose characters are in more rows.
    "cp949": rb"[\xa1\xa3\xb0-\xc8][\xa1-\xfe]",
    "gb18030": rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]",
    "big5": rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]",
}
_KANA = re.compile("[\u3041-\u30ff]")

# The letters of languages beyond A to Z, small; the likeliest encoding first. Of alphabets that
# are not Latin, the commonest letter first: the ten commonest count for more.
_ALPHABETS = (
    (
        "cp1252",
        [
            *("äöüß", "éèêëàâçîïôùûœæ", "áéíóúñü", "ãõáéíóúâêôçà", "åäöæøé"),
            *("àèéìòù", "áðéíóúýþæö", "ëéïóü", "àçéèíòóúï"),
        ],
    ),
    (
        "cp1250",
        ["ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ"],
    ),
    ("cp1254", ["çğıöşüâîû"]),
    ("cp1257", ["āčēģīķļņšūž", "ąčęėįšųūž", "äöõüšž"]),
    ("mac_roman", ["äöüß", "éèêëàâçîïôùûœ", "áéíóúñü", "ãõáéíóúâêôç", "åäöæø", "àèéìòù"]),
    ("cp1251", ["оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "оаиніветрсклудмпзяьбгйчхцжїюєфшщґ"]),
    ("koi8_r", ["оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"]),
    ("cp1253", ["αοιετσνηυρπκμλςγδωχθφβξζψάέήίόύώϊϋ"]),
    ("cp1255", ["יוהלאתרבמשנםכעחדקפצגטזסןךףץ"]),
    ("cp1256", ["اليومنتربةدعسفحقكهجشأصىخإزضطذئثءغآظؤپچژگ"]),
    ("cp850", ["äöüß", "éèêëàâçîïôùû", "áéíóúñü", "åäöæø"]),
)
ONE_BYTE = frozenset(name for name, _ in _ALPHABETS)
"""The encodings with one byte per character."""

_APOSTROPHES = "\u2019·"
_SIGNS = frozenset("’‘“”„–—…•€£°«»·´¡¿‚©®™§½ªº×\xa0")  # noqa: RUF001


def guess_encoding(data: bytes) -> str:
    """The likeliest encoding of a text that is not UTF-8; ``cp1252`` without evidence.

    Args:
        data: the text, or a long enough part of it.
    """
    lines: list[bytes] = []
    size = 0
    for found in _NOT_ASCII.finditer(data):
        lines.append(found.group())
        size += len(lines[-1])
        if size > _SAMPLE:
            break
    text = b"\n".join(lines)
    scores = {name: _share_of_common(text, name) for name in _PAIRS}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= _COMMON_ENOUGH:
        return best
    single = {name: max(_fit(text, name, each) for each in of) for name, of in _ALPHABETS}
    return max(single, key=lambda name: single[name])


def words_of(text: str) -> Iterator[str]:
    """The words with a non-ASCII character."""
    return (found.group() for found in _WORD.finditer(text))


def _share_of_common(text: bytes, name: str) -> float:
    try:
        characters = text.decode(name)
    except UnicodeDecodeError:
        return 0.0
    if name == "euc_jp" and not _KANA.search(characters):
        return 0.0
    high = sum(character > "\x7f" for character in characters)
    common = re.findall(_PAIRS[name], _in_pairs(text))
    few_for_korean = name == "cp949" and len(set(common)) < 4
    return len(common) / max(high, 1) - 0.1 * few_for_korean


def _in_pairs(text: bytes) -> bytes:
    """The text with a line feed before each character of two bytes, so that pairs stay pairs."""
    return re.sub(rb"([\x80-\xff][\x40-\xff])", rb"\n\1", text)


def _fit(text: bytes, name: str, alphabet: str) -> float:
    """Share of the non-ASCII characters that are letters of the alphabet, minus unusual ones.

    At most 1; below 0 if unusual ones prevail.
    """
    characters = text.decode(name, errors="replace")
    letters, right, odd = 0, 0.0, 0
    is_latin = alphabet[0] < "\u0250"
    for word in words_of(characters):
        for number, letter in enumerate(word):
            before, after = word[:number][-1:], word[number + 1 :][:1]
            if letter <= "\x7f" or letter in _SIGNS:
                inside = before.isalpha() and after.isalpha()
                odd += inside and letter in _SIGNS and letter not in _APOSTROPHES
                continue
            letters += 1
            place = alphabet.find(letter.lower())
            right += (place >= 0) - 0.3 * (place >= 10 and not is_latin)
            odd += letter.isupper() and before.islower()
            odd += not letter.isalpha()
            odd += not is_latin and before.isascii() and before.isalpha()
        odd += is_latin and len("".join(_LATIN_RUN.findall(word)))
    return (right - odd) / letters if letters else 0.0
