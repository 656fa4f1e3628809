# ruff: noqa: RUF001 - labels in many scripts
from __future__ import annotations

import csv
import re
import unicodedata
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagatlas.errors import OptionError
from tagatlas.toolkit import Label, Vocabulary, load_vocabulary
from tagatlas_vocabularies.builtin import BUILT_IN
from tagatlas_vocabularies.reading import read_vocabulary
from tagatlas_vocabularies.vocabulary import key, tidy

SCRIPTS = {
    "Arabic": "قطة سوداء",
    "Armenian": "կատու",
    "Bengali": "বিড়াল",
    "Cherokee": "ᏪᏌ",
    "Cyrillic": "чёрная кошка",
    "Devanagari": "काली बिल्ली",
    "Ethiopic": "ድመት",
    "Georgian": "კატა",
    "Greek": "μαύρη γάτα",
    "Gujarati": "બિલાડી",
    "Gurmukhi": "ਬਿੱਲੀ",
    "Han": "黑貓",
    "Hangul": "검은 고양이",
    "Hebrew": "חתול שחור",
    "Hiragana": "くろねこ",
    "Kannada": "ಬೆಕ್ಕು",
    "Khmer": "ឆ្មា",
    "Lao": "ແມວ",
    "Latin": "černá kočka",
    "Malayalam": "പൂച്ച",
    "Persian": "می\u200cخواهم",
    "Sinhala": "පූසා",
    "Tamil": "பூனை",
    "Telugu": "పిల్లి",
    "Thai": "แมวดำ",
    "Tibetan": "ཞི་མི",
}

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
bare_words = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=',;\t"'), max_size=20
)


def names(vocabulary: Vocabulary) -> list[str]:
    return [label.name for label in vocabulary.labels]


def read(text: str) -> Vocabulary:
    return read_vocabulary("test.txt", text.encode())


def test_a_text_file_has_a_label_a_line() -> None:
    vocabulary = read("\ufeffred car\r\n\r\n  blue   bus \n#hashtag\rno, comma\n")
    assert names(vocabulary) == ["red car", "blue bus", "#hashtag", "no, comma"]
    assert vocabulary.name == "test.txt"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_has_prompts_aliases_and_groups(delimiter: str) -> None:
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(["Group", "label", "prompts", "note", "Aliases"])
    writer.writerow(["animal", "cat", "a photo of a cat|the {} sleeps", "mine", "kitty | puss"])
    writer.writerow(["", "a, b; c\td", "", "", ""])
    first, second = read(buffer.getvalue()).labels
    assert first == Label("cat", ("a photo of a cat", "the {} sleeps"), ("kitty", "puss"), "animal")
    assert second == Label("a, b; c d")


def test_a_short_row_has_empty_cells() -> None:
    assert read("label,group\ncat\ndog,animal,what is this\n").labels == (
        Label("cat"),
        Label("dog", group="animal"),
    )


def test_prompts_stand_for_templates_and_aliases_fill_both() -> None:
    templates = ["a photo of a {}", "{}"]
    assert Label("cat").captions(templates) == ["a photo of a cat", "cat"]
    assert Label("cat", aliases=("puss",)).captions(templates) == [
        "a photo of a cat",
        "a photo of a puss",
        "cat",
        "puss",
    ]
    assert Label("cat", ("a {} sleeps", "whiskers"), ("puss",)).captions(templates) == [
        "a cat sleeps",
        "a puss sleeps",
        "whiskers",
    ]


@pytest.mark.parametrize(
    "text", ["", "\n\n \t\r\n", "label\n", "label,group\n,animal\n", "\x00\x07"]
)
def test_an_empty_vocabulary_says_what_to_do(text: str) -> None:
    with pytest.raises(OptionError, match=r"test\.txt has no label: write one a line"):
        read(text)


def test_labels_that_are_the_same_after_normalising_are_one() -> None:
    vocabulary = read("Café\nCAFE\u0301\ncafé\nﬁsh\nfish\nstraße\nSTRASSE\nＡＢＣ\nabc\n")
    assert names(vocabulary) == ["Café", "ﬁsh", "straße", "ＡＢＣ"]
    assert vocabulary.merged == ("CAFÉ", "café", "fish", "STRASSE", "abc")


def test_what_is_merged_is_not_lost() -> None:
    vocabulary = read("label,prompts,aliases,group\ncat,a cat,puss,\nCat,the cat,kitty,animal\n")
    assert vocabulary.labels == (Label("cat", ("a cat", "the cat"), ("puss", "kitty"), "animal"),)


def test_labels_in_many_scripts_stay_as_they_are() -> None:
    vocabulary = read("\n".join(SCRIPTS.values()))
    assert len(SCRIPTS) >= 20
    assert names(vocabulary) == [unicodedata.normalize("NFC", text) for text in SCRIPTS.values()]


