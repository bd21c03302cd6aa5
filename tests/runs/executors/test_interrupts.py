"""The first Ctrl-C finishes, the second aborts; afterwards the handlers are restored."""

from __future__ import annotations

import signal
import threading

from freshmark.runs.executors.interrupts import Interrupts
from freshmark.runs.jobs import RunState


def test_a_run_runs_until_a_signal_comes():
    with Interrupts() as interrupts:
        assert (interrupts.state, interrupts.exit_code) == (RunState.RUNNING, 0)


def test_the_first_interrupt_finishes_and_the_second_stops():
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        assert (interrupts.state, interrupts.exit_code) == (RunState.FINISHING, 5)
        signal.raise_signal(signal.SIGINT)
        assert (interrupts.state, interrupts.exit_code) == (RunState.ABORT, 130)


def test_a_request_to_terminate_stops_at_once():
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)
        assert (interrupts.state, interrupts.exit_code) == (RunState.ABORT, 143)


def test_handlers_are_given_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) not in before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_outside_of_the_main_thread_signals_are_left_alone():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def work():
        with Interrupts() as interrupts:
            seen.append((signal.getsignal(signal.SIGINT), interrupts.state))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(before, RunState.RUNNING)]
