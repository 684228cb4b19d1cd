"""Backups: one file with the database of one instant and all stored files, each with its checksum (fault-10).

SQLite is copied by its own backup interface; PostgreSQL is written row by row out of one read-only snapshot. A backup
goes only into an empty place, and a damaged file is refused before anything is changed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final
from uuid import UUID

from alembic import command
from sqlalchemy import JSON, Connection, MetaData, Table, func, inspect, select, text

from iurc_events.database import alembic_config, db, utc_now
from iurc_events.domain.errors import DomainError
from iurc_events.services import job_queue
from iurc_events.services.erasure_ledger import read_ledger
from iurc_events.services.erasure_replay import replay
from iurc_events.services.file_places import place

FORMAT: Final = "iurc-events-backup"
VERSION: Final = 1
_MANIFEST: Final = "manifest.json"
_SQLITE: Final = "database.sqlite3"
_TABLES: Final = "tables/"
_FILES: Final = "files/"
_CHUNK: Final = 1 << 20
_BATCH: Final = 1000


class DamagedBackupError(DomainError):
    """The file is no backup, or not as it was written."""


class NotEmptyError(DomainError):
    """There is something already where the backup should go."""


# --- Writing ----------------------------------------------------------------------------------------------------------


class _Archive:
    """A zip file that notes size and checksum of everything put into it."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self.contents: dict[str, dict[str, Any]] = {}

    def add(self, name: str, chunks: Iterator[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self.zip.open(name, "w", force_zip64=True) as target:
            for chunk in chunks:
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.contents[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def close(self, database: str, revision: str, moment: datetime) -> None:
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": moment.isoformat(timespec="seconds"),
            "database": database,
            "revision": revision,
            "contents": self.contents,
        }
        self.zip.writestr(_MANIFEST, json.dumps(manifest, indent=1))
        self.zip.close()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def back_up(path: Path) -> int:
    """Write a backup file, whole or not at all; return its size in bytes.

    The database comes first: every file that it names was stored before.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        archive = _Archive(fresh)
        moment = utc_now()
        dialect = db.engine.dialect.name
        revision = _add_sqlite(archive, path.parent) if dialect == "sqlite" else _add_tables(archive)
        here = place()
        for entry in here.entries():
            chunks = here.chunks(entry.name)
            if chunks is not None:  # else it was deleted meanwhile
                archive.add(_FILES + entry.name, chunks)
        archive.close(dialect, revision, moment)
        with fresh.open("rb") as file_on_disk:
            os.fsync(file_on_disk.fileno())
        os.chmod(fresh, 0o600)  # it holds everything about everybody
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return path.stat().st_size


def _sqlite_path() -> Path:
    database = db.engine.url.database
    assert database is not None
    return Path(database)


def _add_sqlite(archive: _Archive, folder: Path) -> str:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as scratch:
        copy = Path(scratch) / _SQLITE
        with closing(sqlite3.connect(_sqlite_path())) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("pragma journal_mode=delete")
            revision: str = target.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        archive.add(_SQLITE, _chunks(copy))
    return revision


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, UUID):
        return {"uuid": str(value)}
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode("ascii")}
    return {"json": value} if isinstance(value, dict | list) else value


def _decoded(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kind, content = next(iter(value.items()))
    if kind == "instant":
        return datetime.fromisoformat(content)
    if kind == "uuid":
        return UUID(content)
    return base64.b64decode(content) if kind == "bytes" else content


def _reflected(connection: Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(job_queue.TABLE_PREFIX))
    for table in metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = True  # as in our models: None is SQL's NULL
    return metadata


def _rows(connection: Connection, table: Table) -> Iterator[bytes]:
    # generated columns (the search index) are made anew by the database
    columns = [column for column in table.columns if column.computed is None]
    result = connection.execution_options(yield_per=_BATCH).execute(select(*columns).order_by(*table.primary_key))
    for row in result:
        values = {column.name: _encoded(value) for column, value in zip(columns, row, strict=True)}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _add_tables(archive: _Archive) -> str:
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with db.engine.connect().execution_options(**options) as connection:
        metadata = _reflected(connection)
        for name in sorted(metadata.tables):
            archive.add(f"{_TABLES}{name}.jsonl", _rows(connection, metadata.tables[name]))
        revision: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return revision


# --- Reading ----------------------------------------------------------------------------------------------------------


def restore(path: Path, *, erasures: Path | None = None) -> datetime:
    """Put a backup into an empty place and bring it up to date; return the instant of which it is.

    Whom the ledger of erasures in this place names, or the one given, is erased again.

    Args:
        erasures: A ledger from another place.

    Raises:
        DamagedBackupError: If the file is not as it was written; nothing is changed then.
        NotEmptyError: If database or folder of files hold something already.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _checked(archive)
            dialect = db.engine.dialect.name
            if manifest["database"] != dialect:
                raise DamagedBackupError(
                    "The backup is of %(found)s and this installation uses %(wanted)s",
                    found=manifest["database"],
                    wanted=dialect,
                )
            _require_empty()
            if dialect == "sqlite":
                _put_sqlite(archive)
            else:
                _put_tables(archive, manifest)
            _put_files(archive, manifest)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, EOFError):
            raise DamagedBackupError("The file cannot be read: %(reason)s", reason=str(error)) from error
        raise DamagedBackupError("The file is damaged or is no backup") from error
    db.engine.dispose()
    command.upgrade(_alembic(), "head")
    replay([*read_ledger(), *(read_ledger(erasures) if erasures else [])])
    return datetime.fromisoformat(manifest["made_at"])


def _alembic() -> Any:
    config = alembic_config(db.engine.url.render_as_string(hide_password=False))
    config.attributes["engine"] = db.engine
    return config


def _checked(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest after all contents were compared with it."""
    manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
    if manifest["format"] != FORMAT or manifest["version"] != VERSION:
        raise DamagedBackupError("The file is damaged or is no backup")
    if {name for name in archive.namelist() if name != _MANIFEST} != set(manifest["contents"]):
        raise DamagedBackupError("The file is damaged or is no backup")
    for name, expected in manifest["contents"].items():
        parts = PurePosixPath(name).parts
        if ".." in parts or name.startswith("/"):
            raise DamagedBackupError("The file is damaged or is no backup")
        digest = hashlib.sha256()
        with archive.open(name) as member:
            while chunk := member.read(_CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != expected["sha256"]:
            raise DamagedBackupError("The part %(name)s of the backup is damaged", name=name)
    return manifest


def _require_empty() -> None:
    if next(place().entries(), None) is not None:
        raise NotEmptyError("There are files already; a backup goes only into an empty place")
    if db.engine.dialect.name == "sqlite" and not _sqlite_path().exists():
        return
    with db.engine.connect() as connection:
        metadata = _reflected(connection)
        for name, table in metadata.tables.items():
            # the search index keeps rows of its own; it is empty where the table it follows is
            if name == "alembic_version" or name.startswith("event_search"):
                continue
            if connection.execute(select(func.count()).select_from(table)).scalar_one():
                raise NotEmptyError("The database holds data already; a backup goes only into an empty place")
    db.session.remove()
    db.engine.dispose()


def _copy(source: IO[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.tmp")
    with fresh.open("wb") as file:
        shutil.copyfileobj(source, file, _CHUNK)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


def _put_sqlite(archive: zipfile.ZipFile) -> None:
    target = _sqlite_path()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    with archive.open(_SQLITE) as member:
        _copy(member, target)
    with closing(sqlite3.connect(target)) as connection:
        answer = connection.execute("pragma integrity_check").fetchone()[0]
    if answer != "ok":
        target.unlink()
        raise DamagedBackupError("The file is damaged or is no backup")


def _put_files(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    here = place()
    for name in manifest["contents"]:
        if name.startswith(_FILES):
            here.write(name.removeprefix(_FILES), archive.read(name))


def _put_tables(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Fill the tables in the order of their references; what points at later rows is set in the end."""
    with db.engine.connect() as connection:
        is_bare = not inspect(connection).has_table("alembic_version")
    if is_bare:
        command.upgrade(_alembic(), manifest["revision"])
    with db.engine.begin() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        if found != manifest["revision"]:
            raise NotEmptyError("The database is of another version; restore into one without tables")
        metadata = _reflected(connection)
        later: list[tuple[Table, list[dict[str, Any]]]] = []
        filled: set[str] = set()
        for table in metadata.sorted_tables:
            filled.add(table.name)
            if table.name != "alembic_version":
                later.append((table, _fill(connection, archive, table, filled)))
        for table, rows in later:
            _set_references(connection, table, rows)
        _set_sequences(connection, metadata)


def _fill(connection: Connection, archive: zipfile.ZipFile, table: Table, filled: set[str]) -> list[dict[str, Any]]:
    """Insert the rows of a table; return those with references that must wait, by primary key."""
    waiting = {
        column.name
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == table.name or key.column.table.name not in filled
    }
    later: list[dict[str, Any]] = []
    batch: list[dict[str, Any]] = []
    with archive.open(f"{_TABLES}{table.name}.jsonl") as lines:
        for line in lines:
            row = {name: _decoded(value) for name, value in json.loads(line).items()}
            if references := {name: row[name] for name in waiting if row.get(name) is not None}:
                later.append({**{key.name: row[key.name] for key in table.primary_key}, **references})
                row |= dict.fromkeys(references)
            batch.append(row)
            if len(batch) == _BATCH:
                connection.execute(table.insert(), batch)
                batch = []
    if batch:
        connection.execute(table.insert(), batch)
    return later


def _set_references(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    keys = [key.name for key in table.primary_key]
    for row in rows:
        condition = [table.c[name] == row[name] for name in keys]
        values = {name: value for name, value in row.items() if name not in keys}
        connection.execute(table.update().where(*condition).values(**values))


def _set_sequences(connection: Connection, metadata: MetaData) -> None:
    """Let new rows go on after the restored ones."""
    for table in metadata.tables.values():
        if "id" not in table.columns:
            continue
        sequence = connection.execute(select(func.pg_get_serial_sequence(table.name, "id"))).scalar()
        if sequence:
            last = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, last, False)))


__all__ = ["DamagedBackupError", "NotEmptyError", "back_up", "restore"]
