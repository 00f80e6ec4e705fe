"""Notes the versions of conversations that a saved mock has brought from one version to the next."""

from django.db import migrations
from django.db.models import F


def note_versions(apps, _schema_editor):
    """A mock brought a conversation on only from the newest version, so a turn had the newest one of its time."""
    Conversation = apps.get_model("playground", "Conversation")
    UsedVersion = apps.get_model("playground", "UsedVersion")
    went_on = Conversation.objects.filter(created_at__lt=F("persona_version__created_at"))
    rows = went_on.values_list(
        "pk", "created_at", "persona_version__persona_ref", "persona_version__number"
    )
    for conversation_id, created_at, persona_ref, number in list(rows):
        by_position = _versions_by_position(apps, conversation_id, created_at, persona_ref, number)
        UsedVersion.objects.bulk_create(
            UsedVersion(conversation_id=conversation_id, persona_version_id=version_id, position=position)
            for position, version_id in by_position.items()
        )


def _versions_by_position(apps, conversation_id, created_at, persona_ref, number):
    turns = apps.get_model("playground", "Turn").objects.filter(conversation=conversation_id)
    begun = list(turns.order_by("position").values_list("created_at", flat=True))
    versions = apps.get_model("personas", "PersonaVersion").objects.filter(
        persona_ref=persona_ref, number__lte=number
    )
    by_position = {}
    for version_id, saved_at in versions.order_by("number").values_list("pk", "created_at"):
        if saved_at <= created_at:
            by_position = {0: version_id}
        else:
            by_position[sum(each < saved_at for each in begun)] = version_id
    return by_position


class Migration(migrations.Migration):

    dependencies = [
        ('playground', '0009_used_versions'),
    ]

    operations = [
        migrations.RunPython(note_versions, migrations.RunPython.noop),
    ]
