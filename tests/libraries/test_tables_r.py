"""Tables that R wrote, by ``tests/data/r_tables/write.R``: R itself is not needed."""

from pathlib import Path

import pytest

from tagatlas_tables import read_table

FILES = Path(__file__).parents[1] / "data" / "r_tables"
TEXTS = [
    "plain",
    'says "hello"',
    'two\nlines, "quoted"',
    "a, b; c",
    "C:\\dir",
    "Grüße",
    "it's #1",
    '"',
    '""',
    '"starts',
    'ends"',
    "x\n\ny",
    None,
    "",
    "'single', 'quoted'",
    "1,5",
    "tab\there",
]
IDS = [str(100_001 + number) for number in range(len(TEXTS))]
URLS = [f"https://a.example/{number}.jpg" for number in range(1, len(TEXTS) + 1)]
QUOTED = sorted(
    path.name
    for path in FILES.iterdir()
    if path.suffix != ".R" and not path.stem.endswith(("_bare", "_cut"))
)


@pytest.mark.parametrize("name", QUOTED)
def test_every_row_of_r_keeps_its_texts_and_its_address(name: str) -> None:
    frame = read_table(FILES / name).frame
    missing = "" if name == "csv_utf16.csv" else "NA"
    texts = [missing if text is None else text for text in TEXTS]
    assert frame["id"].to_list() == IDS
    assert frame["image_url"].to_list() == URLS
    assert [text.replace("\r\n", "\n") for text in frame["text"]] == texts
    assert frame["place"].to_list() == ["Köln"] * len(TEXTS)


@pytest.mark.parametrize("name", ["csv_bare.csv", "table_bare.txt"])
def test_tables_of_r_without_quotation_marks(name: str) -> None:
    frame = read_table(FILES / name).frame
    simple = [
        (number, url, text or "NA" * (text is None))
        for number, url, text in zip(IDS, URLS, TEXTS, strict=True)
        if text is None or not set(text) & set('\n\t,;"')
    ]
    assert frame.select("id", "image_url", "text").rows() == simple


def test_rows_that_r_cut_in_two_are_said_and_lend_no_address() -> None:
    table = read_table(FILES / "table_cut.txt")
    for number, url in table.frame.select("id", "image_url").iter_rows():
        if number in IDS and url:
            assert url == URLS[IDS.index(number)] or not url.startswith("https:")
    assert any("with fewer cells than the table has columns" in note for note in table.notes)
