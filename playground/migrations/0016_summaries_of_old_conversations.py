"""Summarises the conversations that began before there were summaries, in batches.

Each batch is a transaction of its own, so that SQLite's file isn't locked for long; begun again, it goes on where it
was stopped.
"""

from dataclasses import fields
from datetime import timedelta
from itertools import groupby
from operator import attrgetter, itemgetter

from django.db import migrations, transaction
from django.utils import timezone

from playground.engine.call_summary import SUMMED, summed
from playground.engine.wait_numbers import TURN_FIELDS, WaitNumbers, wait_of, waits_in
from playground.engine.drawn_turn import drawn_turn
from playground.engine.slot_counts import changed, counts_of, slot_of
from playground.engine.persona_document import platform_of

CONVERSATIONS_AT_ONCE = 200
OF_CONVERSATION = ("owner_id", "persona_version_id", "stand_in", "properties", "created_at")
COUNTED = timedelta(days=15)
"""What is older is on no home page."""
_NUMBERS = [each.name for each in fields(WaitNumbers)]


def summarise(apps, _schema_editor):
    Conversation = apps.get_model("playground", "Conversation")
    last = ""
    while True:
        lacking = Conversation.objects.filter(summary=None, pk__gt=last)
        rows = lacking.order_by("pk").only(*OF_CONVERSATION)
        batch = list(rows[:CONVERSATIONS_AT_ONCE])
        if not batch:
            break
        last = batch[-1].pk
        with transaction.atomic():
            _summarise(apps, batch)


def _summarise(apps, conversations):
    slots = {}
    Version = apps.get_model("personas", "PersonaVersion")
    versions = Version.objects.in_bulk({each.persona_version_id for each in conversations})
    for each in conversations:
        each.persona_version = versions[each.persona_version_id]
    Turn = apps.get_model("playground", "Turn")
    turns = Turn.objects.filter(conversation__in=conversations).order_by("conversation_id", "position")
    rows = turns.values("conversation_id", *TURN_FIELDS).iterator()
    by_conversation = {key: waits_in(each) for key, each in groupby(rows, key=itemgetter("conversation_id"))}
    CallersWait = apps.get_model("playground", "CallersWait")
    Summary = apps.get_model("playground", "ConversationSummary")
    DrawnWait = apps.get_model("playground", "DrawnWait")
    waits, summaries, drawn = [], [], []
    for conversation in conversations:
        of_it = by_conversation.get(conversation.pk, [])
        stored = [_wait(CallersWait, conversation, wait_of(each), slots) for each in of_it]
        waits += stored
        summaries.append(_summary(Summary, conversation, stored, of_it))
        if of_it:
            shapes = [drawn_turn(turn) for turn in of_it[-1]]
            drawn.append(DrawnWait(conversation=conversation, turns=shapes))
    CallersWait.objects.bulk_create(waits, batch_size=500)
    Summary.objects.bulk_create(summaries, batch_size=500)
    DrawnWait.objects.bulk_create(drawn, batch_size=500)
    _add_to_slots(apps.get_model("playground", "PersonaCounts"), slots)


def _add_to_slots(PersonaCounts, slots):
    owners, personas, times = (set(part) for part in zip(*slots)) if slots else ([], [], [])
    rows = PersonaCounts.objects.filter(owner__in=owners, persona_ref__in=personas, slot__in=times)
    stored = {(row.owner_id, row.persona_ref, row.slot): row for row in rows}
    updated, added = [], []
    for (owner_id, persona_ref, slot), counts in slots.items():
        row = stored.get((owner_id, persona_ref, slot))
        if row is None:
            added.append(PersonaCounts(owner_id=owner_id, persona_ref=persona_ref, slot=slot, counts=counts))
        else:
            row.counts = changed(row.counts, added=counts, removed={})
            updated.append(row)
    PersonaCounts.objects.bulk_create(added, batch_size=500)
    PersonaCounts.objects.bulk_update(updated, ["counts"], batch_size=200)


def _wait(CallersWait, conversation, numbers, slots):
    counted = dict(
        counts_of(numbers, is_stand_in=conversation.stand_in, properties=conversation.properties)
    )
    if counted and numbers.began_at > timezone.now() - COUNTED:
        slot = slot_of(numbers.began_at)
        key = (conversation.owner_id, conversation.persona_version.persona_ref, slot)
        slots[key] = changed(slots.get(key, {}), added=counted, removed={})
    values = {name: getattr(numbers, name) for name in _NUMBERS}
    return CallersWait(
        conversation=conversation, owner_id=conversation.owner_id, counted=counted, **values
    )


def _summary(Summary, conversation, waits, turns):
    version = conversation.persona_version
    return Summary(
        conversation=conversation,
        owner_id=conversation.owner_id,
        persona_ref=version.persona_ref,
        persona_version=version,
        platform=platform_of(version.document).name,
        created_at=conversation.created_at,
        last_turn_at=turns[-1][-1].row["created_at"] if turns else None,
        **summed([attrgetter(*SUMMED)(wait) for wait in waits]),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('playground', '0015_callers_waits_and_summaries'),
        ('personas', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(summarise, migrations.RunPython.noop),
    ]
