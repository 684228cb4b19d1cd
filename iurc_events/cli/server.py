"""Commands that run the product: the server, the worker, and both with the demo programme."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

import click
from sqlalchemy import text

from iurc_events import jobs
from iurc_events.cli.running import Refused, load_app, with_app
from iurc_events.config import ConfigurationError, Settings, read_settings
from iurc_events.database import db, upgrade_database
from iurc_events.services.demo import ACCOUNTS, read_demo_passwords, seed_demo
from iurc_events.services.diagnosis import examine_feed_addresses

#: How many ports `demo` tries when the wanted one is taken.
PORTS_TRIED = 50


def _require_ready() -> Settings:
    """Return the settings of an installation whose database is there and up to date."""
    app = load_app()
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        db.session.execute(text("SELECT version_num FROM alembic_version"))
        found = examine_feed_addresses(settings)
        if found.verdict != "ok":
            click.echo(f"warning: {found.subject}: {found.words}", err=True)
        db.session.remove()
        db.engine.dispose()
    return settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=16, show_default=True, type=click.IntRange(1, 64), help="Threads of each process.")
@click.option("--quiet", is_flag=True, help="No access log.")
@with_app
def serve(host: str, port: int, workers: int, threads: int, quiet: bool) -> None:
    """Run the production server."""

    from iurc_events import serving  # gunicorn: only this command needs it

    _require_ready()
    serving.Server(
        {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "threads": threads,
            "worker_class": serving.LaneWorker,
            "preload_app": False,
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 5,
            "max_requests": 250_000,  # most are calendars that have not changed
            "max_requests_jitter": 25_000,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108  (heartbeats in memory)
            "logger_class": serving.RedactingLogger,
            "accesslog": None if quiet else "-",
            "access_log_format": serving.ACCESS_LOG,
            "errorlog": "-",
            "loglevel": "warning" if quiet else "info",
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # the application decides whom it trusts: TRUSTED_PROXIES
        }
    ).run()


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@click.option(
    "--threads", default=jobs.THREADS, show_default=True, type=click.IntRange(1, 4), help="Background jobs at a time."
)
@with_app
def worker(once: bool, threads: int) -> None:
    """Send mail, make documents and run timed jobs; run as many as you like."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if once:
        if not jobs.run_once():
            raise Refused("A job failed, see above.")
        return
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    jobs.run_until(stop, threads=threads)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or the next free one, and say so.

    Raises:
        Refused: If none of the next ports is free.
    """
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if _is_free(host, port):
            if port != wanted:
                click.echo(f"Port {wanted} is taken, so this is port {port}.")
            return port
    raise Refused(f"Port {wanted} and the next {PORTS_TRIED - 1} are taken: set PORT to a free one.")


def _print_accounts(settings: Settings) -> None:
    passwords = read_demo_passwords(settings.instance_path)
    click.echo("\nSign in as:")
    for account in ACCOUNTS:
        if password := passwords.get(account.email):
            click.echo(f"  {account.role:<14} {account.email:<32} {password}")


@click.command(hidden=True)
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(host: str, port: int) -> None:
    """Set up the demo programme on the first start, then run server and worker until Ctrl-C."""
    port = _free_port(host, port)
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104  (compared only)
    environment = {**os.environ, "BASE_URL": os.environ.get("BASE_URL") or address}
    os.environ["BASE_URL"] = environment["BASE_URL"]
    try:
        settings = read_settings()
    except ConfigurationError as error:
        raise Refused(str(error)) from error
    _prepare(settings)
    click.echo(f"\nIURC Events is at {environment['BASE_URL']}/")
    _print_accounts(settings)
    if settings.smtp_url is None:
        click.echo("\nMail is kept and can be read by the administrator under “Outbox”. Ctrl-C ends.\n")
    command = [sys.executable, "-m", "iurc_events"]
    _run_together(
        [[*command, "serve", "--host", host, "--port", str(port), "--quiet"], [*command, "worker"]], environment
    )


@with_app
def _prepare(settings: Settings) -> None:
    upgrade_database()
    if not read_demo_passwords(settings.instance_path):
        click.echo("First start: loading the demo programme …")
        seed_demo()
    db.session.remove()
    db.engine.dispose()


def _run_together(commands: list[list[str]], environment: dict[str, str]) -> None:
    """Run commands until one ends or we are told to; then end all of them."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _signal, _frame: stop.set())
    children = [
        subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603  (our own command)
        for command in commands
    ]
    try:
        while not stop.is_set() and all(child.poll() is None for child in children):
            time.sleep(0.2)
    finally:
        failed = [child for child in children if child.poll() not in (None, 0)]
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        for child in children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
    if failed and not stop.is_set():
        raise Refused("The server or the worker ended by itself, see above.")


COMMANDS = (serve, worker, demo)
