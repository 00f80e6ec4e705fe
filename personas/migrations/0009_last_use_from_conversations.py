"""Notes when each persona was last used, from the conversations that there are."""

from django.db import migrations
from django.db.models import Max


def note_last_use(apps, _schema_editor):
    Persona = apps.get_model("personas", "Persona")
    last_begun = (
        apps.get_model("playground", "Conversation")
        .objects.exclude(persona_version__persona=None)
        .order_by()
        .values_list("persona_version__persona")
        .annotate(Max("created_at"))
    )
    for persona_id, begun_at in list(last_begun):
        Persona.objects.filter(pk=persona_id).update(last_used_at=begun_at)


class Migration(migrations.Migration):

    dependencies = [
        ('personas', '0008_trials_archive_and_deletion'),
        ('playground', '0012_inspectors'),
    ]

    operations = [
        migrations.RunPython(note_last_use, migrations.RunPython.noop),
    ]
