"""An executor that hands each job to a Python of its own, as one for a batch system would."""

import json
import subprocess
import sys

from freshmark import JobResult, RunState, hookimpl

RUN = """
import json, sys
from freshmark import Job, Limits, run_job
sent = json.load(sys.stdin)
print(json.dumps(run_job(Job(**sent["job"]), Limits(**sent["limits"])).packed()))
"""


@hookimpl
def register_executors():
    return {"subprocess": Subprocess}


class Subprocess:
    def __init__(self, *, jobs, limits, preload):
        self.limits = limits

    def __enter__(self):
        return self

    def __exit__(self, *failure): ...

    def run(self, jobs, *, started, ended, state):
        for job in jobs:
            if state() != RunState.RUNNING:
                return
            started(job)
            sent = json.dumps({"job": job.packed(), "limits": self.limits.packed()})
            words = [sys.executable, "-c", RUN]
            done = subprocess.run(words, input=sent, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                ended(job, JobResult(**json.loads(done.stdout)))
            else:
                ended(job, JobResult(status="crashed", reason=f"exit {done.returncode}", log=done.stderr))
