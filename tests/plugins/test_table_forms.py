"""Which column is taken: of known exports, and of any table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tagatlas.contracts import Records
from tagatlas.errors import InputError
from tagatlas_sources.table import TableOptions
from tagatlas_sources.table.source import TableSource

DEFAULTS = TableOptions()


def read(folder: Path, text: str, options: TableOptions = DEFAULTS) -> Records:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return TableSource(options).read(str(path))


def export(columns: str, *rows: dict[str, str]) -> str:
    """A CSV with these columns; cells that are not given hold an address or a word of their own."""
    out = io.StringIO(newline="")
    names = columns.split(",")
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for number, row in enumerate(rows, start=1):
        usual = {name: f"{name} {number}" for name in names}
        for name in names:
            if name in ("url", "link", "post_url", "author_url", "link_url"):
                usual[name] = f"https://site.example/{number}/{name}"
            elif any(word in name for word in ("avatar", "author_photo", "banner")):
                usual[name] = f"https://cdn.example/{name}.jpg"
        writer.writerow({**usual, **row})
    return out.getvalue()


A, B, C = (f"https://cdn.example/{name}.jpg?x=1,2" for name in "abc")

X = "collected_from_url,id,thread_id,timestamp,link,body,author,author_avatar_url,author_banner_url"
IN_4CAT = [
    ("X", f"{X},retweet_count,is_retweet,is_quote_tweet,quote_images,images",
     {"images": f"{A},{B}", "quote_images": ""}, [A, B]),
    ("Instagram", "id,thread_id,parent_id,url,author_avatar_url,num_media,image_urls,media_urls",
     {"image_urls": f"{A},{B}", "media_urls": "https://cdn.example/v.mp4"}, [A, B]),
    ("TikTok", "id,thread_id,author_avatar,music_thumbnail,tiktok_url,thumbnail_url",
     {"thumbnail_url": A, "music_thumbnail": B, "tiktok_url": "https://t.example/"}, [A]),
    ("Douyin", "id,thread_id,prevent_download,video_thumbnail,image_urls,author_thumbnail_url",
     {"video_thumbnail": A, "image_urls": "", "author_thumbnail_url": C}, [A]),
    ("Douyin", "id,thread_id,prevent_download,video_thumbnail,image_urls,author_thumbnail_url",
     {"video_thumbnail": A, "image_urls": f"{B},{C}"}, [B, C]),
    ("Tumblr", "id,thread_id,author_avatar_url,post_url,image_urls,image_urls_reblogged",
     {"image_urls": A, "image_urls_reblogged": f"{B},{C}"}, [A, B, C]),
    ("VK", "id,thread_id,link,item_type,author_photo,photos,videos",
     {"photos": f"{A}, {B}", "videos": ""}, [A, B]),
    ("Bluesky", "id,thread_id,link,replies_allowed,images,author_avatar", {"images": A}, [A]),
    ("Truth Social", "id,thread_id,url,account_avatar,group_avatar,images,video_thumbs",
     {"images": "", "video_thumbs": A, "group_avatar": C}, [A]),
    ("Gab", "id,url,reblogs_count,account_note,link_image,image_urls",
     {"image_urls": A, "link_image": B}, [A]),
    ("LinkedIn", "id,thread_id,inclusion_context,image_urls,video_thumb_url,post_url",
     {"image_urls": "", "video_thumb_url": A}, [A]),
    ("Threads", "id,thread_id,url,author_avatar,image_url,is_paid_partnership,link_thumbnail_url",
     {"image_url": A, "link_thumbnail_url": B}, [A]),
    ("Pinterest", "id,thread_id,pinner_original,url,image_url", {"image_url": A}, [A]),
    ("9GAG", "id,url,image_url,is_vote_masked,tags_annotated", {"image_url": A}, [A]),
    ("Imgur", "id,media_url,post_url,album_media,is_viral", {"media_url": A}, [A]),
    ("Facebook", "id,url,author,image_url,is_in_group,group_name", {"image_url": A}, [A]),
    ("Douban", "id,thread_id,author_avatar,is_topic_elite,image_urls", {"image_urls": A}, [A]),
    ("RedNote", "id,thread_id,url,title,author_avatar_url,image_url,video_url",
     {"image_url": A, "video_url": "https://cdn.example/v.mp4"}, [A]),
    ("4chan", "thread_id,id,timestamp,board,image_file,image_4chan,image_md5,country_code",
     {"board": "pol", "image_4chan": "1600000000000.jpg", "image_file": "me.jpg"},
     ["https://i.4cdn.org/pol/1600000000000.jpg"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "columns", "row", "urls"), IN_4CAT)
def test_4cat(
    tmp_path: Path, name: str, columns: str, row: dict[str, str], urls: list[str]
) -> None:
    records = read(tmp_path, export(columns, row))
    assert records.recognised.startswith(f"4CAT, {name}: ")
    assert records.table["location"].to_list() == urls
    assert records.table["id"].to_list() == ["id 1"] * len(urls)


def test_4cat_without_pictures_takes_no_portraits(tmp_path: Path) -> None:
    columns = "id,thread_id,link,item_type,author_photo,photos"
    with pytest.raises(InputError) as caught:
        read(tmp_path, export(columns, {"photos": ""}))
    assert "4CAT, VK: no pictures in 'photos'; addresses are in 'link', 'author_photo' (por" in str(
        caught.value
    )
    records = read(
        tmp_path, export(columns, {"photos": ""}), TableOptions(url_column=("author_photo",))
    )
    assert records.table["location"].to_list() == ["https://cdn.example/author_photo.jpg"]


def test_telegram_says_how_its_pictures_are_had(tmp_path: Path) -> None:
    columns = "id,thread_id,chat,link_attached,attachment_type,attachment_data"
    with pytest.raises(InputError, match="4CAT, Telegram: no pictures; its pictures are not in"):
        read(tmp_path, export(columns, {"link_attached": "https://a.example/page"}))


@pytest.mark.parametrize(
    ("name", "columns", "row", "url"),
    [
        (
            "YouTube Data Tools",
            "position,channelTitle,videoId,videoTitle,thumbnail_maxres",
            {"videoId": "dQw4w9-W_cQ", "thumbnail_maxres": ""},
            "https://i.ytimg.com/vi/dQw4w9-W_cQ/hqdefault.jpg",
        ),
        ("Memespector", "Image_URL_or_Path,Image_BaseName,GV_Label_Descriptions",
         {"Image_URL_or_Path": A}, A),
        ("4CAT, top images", "date,item,value,ids", {"item": A, "value": "3"}, A),
        ("TCAT tweets", "id,time,created_at,from_user_name,text,media_urls", {"media_urls": A}, A),
        ("Netvizz, Facebook page", "type,post_id,post_link,picture,full_picture",
         {"picture": B, "full_picture": A}, A),
    ],
)  # fmt: skip
def test_other_tools(
    tmp_path: Path, name: str, columns: str, row: dict[str, str], url: str
) -> None:
    records = read(tmp_path, export(columns, row))
    assert records.recognised.startswith(f"{name}: ")
    assert records.table["location"][0] == url


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        ("thumbnailurl,imageurl,pageurl", "imageurl"),
        ("image_small,image_medium,image_original", "image_original"),
        ("user_pic,picture", "picture"),
        ("profileImageUrl,displayUrl,postUrl", "displayUrl"),
        ("author_photo,photo", "photo"),
        ("favicon,logo,header_image,preview_image", "preview_image"),
        ("channel_image,url", "url"),
        ("video_thumbnail,video_url", "video_thumbnail"),
        ("avatar,Bild", "Bild"),
        ("icon,afbeelding", "afbeelding"),
        ("artist_icon,album_cover,preview", "album_cover"),
        ("Media URLs,Avatar,Display URLs", "Media URLs"),
        ("images.url,extra_author_attributes.image_url", "images.url"),
    ],
)
def test_pictures_before_thumbnails_and_never_portraits(
    tmp_path: Path, columns: str, taken: str
) -> None:
    names = columns.split(",")
    cells = ",".join(f"https://cdn.example/{name}/1.jpg" for name in names)
    records = read(tmp_path, f"nr,{columns}\n1,{cells}\n")
    assert records.table["location"].to_list() == [f"https://cdn.example/{taken}/1.jpg"]


def test_of_pages_the_first_column_is_taken(tmp_path: Path) -> None:
    text = "id,link,tags\n1,https://a.example/1,https://b.example/1; https://b.example/2\n"
    assert read(tmp_path, text).table["location"].to_list() == ["https://a.example/1"]


def test_further_columns_with_pictures_are_said(tmp_path: Path) -> None:
    records = read(tmp_path, f"thumbnailurl,imageurl,avatar\n{A},{B},{C}\n".replace(",2", ""))
    [note] = records.notes
    assert note == (
        "pictures are taken from 'imageurl'; there are more in 'thumbnailurl' (thumbnails): "
        "--url-column NAME takes another column, --url-column NAME,NAME several"
    )


def test_portraits_alone_are_taken_and_said(tmp_path: Path) -> None:
    records = read(tmp_path, "id,avatar\n1,https://a.example/1.jpg\n")
    assert records.table.height == 1
    assert "'avatar' looks like portraits" in records.notes[0]


def test_several_columns(tmp_path: Path) -> None:
    text = f'id,a,b\n1,"{A}, {B}","{B}, {C}"\n2,,"{C}"\n3,,\n'
    records = read(tmp_path, text, TableOptions(url_column=("a", "b")))
    assert records.table["location"].to_list() == [A, B, C, C]
    assert records.table["id"].to_list() == ["1", "1", "1", "2"]
    assert records.recognised == (
        "CSV: 4 URLs (3 distinct) in the columns 'a' and 'b'; 1 row without a usable URL left out"
    )


@pytest.mark.parametrize(
    "cells",
    [
        ("https://site.example/@a/status/1711652255336743414", "https://site.example/video/7213"),
        ("https://site.example/one", "https://site.example/two"),
        ("https://site.example/one.html", "https://site.example/"),
    ],
)
def test_pages_are_said(tmp_path: Path, cells: tuple[str, str]) -> None:
    records = read(tmp_path, f"id,url\n1,{cells[0]}\n2,{cells[1]}\n")
    [note] = records.notes
    assert note == (
        "the column 'url' looks like pages, not pictures: pages are blocked, "
        "unless they name their picture (og:image): --recover page"
    )


@pytest.mark.parametrize(
    "table",
    [
        "id,image\n1,https://site.example/one\n",
        "url\nhttps://site.example/one\n",
        "id,url\n1,https://pbs.twimg.com/media/Fu1\n",
        'id,url\n1,"https://a.example/iiif/x/full/!600,600/0/default"\n',
    ],
)
def test_what_may_be_pictures_is_not_called_pages(tmp_path: Path, table: str) -> None:
    assert read(tmp_path, table).notes == ()


def test_reasons_for_rows_left_out(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        f"id,image\n1,{A.replace(',2', '')}\n2,\n3,www.a.example/1\n4,data:image/png;base64xA\n",
    )
    assert records.recognised.endswith("; 3 rows without a usable URL left out")
    assert records.notes == (
        "left out: 1 empty, 1 with an address without https://, 1 with the picture itself (data:)",
    )
