from __future__ import annotations

from pathlib import Path

import pytest

from tagatlas.contracts import Records, SourceSpec
from tagatlas.errors import InputError
from tagatlas.testing import SourceContract
from tagatlas_sources.table import TableOptions, is_table, tagatlas_sources
from tagatlas_sources.table.source import TableSource

TABLES = Path(__file__).parent.parent / "data" / "tables"
DEFAULTS = TableOptions()
PBS = "https://pbs.twimg.com/media/"
IG = "https://scontent.cdninstagram.com/v/t51/{}_n.jpg?stp=dst-jpg_e35&ccb=7-5&oh=00_AB,cd"
TT = "https://p16.tiktokcdn.com/obj/cover{}~tplv.jpeg?x-expires=1648500000&x-signature=a%2Bb"


def read(name: str, options: TableOptions = DEFAULTS) -> Records:
    return TableSource(options).read(str(TABLES / name))


def read_text(folder: Path, text: str, options: TableOptions = DEFAULTS) -> Records:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return TableSource(options).read(str(path))


def locations(records: Records) -> list[str]:
    return records.table["location"].to_list()


class TestRecognisedForms:
    def test_media_frequency_is_summed_over_intervals(self) -> None:
        records = read("media-frequency.csv")
        assert records.recognised == (
            "TCAT media frequency: 4 URLs in the column 'media url', "
            "45 occurrences in 3 intervals; 1 row without a usable URL left out"
        )
        assert records.table.columns == ["location", "frequency", "interval"]
        assert records.table.rows() == [
            (PBS + "CwtA1.jpg", 15, "2016-11-08"),
            (PBS + "CwtB2.jpg", 28, "2016-11-08"),
            (PBS + "CwtC3.png", 1, "2016-11-08"),
            (PBS + "CwtD4.jpg", 1, "2016-11-10"),
        ]
        assert records.local is False

    @pytest.mark.parametrize(
        "head", ["interval,media.url,frequency", "Interval,Media_URL,Frequency"]
    )
    def test_media_frequency_that_went_through_another_program(
        self, tmp_path: Path, head: str
    ) -> None:
        records = read_text(tmp_path, f"{head}\n2016,{PBS}a.jpg,3\n2017,{PBS}a.jpg,4\n")
        assert records.recognised.startswith("TCAT media frequency: 1 URL in")
        assert records.table["frequency"].to_list() == [7]

    def test_full_export_with_media_gives_one_record_per_picture_of_a_tweet(self) -> None:
        records = read("full-export-media.csv")
        assert records.recognised == (
            "TCAT full export: 3 URLs (2 distinct) in the column 'media_urls'; "
            "1 row without a usable URL left out"
        )
        assert locations(records) == [PBS + "CwtA1.jpg", PBS + "CwtB2.jpg", PBS + "CwtA1.jpg"]
        assert records.table["frequency"].to_list() == [1, 1, 1]
        assert records.table["id"].to_list() == [
            "796000000000000001",
            "796000000000000001",
            "796000000000000003",
        ]
        assert records.table["text"][0] == 'she said "look", and left'
        assert "location (2)" not in records.table.columns

    def test_full_export_without_media_gives_the_portraits(self) -> None:
        records = read("full-export.tsv")
        assert records.recognised == (
            "TCAT full export: 3 URLs in the column 'from_user_profile_image_url'"
        )
        assert locations(records)[0] == "http://pbs.twimg.com/profile_images/9001/ada_normal.jpg"
        assert records.table["text"].to_list() == ["one", "two, three", "=cmd|' /C calc'!A0"]

    def test_full_export_whose_media_are_all_empty_gives_the_portraits(
        self, tmp_path: Path
    ) -> None:
        records = read_text(
            tmp_path,
            "id,time,from_user_name,from_user_profile_image_url,media_urls\n"
            "1,2,ada,http://a/x_normal,\n",
        )
        assert locations(records) == ["http://a/x_normal"]

    @pytest.mark.parametrize(
        ("name", "form", "column", "urls"),
        [
            (
                "4cat-instagram.csv",
                "4CAT, Instagram",
                "image_url",
                [IG.format("Cr1_aB-"), IG.format("Cr3")],
            ),
            ("4cat-twitter.csv", "4CAT", "images", [PBS + "Fu1.jpg", PBS + "Fu2.jpg"]),
            ("4cat-tiktok.csv", "4CAT, TikTok", "thumbnail_url", [TT.format(""), TT.format("2")]),
        ],
    )
    def test_4cat(self, name: str, form: str, column: str, urls: list[str]) -> None:
        records = read(name)
        assert records.recognised.startswith(f"{form}: ")
        assert f"in the column '{column}'" in records.recognised
        assert locations(records) == urls
        assert {"id", "thread_id", "timestamp", "author"} <= set(records.table.columns)

    def test_cells_over_several_lines_are_kept(self) -> None:
        records = read("4cat-instagram.csv")
        assert records.table["body"].to_list() == [
            "a caption\nover two lines, with a comma",
            "🐈 قطة",
        ]

    def test_tagging_input_with_commas_in_urls(self) -> None:
        records = read("tagging-input.csv")
        assert records.recognised == "one column: 3 URLs"
        assert locations(records)[2] == "https://res.example.com/w_200,h_300/a.jpg"

    def test_list_of_urls(self) -> None:
        records = read("urls.txt")
        assert records.recognised == "list of URLs: 3 URLs; 1 row without a usable URL left out"
        assert locations(records) == [
            "https://example.org/a.jpg",
            "https://example.org/w_1,h_2/b.jpg",
            "https://example.org/c.png",
        ]

    def test_json_lines_keep_digits_and_split_lists(self) -> None:
        records = read("items.ndjson")
        assert records.recognised == (
            "JSON Lines: 3 URLs in the column 'image_urls'; 1 row without a usable URL left out"
        )
        assert records.table.columns == ["location", "frequency", "id", "score", "meta.k", "ok"]
        assert records.table.rows()[0] == (
            "https://example.org/a.jpg",
            1,
            "9007199254740993",
            "1.10",
            "1; 2",
            "",
        )
        assert records.table.rows()[2] == ("https://example.org/c.jpg", 1, "3", "", "", "true")


