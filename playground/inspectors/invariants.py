"""What always holds of stored inspectors and their requests, each as a function that yields what breaks it."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from personas.invariants import ROWS_AT_ONCE, Invariant
from playground.inspectors.retention import EVERY_S, LEFT_OPEN
from playground.models import InspectedRequest

_GRACE = timedelta(seconds=2 * EVERY_S)


def requests_beyond_their_inspectors_count() -> Iterator[str]:
    beyond = InspectedRequest.objects.filter(number__gt=F("inspector__last_number")).order_by("pk")
    for inspector_id, number in beyond.values_list("inspector_id", "number").iterator():
        yield f"Inspector {inspector_id} has a request {number}, and has counted fewer."


def requests_that_nobody_answers() -> Iterator[str]:
    latest = timezone.now() - LEFT_OPEN - _GRACE
    left = InspectedRequest.objects.filter(ended=InspectedRequest.End.OPEN, arrived_at__lt=latest).order_by(
        "pk"
    )
    for inspector_id, number in left.values_list("inspector_id", "number").iterator():
        yield f"Request {number} of inspector {inspector_id} is not answered, and no process can be at it any more."


def answers_unlike_their_parts() -> Iterator[str]:
    rows = InspectedRequest.objects.order_by("pk").values_list(
        "inspector_id", "number", "answer_parts", "answer_body"
    )
    for inspector_id, number, parts, body in rows.iterator(chunk_size=ROWS_AT_ONCE):
        if sum(size for _, size in parts) != len(body):
            yield f"The parts of the answer to request {number} of inspector {inspector_id} are not all of it."


INVARIANTS = (
    Invariant("Every inspector has counted its requests.", requests_beyond_their_inspectors_count),
    Invariant("No inspected request waits for a process that died.", requests_that_nobody_answers),
    Invariant("The parts of a recorded answer are the whole of it.", answers_unlike_their_parts),
)