def test_ten_thousand_labels() -> None:
    vocabulary = read("\n".join(f"label {number}" for number in range(10_000)))
    assert names(vocabulary)[9_999] == "label 9999"
    assert len(vocabulary.labels) == 10_000


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252"])
@pytest.mark.parametrize("header", ["", "label;group\r\n"])
def test_other_encodings_are_read_and_guesses_are_noted(encoding: str, header: str) -> None:
    text = f"{header}café noir\r\nGrüße aus Köln\r\nStraße, breit\r\n"
    vocabulary = read_vocabulary("test.csv", text.encode(encoding))
    assert names(vocabulary) == ["café noir", "Grüße aus Köln", "Straße, breit"]
    guesses = [note for note in vocabulary.notes if "read as cp1252" in note]
    assert len(guesses) == (encoding == "cp1252")


def test_odd_rows_are_read_and_noted_and_what_is_no_text_is_refused() -> None:
    vocabulary = read('label,group\n"cat" dog,animal\nbird,animal,wild\n')
    assert vocabulary.labels == (Label('"cat" dog', group="animal"), Label("bird", group="animal"))
    assert any("row 3" in note for note in vocabulary.notes)
    with pytest.raises(OptionError, match=r"the vocabulary test\.txt cannot be read: .* not text"):
        read_vocabulary("test.txt", bytes(range(256)) * 4)


def test_a_workbook_is_a_vocabulary() -> None:
    book, written = openpyxl.Workbook(), BytesIO()
    assert book.active is not None
    for row in (["group", "Label"], ["animal", "cat"], ["", "Grüße"]):
        book.active.append(row)
    book.save(written)
    assert read_vocabulary("my.xlsx", written.getvalue()).labels == (
        Label("cat", group="animal"),
        Label("Grüße"),
    )


def test_groups_can_be_chosen() -> None:
    vocabulary = read("label,group\ncat,animal\noak,plant\ndog,animal\nthing,\n")
    assert vocabulary.groups == ("animal", "plant")
    assert names(vocabulary.only(["animal"])) == ["cat", "dog"]
    assert vocabulary.only([]) is vocabulary
    with pytest.raises(OptionError, match="no group 'mineral'; it has: animal, plant"):
        vocabulary.only(["mineral"])


def test_the_digest_is_that_of_the_labels() -> None:
    vocabulary = read("cat\ndog\n")
    assert vocabulary.digest() == read_vocabulary("other.csv", b"label\r\ncat\r\ndog").digest()
    assert (
        len(
            {
                read(text).digest()
                for text in ("cat\ndog", "dog\ncat", "cat", "label,aliases\ncat,dog")
            }
        )
        == 4
    )


HEADERS = {
    "name,prompts\ndog,a dog|the dog\n": Label("dog", ("a dog", "the dog")),
    "sep=;\nTag;Category;\ndog;animal;\n": Label("dog", group="animal"),
    "\n\nsynonyms\tlabel\npuppy|hound\tdog\n": Label("dog", aliases=("puppy", "hound")),
    '"labels","alias"\n"dog","puppy"\n': Label("dog", aliases=("puppy",)),
    '[{"label": "dog", "group": "animal"}]': Label("dog", group="animal"),
}


@pytest.mark.parametrize("text", HEADERS)
def test_a_header_is_known_by_other_names_and_after_other_lines(text: str) -> None:
    assert read(text).labels == (HEADERS[text],)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("dog;;\ncat;;\n", ["dog", "cat"]),
        ("dog,\ncat,,\nbird", ["dog", "cat", "bird"]),
        ("dog\t\nbig cat\t\t;\n", ["dog", "big cat"]),
        ('"traffic light"\n"the ""eye"""\n', ["traffic light", 'the "eye"']),
        ('dog\n"cup, mug"\n', ["dog", "cup, mug"]),
        ("'dog',\n'cat'\n", ["dog", "cat"]),
        ("“dog”\n“cat”\n", ["dog", "cat"]),
    ],
)
def test_what_spreadsheets_put_around_labels_is_left_out_and_said(
    text: str, labels: list[str]
) -> None:
    vocabulary = read(text)
    assert names(vocabulary) == labels
    assert any(note.endswith("left out") for note in vocabulary.notes)


