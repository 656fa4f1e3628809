from __future__ import annotations

from pathlib import Path

import pytest

from tagatlas.errors import OptionError, StorageError
from tagatlas.settings import SettingsFile


def test_what_is_written_reads_back_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    SettingsFile(path).update("map", {"seed": 3, "fill": 0.5})
    SettingsFile(path).update("renderer.poster", {"outlines": False, "stop_tags": ["a", 'b "c"']})
    read = SettingsFile(path)
    assert read.values("map") == {"seed": 3, "fill": 0.5}
    assert read.values("renderer.poster") == {"outlines": False, "stop_tags": ["a", 'b "c"']}
    assert read.values("renderer.gephi") == {}
    assert read.values("plugin") == {}


def test_what_a_person_wrote_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    path.write_text("# ours\n[map]\nseed = 1  # the lucky one\n\n[notes]\nwho = 'me'\n")
    SettingsFile(path).update("map", {"seed": 2})
    text = path.read_text()
    assert text == "# ours\n[map]\nseed = 2  # the lucky one\n\n[notes]\nwho = 'me'\n"


def test_options_that_moved_take_their_comments_with_them(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    path.write_text("# ours\n[map]\nfine = 2.0  # more\nseed = 1\n\n[notes]\nwho = 'me'\n")
    read = SettingsFile(path)
    read.move_options("map", "clusterer.c", ["fine", "coarse"])
    assert read.values("map") == {"seed": 1}
    assert read.values("clusterer.c") == {"fine": 2.0}
    read.update("map", {"seed": 3})
    text = path.read_text()
    assert text.startswith("# ours\n[map]\nseed = 3\n")
    assert "[clusterer.c]\nfine = 2.0  # more\n" in text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_an_editor_on_windows_saved_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "atlas.toml"
    path.write_bytes("# ours: é\r\n[map]\r\nseed = 3\r\n".encode(encoding))
    read = SettingsFile(path)
    assert read.values("map") == {"seed": 3}
    read.update("map", {"seed": 4})
    assert path.read_text("utf-8") == "# ours: é\n[map]\nseed = 4\n"


def test_a_file_that_is_no_text_is_refused_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    path.write_bytes("[map]\nname = 'é'\n".encode("latin-1"))
    with pytest.raises(OptionError, match=r"atlas\.toml is no text in UTF-8: save it as UTF-8"):
        SettingsFile(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(OptionError, match=r"cannot read .*atlas\.toml: Is a directory"):
        SettingsFile(path)


@pytest.mark.parametrize("text", ["", "map = 3\n", "[map]\nseed = 1\n", "[notes]\nfine = 1\n"])
def test_a_file_without_moved_options_stays_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "atlas.toml"
    path.write_text(text)
    read = SettingsFile(path)
    read.move_options("map", "clusterer.c", ["fine"])
    assert read.text == text


def test_a_table_of_which_nothing_is_left_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    path.write_text("[map]\nfine = 2.0\n")
    read = SettingsFile(path)
    read.move_options("map", "clusterer.c", ["fine"])
    assert "[map]" not in read.text
    assert read.values("clusterer.c") == {"fine": 2.0}


def test_writing_nothing_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    SettingsFile(path).update("map", {})
    assert not path.exists()


@pytest.mark.parametrize("text", ["[map", "map = ", "\x00"])
def test_a_file_that_is_no_toml_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "atlas.toml"
    path.write_text(text)
    with pytest.raises(OptionError, match="is no valid TOML") as caught:
        SettingsFile(path)
    assert "\n" not in str(caught.value)


def test_a_value_where_a_table_must_be_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    path.write_text("renderer = 3\n")
    with pytest.raises(OptionError, match=r"renderer\.poster must be a table"):
        SettingsFile(path).values("renderer.poster")


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    settings = SettingsFile(tmp_path / "gone" / "atlas.toml")
    with pytest.raises(StorageError, match="could not write"):
        settings.update("map", {"seed": 1})


def test_a_setting_that_is_no_option_any_more_says_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "atlas.toml"
    path.write_text("[tagger.bad]\nminimum_score = 1\n[sources.a.source.b]\nurl_colum = 'x'\n")
    settings = SettingsFile(path)
    with pytest.raises(OptionError) as caught:
        settings.options_of("tagger.bad", [])
    assert str(caught.value) == (
        f"{path}: [tagger.bad] has minimum_score, and there is no such option; take the line out"
    )
    with pytest.raises(OptionError) as caught:
        settings.options_of("source.b", ["url_column"], "a")
    assert str(caught.value) == (
        f"{path}: [sources.a.source.b] has url_colum, and there is no such option; "
        "did you mean url_column?"
    )