class TestColumns:
    def test_image_names_come_before_page_names(self, tmp_path: Path) -> None:
        records = read_text(tmp_path, "url,Image URL\nhttps://a/page,https://a/1\n")
        assert locations(records) == ["https://a/1"]

    def test_content_decides_where_names_do_not(self, tmp_path: Path) -> None:
        records = read_text(
            tmp_path,
            "nr,pagina,bild,author_avatar\n"
            "1,https://a/p1,https://a/1.jpg?w=1,https://a/me.png\n"
            "2,https://a/p2,https://a/2,https://a/me.png\n",
        )
        assert locations(records) == ["https://a/1.jpg?w=1", "https://a/2"]
        assert records.table.columns[2:] == ["nr", "pagina", "author_avatar"]

    def test_options_come_first(self, tmp_path: Path) -> None:
        options = TableOptions(
            url_column=("page",), frequency_column="seen", columns_to_keep=("nr,image",)
        )
        records = read_text(
            tmp_path, "nr,page,image,seen\n007,https://a/p,https://a/1.jpg,12\n", options
        )
        assert records.table.columns == ["location", "frequency", "nr", "image"]
        assert records.table.rows() == [("https://a/p", 12, "007", "https://a/1.jpg")]

    @pytest.mark.parametrize(
        ("keep", "kept"),
        [
            ((), ["id", "text"]),
            (("all",), ["id", "time", "from_user_profile_image_url", "text", "from_user_name (2)"]),
            (("none",), []),
            (("text", "id"), ["text", "id"]),
        ],
    )
    def test_columns_to_keep(self, tmp_path: Path, keep: tuple[str, ...], kept: list[str]) -> None:
        records = read_text(
            tmp_path,
            "id,time,from_user_profile_image_url,text,from_user_name,from_user_name\n"
            "1,2,https://a/1,hi,https://a/2,bob\n",
            TableOptions(url_column=("from_user_name",), columns_to_keep=keep),
        )
        assert records.table.columns[2:] == kept

    def test_a_column_with_a_comma_in_its_name_can_be_kept(self, tmp_path: Path) -> None:
        records = read_text(
            tmp_path, 'url,"a,b"\nhttps://a/1,x\n', TableOptions(columns_to_keep=("a,b",))
        )
        assert records.table["a,b"].to_list() == ["x"]

    def test_strange_names_stay_apart(self, tmp_path: Path) -> None:
        records = read_text(
            tmp_path,
            "url,location,,^u.*$,*,id, id ,frequency\nhttps://a/1,Ghent,x,1,2,3,4,often\n",
        )
        assert records.table.columns == [
            "location",
            "frequency",
            "location (2)",
            "column 3",
            "^u.*$",
            "*",
            "id",
            "id (2)",
            "frequency (2)",
        ]
        assert records.table.row(0) == ("https://a/1", 1, "Ghent", "x", "1", "2", "3", "4", "often")

    def test_a_first_row_with_a_url_is_no_header(self, tmp_path: Path) -> None:
        records = read_text(tmp_path, "1;https://a/1.jpg\n2;https://a/2.jpg\n")
        assert records.table.rows() == [("https://a/1.jpg", 1, "1"), ("https://a/2.jpg", 1, "2")]
        assert records.table.columns[2:] == ["column 1"]


