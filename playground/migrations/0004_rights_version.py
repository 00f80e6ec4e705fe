"""The version of everyone's rights. Its triggers are made after every migrate; going back drops them first."""

from django.db import migrations, models

from playground.storage.rights_triggers import drop_triggers


def keep(apps, schema_editor):
    """Do nothing."""


def drop(apps, schema_editor):
    """Drop the triggers, which write to the table."""
    drop_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("playground", "0003_indexes_of_the_admin")]

    operations = [
        migrations.CreateModel(
            name="RightsVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=32)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(keep, drop),
    ]