def test_quotes_within_a_label_stay() -> None:
    vocabulary = read('"a" and "b"\nthe \'eye\'\n\'90s\n')
    assert names(vocabulary) == ['"a" and "b"', "the 'eye'", "'90s"]
    assert vocabulary.notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompts,aliases\na dog,puppy\n", "no column is called label; it has: prompts, aliases"),
        ("label,label\ndog,cat\n", "2 columns are its label: keep one"),
        ("label,Label,group\ndog,cat,x\n", "2 columns are its label: keep one"),
        ("dog\tanimal\noak\tplant\n", "it is a table, each line has 1 tab: name the columns"),
        ("dog;animal;\noak;plant;\n", "it is a table, each line has 1 semicolon: name the"),
        ("dog, cat, bird\n", "its only line has 2 commas: write one label a line"),
    ],
)
def test_a_table_is_not_taken_for_a_list(text: str, said: str) -> None:
    with pytest.raises(OptionError, match=re.escape(f"test.txt cannot be read: {said}")):
        read(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dog\ncat\tred\n", "1 line with a tab read as one label: name the columns"),
        ("Paris, France\nRome, Italy\n", "2 lines with a comma read as one label: name the"),
        ("tags\ndog\n", "the first line, tags, is read as a label: if it is a header"),
        ("label,sentence\ndog,a dog\n", "not read: the columns sentence"),
        ("name,group\ndog,animal\n", "the column name is read as label"),
    ],
)
def test_what_may_be_read_wrongly_is_told(text: str, said: str) -> None:
    assert any(note.startswith(said) for note in read(text).notes)


@given(
    labels=st.lists(
        st.text(st.characters(categories=["L", "Nd"]), min_size=1), min_size=1, max_size=9
    ),
    ends=st.sampled_from(["", ";", ",,", "\t", " ; ;"]),
    quote=st.sampled_from(["", '"']),
)
def test_any_labels_with_separators_and_quotes_around_them_stay_themselves(
    labels: list[str], ends: str, quote: str
) -> None:
    labels = ["first", *labels]
    vocabulary = read("\n".join(f"{quote}{label}{quote}{ends}" for label in labels))
    assert names(vocabulary) == names(Vocabulary.of("", map(Label, labels)))


@given(lines=st.lists(bare_words, max_size=20), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_gives_tidy_different_labels_in_order(lines: list[str], end: str) -> None:
    try:
        vocabulary = read(end.join(["first", *lines]))
    except OptionError:
        pytest.fail("a label was there")
    found = names(vocabulary)
    assert found[0] == "first"
    assert all(name == tidy(name) != "" for name in found)
    assert len({key(name) for name in found}) == len(found)
    written = [tidy(part) for line in lines for part in line.replace("\r", "\n").split("\n")]
    assert {key(name) for name in found} == {key(name) for name in ["first", *written] if name}


@given(
    rows=st.lists(st.tuples(words, st.lists(words, max_size=3), words), min_size=1, max_size=10),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_any_table_that_csv_writes_is_read(
    rows: list[tuple[str, list[str], str]], delimiter: str
) -> None:
    buffer = StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(["label", "aliases", "group"])
    writer.writerow(["first", "", ""])
    writer.writerows((name, "|".join(aliases), group) for name, aliases, group in rows)
    vocabulary = read_vocabulary("test.csv", buffer.getvalue().encode())
    wanted = Vocabulary.of(
        "test.csv",
        [
            Label("first"),
            *(
                Label(name, (), tuple("|".join(aliases).split("|")), group)
                for name, aliases, group in rows
            ),
        ],
    )
    assert vocabulary == wanted


@given(text=words)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert key(key(text)) == key(text)


def test_a_file_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("scenes").write_text("my scene\n", encoding="utf-8")
    assert names(load_vocabulary("scenes")) == ["my scene"]


def test_what_is_no_vocabulary_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="name a file, or one of everyday, scenes, imagenet"):
        load_vocabulary(str(tmp_path / "not there.txt"))


@pytest.mark.parametrize(
    ("name", "least"), [("everyday", 2000), ("scenes", 300), ("imagenet", 1000)]
)
def test_built_in_vocabularies_are_tidy(name: str, least: int) -> None:
    vocabulary = load_vocabulary(name)
    assert set(BUILT_IN) == {"everyday", "scenes", "imagenet"}
    assert len(vocabulary.labels) >= least
    assert vocabulary.merged == ()
    assert all(len(label.name) <= 40 and "_" not in label.name for label in vocabulary.labels)


def test_everyday_speaks_of_what_collections_are_about() -> None:
    vocabulary = load_vocabulary("everyday")
    there = set(names(vocabulary))
    assert {
        "cat",
        "tree",
        "pizza",
        "protest",
        "beach",
        "portrait",
        "cartoon",
        "meme",
        "wedding",
    } <= there
    assert {"swimming", "surrealism", "map", "crowd", "laptop", "church"} <= there
    assert not {"entity", "abstraction of", "cause", "idiot", "whore", "slum", "terrorist"} & there
    assert len(vocabulary.groups) == 22


def test_imagenet_has_the_classes_in_their_order() -> None:
    labels = names(load_vocabulary("imagenet"))
    assert len(labels) == 1000
    assert (labels[0], labels[999]) == ("tench", "toilet paper")
