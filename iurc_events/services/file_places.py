"""Where files lie: a folder, or an object store that speaks S3; all that reads or writes stored files goes through it.

A name is a path below the place, such as ``reports/x.pdf``. A file is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from iurc_events.config import settings

#: Where finished documents are kept.
REPORTS: Final = "reports"
_CHUNK: Final = 1 << 20


class PlaceError(OSError):
    """The place does not take or give a file just now; ``strerror`` says why in words without secrets."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that lies there; ``changed_at`` in seconds since 1970."""

    name: str
    changed_at: float


class Place(Protocol):
    """What a folder and an object store can both do; every function may raise :class:`PlaceError`."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all, in place of one that is there."""

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None where it is not there."""

    def chunks(self, name: str) -> Iterator[bytes] | None:
        """Return a file's bytes part by part; None where it is not there."""

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is fine."""

    def entries(self, below: str = "") -> Iterator[Entry]:
        """Yield the whole files, all or those below a folder's name, in the order of their names."""

    def forget_halves(self, before: float, below: str = "") -> int:
        """Delete what was half written before an instant (seconds since 1970), and tell how many."""

    def try_out(self) -> None:
        """Write, read and delete a file, as the doctor does."""


class _TriedOut:
    """How both kinds are tried out."""

    def try_out(self: Place) -> None:
        """Write, read and delete a file."""
        name = f"doctor-{uuid.uuid4()}"
        self.write(name, name.encode())
        try:
            if self.read(name) != name.encode():
                raise PlaceError(0, "what was written is not what is read")
        finally:
            self.delete(name)


@contextlib.contextmanager
def _of_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PlaceError(error.errno or 0, error.strerror or type(error).__name__) from error


class Folder(_TriedOut):
    """A folder of this machine, or one that all machines of an installation share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, data: bytes) -> None:
        """Write beside, then rename: after a power failure the file is there whole or not at all (fault-3)."""
        path = self.root / name
        with _of_disk():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, fresh = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)  # mode 0600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(fresh, path)
                _sync_folder(path.parent)
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(fresh)
                raise

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes."""
        with _of_disk():
            try:
                return (self.root / name).read_bytes()
            except FileNotFoundError:
                return None

    def chunks(self, name: str) -> Iterator[bytes] | None:
        """Return a file's bytes part by part."""
        path = self.root / name
        return _chunks(path) if path.is_file() else None

    def delete(self, name: str) -> None:
        """Delete a file."""
        with _of_disk():
            (self.root / name).unlink(missing_ok=True)

    def entries(self, below: str = "") -> Iterator[Entry]:
        """Yield the whole files."""
        for path in sorted((self.root / below).rglob("*")):
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                if path.is_file() and not path.name.startswith("."):
                    yield Entry(path.relative_to(self.root).as_posix(), path.stat().st_mtime)

    def forget_halves(self, before: float, below: str = "") -> int:
        """Delete what a crash left half written."""
        found = 0
        with _of_disk():
            for path in (self.root / below).rglob(".*.tmp"):
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
                        found += 1
        return found


def _chunks(path: Path) -> Iterator[bytes]:
    with _of_disk(), path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _of_store() -> Iterator[None]:
    from obstore.exceptions import BaseError  # an optional dependency

    try:
        yield
    except PlaceError:
        raise
    except (BaseError, OSError) as error:  # the library has errors of its own and takes some of Python's
        first = str(error).partition("\n")[0].partition("<?xml")[0].strip()
        raise PlaceError(0, first[:300] or type(error).__name__) from error


class ObjectStore(_TriedOut):
    """A bucket, or what lies in it below a prefix; who may use it say the usual ``AWS_…`` variables."""

    def __init__(self, url: str, endpoint: str = "") -> None:
        from obstore.store import S3Store  # an optional dependency

        self._store = S3Store.from_url(
            url,
            client_options={"timeout": "30s", "connect_timeout": "5s", "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=45)},
        )

    def write(self, name: str, data: bytes) -> None:
        """Write in one request, so that there are no halves."""
        import obstore  # an optional dependency

        with _of_store():
            obstore.put(self._store, name, data, use_multipart=False)

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes."""
        import obstore  # an optional dependency

        with _of_store():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except FileNotFoundError:
                return None

    def chunks(self, name: str) -> Iterator[bytes] | None:
        """Return a file's bytes part by part."""
        import obstore  # an optional dependency

        with _of_store():
            try:
                stream = obstore.get(self._store, name).stream(min_chunk_size=_CHUNK)
            except FileNotFoundError:
                return None
        return _from_stream(stream)

    def delete(self, name: str) -> None:
        """Delete a file."""
        import obstore  # an optional dependency

        with _of_store(), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, name)

    def entries(self, below: str = "") -> Iterator[Entry]:
        """Yield the files, as the store lists them: by name."""
        import obstore  # an optional dependency

        with _of_store():
            for batch in obstore.list(self._store, prefix=below or None):
                for each in batch:
                    yield Entry(each["path"], each["last_modified"].timestamp())

    def forget_halves(self, before: float, below: str = "") -> int:
        """Do nothing: an object is there whole or not at all."""
        return 0


def _from_stream(stream: Any) -> Iterator[bytes]:
    with _of_store():
        for chunk in stream:
            yield bytes(chunk)


@lru_cache(maxsize=8)
def _object_store(url: str, endpoint: str, _process: int) -> ObjectStore:
    return ObjectStore(url, endpoint)


def place() -> Place:
    """Return where the files of this installation lie, as ``STORAGE_URL`` says."""
    url = settings().storage_url
    if "://" in url:  # a connection is not shared with a process that was forked
        return _object_store(url, os.environ.get("AWS_ENDPOINT_URL", ""), os.getpid())
    return Folder(Path(url))
