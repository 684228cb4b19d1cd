"""The queue of background work: huey, in a file beside an SQLite database, in PostgreSQL, or in Redis.

A message names a job by its key and nothing else, and is read as JSON: whoever writes into the queue can at most make
a worker look at a job that stands in the table of jobs. A message that is lost, or comes twice, changes nothing.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.engine import make_url

from iurc_events.config import ConfigurationError, Settings

if TYPE_CHECKING:
    from huey import Huey

logger = logging.getLogger(__name__)

#: Name of the queue; installations that share a Redis take a database each (``redis://host/1``).
_NAME: Final = "iurc-events"
_TASK: Final = "background-job"
#: What the names of the queue's tables in PostgreSQL begin with; backups leave them out.
TABLE_PREFIX: Final = "job_queue"
#: How often the tables of the queue are tried to be made: two processes may begin at once.
_TRIES: Final = 5
_closing = threading.Lock()


class BrokenMessageError(ValueError):
    """Something in the queue is no message of ours; it is left out."""


@dataclass(frozen=True, slots=True)
class JobQueue:
    """A queue whose messages are keys of jobs."""

    huey: Huey
    #: Put the key of a job into the queue.
    put: Callable[[int], object]

    def is_idle(self) -> bool:
        """Tell whether nothing waits in the queue."""
        return int(self.huey.storage.queue_size()) == 0

    def close(self) -> None:
        """Give the connections of this thread back, and the one that threads share."""
        with _closing:  # huey looks and closes in two steps
            self.huey.storage.close()


def _never(_key: int) -> None:
    raise RuntimeError("this process sends jobs and runs none")


def open_queue(config: Settings, run: Callable[[int], None] = _never) -> JobQueue:
    """Return the queue of an installation; ``REDIS_URL`` stands before the database.

    Args:
        run: What a worker does with the key of a job; those who only send need none.

    Raises:
        ConfigurationError: If ``REDIS_URL`` is set and the redis package is missing.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            huey = _make(config)
            break
        except ConfigurationError:
            raise
        except Exception:  # in PostgreSQL two processes found no table, and both made it
            if attempt == _TRIES:
                raise
            time.sleep(0.1 * attempt)

    def background_job(key: int) -> None:
        run(key)

    return JobQueue(huey, huey.task(name=_TASK)(background_job))


def _make(config: Settings) -> Huey:
    # 20 MB that the worker needs, and a server only when somebody asks for a job
    from huey import PostgresHuey, RedisHuey, SqliteHuey
    from huey.exceptions import ConfigurationError as QueueError

    shared: dict[str, Any] = {"results": False, "serializer": _serializer()}
    if config.redis_url:
        try:
            return RedisHuey(_NAME, url=config.redis_url, **shared)
        except QueueError as error:
            raise ConfigurationError("REDIS_URL is set, but the redis package is missing") from error
    url = make_url(config.database_url)
    if url.get_backend_name() == "postgresql":
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey(_NAME, dsn=dsn, table_prefix=TABLE_PREFIX, **shared)
    beside = url.database if url.database and url.database != ":memory:" else config.instance_path / "jobs"
    return SqliteHuey(_NAME, filename=f"{beside}-queue", fsync=True, timeout=15, **shared)


def _serializer() -> Any:
    from huey.registry import Message  # as above
    from huey.serializer import Serializer

    class JsonSerializer(Serializer):  # type: ignore[misc]  # huey publishes no types
        """Writes and reads messages as JSON, where huey's own would run what it reads (sec-4)."""

        def _serialize(self, data: Any) -> bytes:
            return json.dumps({"id": data.id, "task": data.name, "job": data.args[0]}).encode()

        def _deserialize(self, data: bytes) -> Any:
            try:
                found = json.loads(bytes(data))
                key, task, job = found["id"], found["task"], found["job"]
            except (ValueError, TypeError, LookupError):
                raise BrokenMessageError("no message of ours") from None
            if not (isinstance(key, str) and isinstance(task, str) and type(job) is int):
                raise BrokenMessageError("no message of ours")
            return Message(id=key, name=task, args=(job,), kwargs={}, retries=0, retry_delay=0)

    return JsonSerializer()


def send(config: Settings, *keys: int) -> bool:
    """Tell the workers of jobs; tell whether the queue took them. What it did not take, a sweep sends later."""
    try:
        queue = open_queue(config)
        try:
            for key in keys:
                queue.put(key)
        finally:
            queue.close()
    except Exception:
        logger.exception("the queue did not take a job; it is sent again in a moment")
        return False
    return True
