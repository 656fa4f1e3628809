"""The catalog's tables, and the migrations from each older version."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tagatlas.errors import AtlasTooNew, StorageError

MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE sources (
        id INTEGER PRIMARY KEY,
        location TEXT NOT NULL UNIQUE,
        plugin TEXT NOT NULL,
        recognised TEXT NOT NULL,
        digest TEXT NOT NULL,           -- of the records, to notice an unchanged input
        added_at TEXT NOT NULL
    );
    CREATE TABLE images (
        id INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL UNIQUE,    -- of the bytes as they were fetched
        width INTEGER NOT NULL,         -- of the original, upright, in pixels
        height INTEGER NOT NULL,
        format TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        frames INTEGER NOT NULL
    );
    CREATE TABLE addresses (
        id INTEGER PRIMARY KEY,
        location TEXT NOT NULL,
        local INTEGER NOT NULL,
        status TEXT NOT NULL DEFAULT 'pending',
        reason TEXT NOT NULL DEFAULT '',
        http_status INTEGER,
        final_url TEXT,
        content_type TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        fetched_at TEXT,
        image INTEGER REFERENCES images(id),
        UNIQUE (location, local),
        CHECK ((status = 'ok') = (image IS NOT NULL))
    );
    CREATE INDEX addresses_by_image ON addresses(image);
    CREATE INDEX addresses_by_status ON addresses(status);
    CREATE TABLE records (
        id INTEGER PRIMARY KEY,
        source INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
        address INTEGER NOT NULL REFERENCES addresses(id),
        frequency INTEGER NOT NULL CHECK (frequency >= 1),
        columns TEXT NOT NULL           -- a JSON object of the kept columns
    );
    CREATE INDEX records_by_source ON records(source);
    CREATE INDEX records_by_address ON records(address);
    CREATE VIEW used_addresses AS       -- an address counts as long as a record names it
        SELECT * FROM addresses WHERE id IN (SELECT address FROM records);
    CREATE VIEW collection AS           -- the distinct images that a record leads to
        SELECT DISTINCT image FROM used_addresses WHERE image IS NOT NULL;
    CREATE TABLE backends (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        used INTEGER NOT NULL,          -- rises with every use: the highest was used last
        UNIQUE (name, fingerprint)
    );
    CREATE TABLE answers (
        backend INTEGER NOT NULL REFERENCES backends(id),
        image INTEGER NOT NULL REFERENCES images(id),
        status TEXT NOT NULL CHECK (status IN ('ok', 'empty', 'failed')),
        kind TEXT,
        message TEXT NOT NULL,
        raw BLOB,                       -- the response as it came, zlib-compressed
        answered_at TEXT NOT NULL,
        PRIMARY KEY (backend, image)
    ) WITHOUT ROWID;
    CREATE TABLE labels (
        id INTEGER PRIMARY KEY,
        label TEXT NOT NULL UNIQUE
    );
    CREATE TABLE tags (
        backend INTEGER NOT NULL,
        image INTEGER NOT NULL,
        label INTEGER NOT NULL REFERENCES labels(id),
        score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
        PRIMARY KEY (backend, image, label),
        FOREIGN KEY (backend, image) REFERENCES answers(backend, image) ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE TABLE maps (
        name TEXT PRIMARY KEY,
        backend INTEGER NOT NULL REFERENCES backends(id),
        digest TEXT NOT NULL,           -- of everything the map depends on
        settings TEXT NOT NULL,         -- JSON
        directed INTEGER NOT NULL,
        nodes BLOB NOT NULL,            -- Arrow IPC
        edges BLOB NOT NULL,            -- Arrow IPC
        clusters BLOB NOT NULL,         -- Arrow IPC
        outlines TEXT NOT NULL,         -- JSON
        made_at TEXT NOT NULL
    );
    CREATE TABLE annotations (
        id INTEGER PRIMARY KEY,
        map TEXT NOT NULL REFERENCES maps(name),
        kind TEXT NOT NULL,
        body TEXT NOT NULL,             -- JSON
        changed_at TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE embeddings (
        backend INTEGER NOT NULL,
        image INTEGER NOT NULL,
        vector BLOB NOT NULL,           -- float16, little-endian; as long for all of a backend
        PRIMARY KEY (backend, image),
        FOREIGN KEY (backend, image) REFERENCES answers(backend, image) ON DELETE CASCADE
    );
    """,
    """
    ALTER TABLE maps ADD COLUMN subclusters BLOB;           -- Arrow IPC
    ALTER TABLE maps ADD COLUMN stability REAL;
    UPDATE maps SET digest = '';        -- made before there were sub-clusters: to be made again
    """,
    """
    ALTER TABLE backends ADD COLUMN reads INTEGER REFERENCES backends(id);
                                    -- the backend whose answers its tags are read from; that one
                                    -- has no tags of its own, and its `used` stays 0
    ALTER TABLE backends ADD COLUMN notes TEXT NOT NULL DEFAULT '{}';   -- JSON
    ALTER TABLE backends ADD COLUMN extent TEXT NOT NULL DEFAULT '';
                                    -- of the answers that were read together, a digest
    CREATE VIEW asked AS                -- of each backend the one whose answers are kept
        SELECT id AS backend, coalesce(reads, id) AS asked FROM backends;
    CREATE VIEW readable AS             -- what a reading finds about the collection's images
        SELECT
            readings.id AS backend, readings.reads AS asked, images.id AS image, sha256,
            answers.status, answers.kind, answers.message, answers.raw, answers.answered_at,
            mine.image IS NOT NULL AS is_read
        FROM backends AS readings
        CROSS JOIN images               -- in this order: by the index of ids, nothing is sorted
        CROSS JOIN answers ON answers.backend = readings.reads AND answers.image = images.id
        LEFT JOIN answers AS mine ON mine.backend = readings.id AND mine.image = images.id
        WHERE images.id IN (SELECT image FROM collection);
    """,
    """
    ALTER TABLE images ADD COLUMN perceptual_hash INTEGER;  -- its 64 bits, as a signed number
    """,
    """
    ALTER TABLE images ADD COLUMN stored_image TEXT;        -- SHA-256 of the copy in the store
    ALTER TABLE images ADD COLUMN stored_thumbnail TEXT;
    ALTER TABLE images ADD COLUMN stored_original TEXT;     -- null where it is not kept
    ALTER TABLE addresses ADD COLUMN way TEXT NOT NULL DEFAULT '';  -- to a copy elsewhere
    """,
    """
    CREATE TABLE calls (                -- that cost money
        id INTEGER PRIMARY KEY,
        backend INTEGER NOT NULL REFERENCES backends(id),
        images INTEGER NOT NULL,
        units INTEGER NOT NULL,         -- that may be billed
        dollars REAL NOT NULL,          -- what they cost
        begun_at TEXT NOT NULL,         -- written before the call is made
        ended_at TEXT,
        seconds REAL,                   -- from the last try to its answer
        billed TEXT CHECK (billed IN ('yes', 'no', 'unknown'))
    );
    CREATE INDEX calls_by_backend ON calls(backend);
    CREATE TABLE copied_answers (       -- of images too alike to be asked about twice
        backend INTEGER NOT NULL,
        image INTEGER NOT NULL,
        original INTEGER NOT NULL REFERENCES images(id),
        PRIMARY KEY (backend, image),
        FOREIGN KEY (backend, image) REFERENCES answers(backend, image) ON DELETE CASCADE
    ) WITHOUT ROWID;
    """,
    """
    DROP TABLE annotations;             -- nothing has ever written to it
    CREATE TABLE annotations (
        number INTEGER PRIMARY KEY,     -- rises with every new one
        id TEXT NOT NULL UNIQUE,        -- a UUID, made where it was drawn
        map TEXT NOT NULL REFERENCES maps(name),
        content TEXT NOT NULL,          -- JSON; null where it was removed
        revision INTEGER NOT NULL UNIQUE,   -- rises with every change of any of them
        changed_at TEXT NOT NULL
    );
    """,
    """
    ALTER TABLE addresses ADD COLUMN refused_by TEXT NOT NULL DEFAULT '';
                                    -- the setting that stood against it, and how it was set
    ALTER TABLE addresses ADD COLUMN placeholder TEXT NOT NULL DEFAULT '';
                                    -- whether its picture stands for one that is gone
    UPDATE addresses SET refused_by = 'allow_private=False' WHERE status = 'refused' AND (
        reason LIKE '%is not a public address' OR reason LIKE '%a host without a public address'
    );
    UPDATE addresses SET refused_by = 'max_bytes=' ||
        replace(replace(replace(reason, 'larger than ', ''), ' bytes', ''), ',', '')
        WHERE status = 'refused' AND reason LIKE 'larger than % bytes';
    UPDATE addresses SET refused_by = 'max_pixels=' ||
        replace(replace(replace(reason, 'more than ', ''), ' pixels', ''), ',', '')
        WHERE status = 'refused' AND reason LIKE 'more than % pixels';
    """,
    """
    CREATE INDEX answers_by_image ON answers(image);
    CREATE INDEX copied_answers_by_original ON copied_answers(original);
    ALTER TABLE sources ADD COLUMN content TEXT;        -- digest of the records wherever they are
    CREATE TABLE unswept (              -- by a removal that has not ended yet
        item TEXT PRIMARY KEY           -- id of an image, 'catalog' or 'written'
    ) WITHOUT ROWID;
    CREATE TABLE refused (              -- what was removed and may not come back
        hash TEXT PRIMARY KEY           -- of an image's id, or of an address
    ) WITHOUT ROWID;
    CREATE TABLE given_names (          -- names of clusters, as they were last read from a file
        path TEXT PRIMARY KEY,
        names TEXT NOT NULL             -- JSON
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE signatures (           -- by which copies of a picture are recognised
        image INTEGER PRIMARY KEY REFERENCES images(id) ON DELETE CASCADE,
        narrow INTEGER,                 -- hashes, each as a signed number; null without structure
        narrower INTEGER,
        inner INTEGER,
        sketch BLOB NOT NULL            -- zlib-compressed
    );
    CREATE TABLE groupings (            -- found once: of the same images they are the same
        level TEXT PRIMARY KEY,
        digest TEXT NOT NULL,           -- of the images in their order
        leaders BLOB NOT NULL           -- of each the place of its leader, int32, zlib-compressed
    ) WITHOUT ROWID;
    UPDATE maps SET settings = json_set(settings, '$."map.duplicates"', 'hash')
        WHERE json_extract(settings, '$."map.duplicates"') = 'join';
                                        -- these were joined by their hashes alone, and stay so
    """,
    """
    UPDATE maps SET settings = (        -- options of plugins were called plugin.NAME.option
        SELECT json_group_object(
            CASE
                WHEN key NOT LIKE 'plugin.%' THEN key
                WHEN instr(key, 'plugin.' || json_extract(settings, '$."map.builder"') || '.') = 1
                THEN 'builder.' || substr(key, 8)
                ELSE 'layout.' || substr(key, 8)
            END,
            CASE type WHEN 'true' THEN json('true') WHEN 'false' THEN json('false') ELSE value END
        ) FROM json_each(settings)
    );
    """,
    """
    ALTER TABLE maps ADD COLUMN making TEXT;    -- JSON; null of a map made before it was kept
    """,
    """
    ALTER TABLE signatures ADD COLUMN method INTEGER NOT NULL DEFAULT 1;
                                        -- by which it was made: 1 knew no hashes but the first
    ALTER TABLE signatures ADD COLUMN whole INTEGER;    -- steady hashes
    ALTER TABLE signatures ADD COLUMN within INTEGER;
    ALTER TABLE signatures ADD COLUMN upper_left INTEGER;
    ALTER TABLE signatures ADD COLUMN upper_right INTEGER;
    ALTER TABLE signatures ADD COLUMN lower_left INTEGER;
    ALTER TABLE signatures ADD COLUMN lower_right INTEGER;
    """,
    """
    CREATE TABLE pages (                -- of sources that are still being read
        number INTEGER PRIMARY KEY,
        source TEXT NOT NULL,           -- its location
        reading TEXT NOT NULL,          -- by which plugin, its version, its options: JSON
        token TEXT NOT NULL,            -- where the next page begins
        told TEXT NOT NULL,             -- what the plugin says of all pages so far: JSON
        records BLOB NOT NULL,          -- Arrow IPC
        kept_at TEXT NOT NULL
    );
    CREATE INDEX pages_by_source ON pages(source);
    """,
    """
    UPDATE maps SET settings = (        -- there was one clusterer, whose options were the map's
        SELECT json_group_object(
            CASE
                WHEN key IN ('map.neighbours', 'map.resolution', 'map.sub_resolution')
                THEN 'clusterer.leiden.' || substr(key, 5)
                ELSE key
            END,
            CASE type WHEN 'true' THEN json('true') WHEN 'false' THEN json('false') ELSE value END
        ) FROM json_each(json_insert(settings, '$."map.clusterer"', 'leiden'))
    );
    """,
    """
    CREATE TABLE model_versions (       -- of the models that gave answers, where services tell
        backend INTEGER NOT NULL,
        image INTEGER NOT NULL,
        version TEXT NOT NULL,
        PRIMARY KEY (backend, image),
        FOREIGN KEY (backend, image) REFERENCES answers(backend, image) ON DELETE CASCADE
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE given_changes (        -- of clusters, as they were last read from a file
        path TEXT PRIMARY KEY,
        changes TEXT NOT NULL           -- JSON
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE hidden (               -- images whose pictures are not shown
        image INTEGER PRIMARY KEY REFERENCES images(id) ON DELETE CASCADE,
        hidden_at INTEGER NOT NULL      -- seconds since 1970
    );
    """,
    """
    ALTER TABLE maps ADD COLUMN nodes_file TEXT;    -- null where `nodes` has the table itself
    ALTER TABLE maps ADD COLUMN edges_file TEXT;
    """,
    """
    ALTER TABLE answers ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
                                    -- 1 if its tags, response and embedding are in parts
    CREATE INDEX answers_unsealed ON answers(backend) WHERE NOT sealed;
    CREATE TABLE parts (                -- files of a backend's ranges of images, by kind
        backend INTEGER NOT NULL REFERENCES backends(id),
        first TEXT NOT NULL,            -- id of the first image of the range
        kind TEXT NOT NULL,
        last TEXT NOT NULL,
        images INTEGER NOT NULL,        -- with rows of any kind
        name TEXT NOT NULL,             -- SHA-256 of the file
        rows INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        PRIMARY KEY (backend, first, kind)
    ) WITHOUT ROWID;
    CREATE TABLE stale (                -- images whose rows in parts do not count any more
        backend INTEGER NOT NULL,
        image TEXT NOT NULL,            -- the id; the image itself may be gone
        PRIMARY KEY (backend, image)
    ) WITHOUT ROWID;
    CREATE TRIGGER sealed_answer_gone AFTER DELETE ON answers
    WHEN old.sealed AND EXISTS (SELECT 1 FROM parts WHERE backend = old.backend) BEGIN
        INSERT OR IGNORE INTO stale SELECT old.backend, sha256 FROM images WHERE id = old.image;
    END;
    """,
)
"""Entry i brings a catalog from version i to i + 1; the last entry gives the present version."""


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Check that a catalog that cannot be written has the present schema.

    Raises:
        AtlasTooNew: its version is higher.
        StorageError: it is lower, so that it would have to be changed.
    """
    version = _version(connection, len(MIGRATIONS))
    if version < len(MIGRATIONS):
        raise StorageError(
            f"{path} is of an older tagatlas, and nothing can be written there to bring it up to "
            "date: copy the atlas to a folder that can be written"
        )


def _version(connection: sqlite3.Connection, newest: int) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > newest:
        raise AtlasTooNew(
            f"this atlas has schema version {version}, and this tagatlas knows versions up to "
            f"{newest}: update it with pip install --upgrade tagatlas"
        )
    return version


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring a catalog to the present schema; each step is one transaction.

    Args:
        connection: to the catalog; a new, empty file is version 0.
        migrations: see :data:`MIGRATIONS`.

    Raises:
        AtlasTooNew: the catalog's version is higher than the last migration's.
    """
    version = _version(connection, len(migrations))
    for number, script in enumerate(migrations[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")
