"""Suspensions count how often a process was continued, and give the signal back."""

from __future__ import annotations

import os
import signal
import threading

from freshmark.runs.executors.suspensions import Suspensions


def test_each_time_that_the_process_goes_on_is_counted():
    with Suspensions() as suspensions:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGCONT)
    assert suspensions.count == 3


def test_the_signal_is_given_back():
    before = signal.getsignal(signal.SIGCONT)
    with Suspensions():
        assert signal.getsignal(signal.SIGCONT) != before
    assert signal.getsignal(signal.SIGCONT) == before


def test_outside_of_the_main_thread_nothing_is_counted_and_nothing_fails():
    counts = []

    def elsewhere():
        with Suspensions() as suspensions:
            counts.append(suspensions.count)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert counts == [0]
