"""What workers do: jobs by the clock, and jobs that people asked for."""

from __future__ import annotations

from iurc_events.jobs.timed import JOBS, PAUSE, Job, run_job, run_turn
from iurc_events.jobs.worker import THREADS, run_once, run_until

__all__ = ["JOBS", "PAUSE", "THREADS", "Job", "run_job", "run_once", "run_turn", "run_until"]
