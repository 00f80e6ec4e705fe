"""The tasks of a page's main thread by their CPU time: how long they take on a busy machine says little about them.

Tasks in which the test itself looks at the page are none of the page's: to find an element among 1,000 turns takes
100 ms.
"""

import json
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from playground.engine.json_types import Json

CATEGORIES = ["toplevel", "__metadata"]
TASK = "ThreadControllerImpl::RunTask"
MESSAGE = "Receive mojo message"
FROM_THE_TEST = "blink.mojom.DevToolsSession"


@contextmanager
def tasks_ms(page: Page) -> Iterator[list[float]]:
    """Yield a list that has, after the block, the CPU time of each task of the page's main thread, in ms."""
    browser = page.context.browser
    assert browser is not None
    tasks: list[float] = []
    browser.start_tracing(page=page, categories=CATEGORIES)
    try:
        yield tasks
    finally:
        events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    of_page = [event for event in events if (event["pid"], event["tid"]) in main]
    looks = sorted(event["ts"] for event in of_page if event["name"] == MESSAGE and _is_from_the_test(event))
    tasks += [
        event["tdur"] / 1000
        for event in of_page
        if event["name"] == TASK and "tdur" in event and not _is_in(event, looks)
    ]


def _is_from_the_test(event: Json) -> bool:
    sent = event.get("args", {}).get("chrome_mojo_event_info", {})
    return bool(sent.get("mojo_interface_tag") == FROM_THE_TEST)


def _is_in(task: Json, moments: list[float]) -> bool:
    """Whether any of the sorted moments is within the task."""
    place = bisect_left(moments, task["ts"])
    return place < len(moments) and moments[place] < task["ts"] + task["dur"]
