"""The history's tables in PostgreSQL, in a schema of their own, made and brought up to date.

On the thread that opens a connection. Two hosts may come at once. What a newer Limber made is left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import StoreError

if TYPE_CHECKING:
    import psycopg

SCHEMA = "limber"
TABLES = (
    *("sessions", "steps", "pains", "scores", "red_flags"),
    *("physician_checks", "condition_checks", "conditions", "journal"),
)

MIGRATIONS = (
    (
        "CREATE SEQUENCE runs",
        """CREATE TABLE sessions (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            routine_id text NOT NULL, started_at text NOT NULL, ended_at text, end_reason text,
            room text NOT NULL, host text NOT NULL, is_shared integer NOT NULL
        )""",
        """CREATE TABLE steps (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            session_id bigint REFERENCES sessions, at text NOT NULL,
            stretch_id text NOT NULL, side text NOT NULL, repetition integer NOT NULL,
            held_seconds double precision NOT NULL, outcome text NOT NULL
        )""",
        """CREATE TABLE pains (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            session_id bigint REFERENCES sessions, at text NOT NULL,
            stretch_id text NOT NULL, phrase text NOT NULL, asked_back_at text
        )""",
        """CREATE TABLE scores (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            session_id bigint REFERENCES sessions, pain_id bigint REFERENCES pains ON DELETE CASCADE,
            at text NOT NULL, moment text NOT NULL CHECK (moment IN ('before', 'during', 'after')),
            score integer NOT NULL CHECK (score BETWEEN 0 AND 10)
        )""",
        """CREATE TABLE red_flags (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            session_id bigint REFERENCES sessions, at text NOT NULL, kind text NOT NULL
        )""",
        """CREATE TABLE physician_checks (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at text NOT NULL, withdrawn_at text
        )""",
        """CREATE TABLE condition_checks (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at text NOT NULL
        )""",
        """CREATE TABLE conditions (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at text NOT NULL, condition text NOT NULL, over_at text
        )""",
        """CREATE TABLE journal (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run bigint NOT NULL,
            session_id bigint REFERENCES sessions, now double precision NOT NULL, event text NOT NULL,
            room text NOT NULL
        )""",
        *(
            f"CREATE INDEX {table}_of_session ON {table} (session_id)"
            for table in ("steps", "pains", "scores", "red_flags", "journal")
        ),
        "CREATE INDEX scores_of_pain ON scores (pain_id)",
        "CREATE INDEX journal_of_run ON journal (run)",
        "CREATE INDEX journal_of_room ON journal (room)",
    ),
)
"""The table `version` counts how many of these a database has had. Append; never edit one that was released.

What the columns mean is told in `history_schema`. The journal keeps the last run of each room alone.
"""


def migrate(raw: psycopg.Connection) -> None:
    """Make the tables, or bring them up to date, wholly or not at all. Raises psycopg.Error, StoreError."""
    raw.execute(f"SET search_path TO {SCHEMA}")
    if _version(raw) == len(MIGRATIONS):
        return
    with raw.transaction():
        raw.execute("SELECT pg_advisory_xact_lock(hashtext('limber'))")  # the second host finds it done
        raw.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        raw.execute("CREATE TABLE IF NOT EXISTS version (migrations integer NOT NULL)")
        version = _version(raw)
        if version > len(MIGRATIONS):
            raise StoreError("history_newer", "it was written by a newer Limber")
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                raw.execute(statement.encode())
        raw.execute("DELETE FROM version")
        raw.execute("INSERT INTO version VALUES (%s)", (len(MIGRATIONS),))


def _version(raw: psycopg.Connection) -> int:
    """How many of the migrations the database has had; 0 for one that is new."""
    found = raw.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.version",)).fetchone()
    if found is None or found[0] is None:
        return 0
    row = raw.execute("SELECT max(migrations) FROM version").fetchone()
    return int(row[0] or 0) if row else 0