class TestFrequency:
    @pytest.mark.parametrize("name", ["frequency", "Count", "OCCURRENCES"])
    def test_whole_numbers_count(self, tmp_path: Path, name: str) -> None:
        records = read_text(tmp_path, f"url,{name}\nhttps://a/1,3\nhttps://a/2, 004.0 \nnone,x\n")
        assert records.table["frequency"].to_list() == [3, 4]
        assert f"7 occurrences by the column '{name}'" in records.recognised

    @pytest.mark.parametrize(
        ("cells", "numbers"),
        [
            (("1,234", "5"), [1234, 5]),
            (("1,234", "12,345,678"), [1234, 12345678]),
            (("1.000", "12"), [1000, 12]),
            (("1.234.567,0", "12"), [1234567, 12]),
            (("1 234", "5"), [1234, 5]),
            (("1\u202f234", "2'000"), [1234, 2000]),
            (("3.0", "12.0"), [3, 12]),
            (("1234.000", "12.000"), [1234, 12]),
        ],
    )
    def test_marks_between_thousands(
        self, tmp_path: Path, cells: tuple[str, str], numbers: list[int]
    ) -> None:
        records = read_text(
            tmp_path, f"url;count\nhttps://a/1.jpg;{cells[0]}\nhttps://a/2.jpg;{cells[1]}\n"
        )
        assert records.table["frequency"].to_list() == numbers
        assert records.notes == ()

    def test_a_column_that_can_be_read_in_two_ways_counts_nothing(self, tmp_path: Path) -> None:
        text = "url;count\nhttps://a/1.jpg;1.000\nhttps://a/2.jpg;2.000\n"
        records = read_text(tmp_path, text)
        assert records.table["frequency"].to_list() == [1, 1]
        assert "'count' is not used as frequency" in records.notes[0]
        with pytest.raises(InputError, match=r"row 2: the frequency '1\.000'"):
            read_text(tmp_path, text, TableOptions(frequency_column="count"))

    @pytest.mark.parametrize("cell", ["0", "-1", "1.5", "many", "", "9999999999999", "1e3"])
    def test_a_column_with_anything_else_does_not(self, tmp_path: Path, cell: str) -> None:
        records = read_text(tmp_path, f"url,count\nhttps://a/1,3\nhttps://a/2,{cell}\n")
        assert records.table["frequency"].to_list() == [1, 1]
        assert records.table["count"].to_list() == ["3", cell]
        assert any(
            f"'count' is not used as frequency, each address counts once: {cell!r}" in note
            for note in records.notes
        )


