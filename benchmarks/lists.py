"""How fast a list of people is read and entered, CPU time first: other work on the machine does not count there.

Run alone with ``python -m benchmarks.lists [ROWS]``. The aims: 5,000 rows read and checked within 5 seconds, 100
participants and 30 speakers a second entered, notices included.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.people import made_up_list
from benchmarks.registrations import SLUG, prepare
from benchmarks.servers import create_database, postgresql
from iurc_events import create_app
from iurc_events.database import db, utc_now
from iurc_events.models.accounts import Role, User
from iurc_events.models.cities import City
from iurc_events.models.delegations import Delegation
from iurc_events.models.events import Event
from iurc_events.models.people_imports import PeopleImport
from iurc_events.services import people_entry, people_imports
from iurc_events.services.people_imports import Sent
from iurc_events.services.sort_keys import latin_name


def _measure(name: str, database_url: str, role: str, rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        prepare(database_url, Path(folder), None)
        app = create_app({"DATABASE_URL": database_url, "INSTANCE_PATH": folder})
        with app.app_context():
            city = db.session.query(City).order_by(City.id).limit(1).one()
            event = db.session.query(Event).filter_by(slug=SLUG).one()
            delegate = User(email="delegate@example.org", name="Made-up Delegate", language="en")
            delegate.roles = [Role(name="delegate", city_id=city.id)]
            delegation = Delegation(event_id=event.id, city_id=city.id, state="opened", invited_at=utc_now())
            db.session.add_all([delegate, delegation])
            db.session.commit()
            latin_name("陈", "甲")  # the tables of sounds are read once in the life of a process
            content = made_up_list(rows)
            clock, cpu = time.perf_counter(), time.process_time()
            sent = Sent(file_name="people.xlsx", content=content, role=role)
            key = people_imports.read_list(actor=delegate, delegation_id=delegation.id, sent=sent).id
            read, read_cpu = time.perf_counter() - clock, time.process_time() - cpu
            people_entry.enter(actor=delegate, import_id=key, choice="all")
            db.session.remove()
            clock, cpu = time.perf_counter(), time.process_time()
            until = clock + timedelta(minutes=30).total_seconds()
            while time.perf_counter() < until:
                people_entry.enter_due()
                db.session.remove()
                people_import = db.session.get_one(PeopleImport, key)
                if people_import.state != "entering":
                    break
            entered, entered_cpu = time.perf_counter() - clock, time.process_time() - cpu
            assert people_import.state == "entered", people_import.failure
            db.session.remove()
            db.engine.dispose()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"  {name:<10} {role:<11} {rows:>5} rows: read and checked {read_cpu:.1f} s CPU ({read:.1f} s); entered "
        f"{rows / entered_cpu:.0f}/s of CPU ({rows / entered:.0f}/s); {memory} MB at most so far"
    )


def main(rows: int = 5_000) -> None:
    """Measure both roles on both databases."""
    print("\nlists of people")
    for role in ("participant", "speaker"):
        with tempfile.TemporaryDirectory() as folder:
            _measure("SQLite", f"sqlite:///{folder}/lists.sqlite3", role, rows)
    with postgresql() as server:
        for role in ("participant", "speaker"):
            _measure("PostgreSQL", create_database(server, f"lists_{role}"), role, rows)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
