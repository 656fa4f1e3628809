"""Outcomes of fetching as a Parquet file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

import msgspec
import polars as pl

from tagatlas.contracts import ImageStatus
from tagatlas.errors import StorageError
from tagatlas.wording import in_one_line
from tagatlas_fetching import Address, FetchOutcome, StoredImage

SCHEMA = pl.Schema(
    {
        "key": pl.Int64(),
        "location_hash": pl.Binary(),
        "status": pl.String(),
        "reason": pl.String(),
        "http_status": pl.Int64(),
        "final_url": pl.String(),
        "content_type": pl.String(),
        "attempts": pl.Int64(),
        "way": pl.String(),
        "refused_by": pl.String(),
        "image": pl.String(),
        "image_facts": pl.Binary(),
        "is_sought": pl.Boolean(),
        "page_url": pl.String(),
        "page": pl.String(),
    }
)
"""An outcome a row, ordered by key."""

_STATUSES = {str(status): status for status in ImageStatus}


@dataclass(frozen=True)
class Fetched:
    """An outcome, and what it takes to look for copies.

    Attributes:
        outcome: of the address.
        location_hash: see :func:`hash_of`.
        is_sought: whether recoveries are to be asked for copies.
        page_url: of a page served in place of the picture; empty if there was none.
        page: its start.
    """

    outcome: FetchOutcome
    location_hash: bytes
    is_sought: bool = False
    page_url: str = ""
    page: str = ""


def hash_of(address: Address) -> bytes:
    """The address's location as 16 bytes: a key may mean another address in another catalog."""
    return sha256(address.location.encode(errors="surrogatepass")).digest()[:16]


def write_outcomes(fetched: Sequence[Fetched]) -> bytes:
    """The bytes of a file."""
    encode = msgspec.msgpack.Encoder().encode
    rows = [
        {
            "key": each.outcome.key,
            "location_hash": each.location_hash,
            "status": str(each.outcome.status),
            "reason": each.outcome.reason,
            "http_status": each.outcome.http_status,
            "final_url": each.outcome.final_url,
            "content_type": each.outcome.content_type,
            "attempts": each.outcome.attempts,
            "way": each.outcome.way,
            "refused_by": each.outcome.refused_by,
            "image": None if each.outcome.image is None else each.outcome.image.id,
            "image_facts": None if each.outcome.image is None else encode(each.outcome.image),
            "is_sought": each.is_sought,
            "page_url": each.page_url,
            "page": each.page,
        }
        for each in sorted(fetched, key=lambda each: each.outcome.key)
    ]
    file = BytesIO()
    pl.DataFrame(rows, schema=SCHEMA).write_parquet(file, compression="zstd")
    return file.getvalue()


def read_outcomes(data: bytes, name: str) -> list[Fetched]:
    """The outcomes in a file's bytes.

    Raises:
        StorageError: they are not those of such a file; the message has its name.
    """
    try:
        table = pl.read_parquet(BytesIO(data)).match_to_schema(SCHEMA)
        return [_fetched(row) for row in table.iter_rows(named=True)]
    except (
        pl.exceptions.PolarsError,
        msgspec.MsgspecError,
        ValueError,
        KeyError,
        OSError,
    ) as error:
        raise StorageError(f"{name} is no file of outcomes: {in_one_line(error)}") from error


def _fetched(row: Mapping[str, object]) -> Fetched:
    facts = row["image_facts"]
    outcome = msgspec.convert(
        {name: row[name] for name in ("key", "reason", "http_status", "final_url", "content_type")}
        | {name: row[name] for name in ("attempts", "way", "refused_by", "status")},
        _Plain,
    )
    return Fetched(
        FetchOutcome(
            outcome.key,
            _STATUSES[outcome.status],
            outcome.reason,
            msgspec.msgpack.decode(facts, type=StoredImage) if isinstance(facts, bytes) else None,
            outcome.http_status,
            outcome.final_url,
            outcome.content_type,
            outcome.attempts,
            outcome.way,
            outcome.refused_by,
        ),
        bytes(msgspec.convert(row["location_hash"], bytes)),
        bool(row["is_sought"]),
        str(row["page_url"]),
        str(row["page"]),
    )


class _Plain(msgspec.Struct):
    """The plain values of an outcome."""

    key: int
    status: str
    reason: str
    http_status: int | None
    final_url: str | None
    content_type: str | None
    attempts: int
    way: str
    refused_by: str
