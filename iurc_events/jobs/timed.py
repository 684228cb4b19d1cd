"""What workers run by the clock: mail every two seconds, tidying every hour.

Time is cut into turns, multiples of a job's interval since 1970. Whoever writes the row of a turn first runs the job,
however many workers there are; a turn whose worker died is made good by the next one. What runs more often than once a
minute has no rows: every worker does it, and the job itself takes care that nothing is done twice. All jobs are safe
to run in several workers at once, and after a crash at any moment. One that fails is written into the log and the row,
and tried again at its next turn: the database or the mail server may be away for a while (fault-4, fault-5).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from iurc_events.database import db, utc_now
from iurc_events.services import (
    accounts,
    attempts,
    background_jobs,
    deadline_reminders,
    digests,
    erasure_traces,
    feed_use,
    mailing_sending,
    meeting_invitations,
    outbox,
    own_addresses,
    participant_persons,
    people_entry,
    people_imports,
    person_keys,
    privacy_requests,
    retention,
    speaker_reminders,
    standard_letters,
    storage,
    timed_runs,
    zone_rules,
)

logger = logging.getLogger(__name__)

#: How long a worker sleeps when nothing is due.
PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again."""

    name: str
    every: timedelta
    run: Callable[[], object]

    @property
    def has_turns(self) -> bool:
        """Whether one worker alone runs it at a time."""
        return self.every >= timedelta(minutes=1)


JOBS: Final[tuple[Job, ...]] = (
    Job("mail", timedelta(seconds=PAUSE), outbox.deliver_due),
    Job("invitations by mail", timedelta(seconds=10), meeting_invitations.reconcile),
    Job("letters to many", timedelta(seconds=PAUSE), mailing_sending.send_due),
    Job("standard letters", timedelta(minutes=5), standard_letters.plan_missing),
    Job("news of programmes", timedelta(hours=1), digests.send_due),
    Job("deadlines of delegations", timedelta(minutes=10), deadline_reminders.remind_due),
    Job("lists of people", timedelta(seconds=PAUSE), people_entry.enter_due),
    Job("rules of time zones", timedelta(hours=1), zone_rules.follow_update),
    Job("use of calendars", timedelta(minutes=1), feed_use.write_down),
    Job("old lists of people", timedelta(hours=1), people_imports.forget_old),
    Job("persons of participants", timedelta(minutes=5), participant_persons.link_due),
    Job("keys of persons", timedelta(hours=1), person_keys.note_missing),
    Job("old links", timedelta(hours=1), accounts.forget_old_tokens),
    Job("old counters", timedelta(hours=1), attempts.forget_old),
    Job("reminders of speakers", timedelta(hours=1), speaker_reminders.remind_due),
    Job("requests on personal data", timedelta(hours=1), privacy_requests.forget_old),
    Job("changes of addresses", timedelta(hours=1), own_addresses.forget_old),
    Job("names kept long enough", timedelta(hours=1), retention.erase_due),
    Job("traces of the erased", timedelta(hours=1), erasure_traces.finish),
    Job("results of background work", timedelta(hours=1), background_jobs.forget_old),
    Job("old turns", timedelta(hours=1), timed_runs.forget_old),
    Job("files of nobody", timedelta(hours=1), storage.forget_unnamed),
)


def run_job(job: Job) -> bool:
    """Run a job; tell whether it came to its end."""
    return _run(job) is None


def _run(job: Job) -> str | None:
    """Run a job; return why it failed, None where it did not."""
    try:
        job.run()
    except Exception as error:
        logger.exception("job %s failed", job.name)
        return type(error).__name__
    finally:
        db.session.remove()
    return None


def run_turn(
    job: Job, known: dict[str, datetime] | None = None, *, clock: Callable[[], datetime] = utc_now
) -> bool | None:
    """Run a job if its turn is still nobody's; tell whether it came to its end, None where it was not run.

    Args:
        known: The last turn of each job of which this process knows that it is somebody's; kept up by this function.
    """
    if not job.has_turns:
        return run_job(job)
    now = clock()
    turn = timed_runs.turn_of(job.every, now)
    known = {} if known is None else known
    if known.get(job.name) == turn:
        return None
    try:
        is_ours = timed_runs.take(job.name, turn, now)
    except Exception:
        logger.exception("the turn of %s could not be taken", job.name)
        return False
    finally:
        db.session.remove()
    known[job.name] = turn
    if not is_ours:
        return None
    failure = _run(job)
    try:
        timed_runs.note_end(job.name, turn, clock(), failure)
    except Exception:
        logger.exception("the end of %s could not be noted", job.name)
    finally:
        db.session.remove()
    return failure is None
