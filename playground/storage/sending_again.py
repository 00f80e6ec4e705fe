"""Sends a callback again because a person asks for it."""

from datetime import datetime

from django.db.models import Q

from playground.models import Callback


def send_again(pk: int, now: datetime) -> bool:
    """Have the callback sent at once, with its whole schedule before it; False while it is being sent.

    Later ones of its conversation don't wait for it.
    """
    is_free = Q(lease_until=None) | Q(lease_until__lt=now)
    changed = Callback.objects.filter(is_free, pk=pk).update(
        state=Callback.State.WAITING,
        attempts=0,
        is_overtaken=True,
        next_at=now,
        lease="",
        lease_until=None,
        closed_at=None,
    )
    return bool(changed)
