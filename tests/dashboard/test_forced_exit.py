"""A server whose threads don't end leaves all the same. With a process of its own, which it ends."""

import subprocess
import sys

HANGS = """
import threading
from dashboard.forced_exit import end_unless_stopped
stopping = threading.Event()
end_unless_stopped(stopping, 0.05)
threading.Thread(target=threading.Event().wait).start()
stopping.set()
"""
DEADLINE_S = 20.0


def test_a_process_that_does_not_stop_in_time_is_ended_and_says_so() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HANGS], timeout=DEADLINE_S, capture_output=True, check=False
    )
    assert ended.returncode == 1
    assert b"did not stop within 0.05 s" in ended.stderr