class TestUrls:
    @pytest.mark.parametrize(
        ("cell", "urls"),
        [
            ("https://a/1.jpg", ["https://a/1.jpg"]),
            ("  https://a/1 2.jpg\t", ["https://a/1 2.jpg"]),
            ("HTTPS://A/1.JPG", ["https://A/1.JPG"]),
            ("Http://a", ["http://a"]),
            ("//a/1.jpg", ["https://a/1.jpg"]),
            ("https://a/1; http://b/2", ["https://a/1", "http://b/2"]),
            ("https://a/1,http://b/2,,https://c", ["https://a/1", "http://b/2", "https://c"]),
            ("https://a/1 | https://a/2", ["https://a/1", "https://a/2"]),
            ("https://a/1\nhttps://a/2", ["https://a/1", "https://a/2"]),
            ("https://a/w_1,h_2;x|y/1.jpg", ["https://a/w_1,h_2;x|y/1.jpg"]),
            (
                "https://archive.org/2016/http://a/1",
                ["https://archive.org/2016/http://a/1"],
            ),
            ("https://a/é🐈.png?q=%20&amp;x", ["https://a/é🐈.png?q=%20&x"]),
            ("ftp://a/1.jpg", []),
            ("file:///etc/passwd", []),
            ("/etc/passwd", []),
            ("data:image/png;base64,AAAA", []),
            ("www.a.org/1.jpg", []),
            ("https://", []),
            ("https:///a", []),
            ("https://a/\x00b", []),
            ("https://a/\x1fb", []),
            ("", []),
        ],
    )
    def test_cells(self, tmp_path: Path, cell: str, urls: list[str]) -> None:
        quoted = cell.replace('"', '""')
        records = read_text(tmp_path, f'image,id\n"{quoted}",1\nhttps://last/,2\n')
        assert locations(records) == [*urls, "https://last/"]
        assert records.table["id"].to_list() == ["1"] * len(urls) + ["2"]

    def test_a_named_separator_is_the_only_one(self, tmp_path: Path) -> None:
        records = read_text(
            tmp_path,
            'url\n"https://a/1 ## https://a/2,https://b"\n',
            TableOptions(separator="##"),
        )
        assert locations(records) == ["https://a/1", "https://a/2,https://b"]


class TestAccepts:
    @pytest.mark.parametrize(
        "location", ["gone.csv", "GONE.TSV", "a.b.parquet", "x.csv.gz", "x.ndjson", "x.txt"]
    )
    def test_names_of_tables_that_are_missing(self, location: str) -> None:
        assert is_table(location)

    def test_any_file_that_is_there(self, tmp_path: Path) -> None:
        path = tmp_path / "export"
        path.touch()
        assert is_table(str(path))

    @pytest.mark.parametrize("location", ["photos", "https://a/1.csv", "", "\x00", "x" * 5000])
    def test_nothing_else(self, location: str) -> None:
        assert not is_table(location)

    def test_no_folder_even_if_named_like_a_table(self, tmp_path: Path) -> None:
        folder = tmp_path / "pictures.csv"
        folder.mkdir()
        assert not is_table(str(folder))


class TestTableKeepsItsContract(SourceContract):
    @pytest.fixture
    def spec(self) -> SourceSpec:
        return next(iter(tagatlas_sources()))

    @pytest.fixture(params=sorted(path.name for path in TABLES.iterdir()))
    def location(self, request: pytest.FixtureRequest) -> str:
        return str(TABLES / request.param)
