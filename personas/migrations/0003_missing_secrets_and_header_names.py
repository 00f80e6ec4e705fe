"""A header word is a secret's name only where the persona uses that secret: what relied on more says so from now on.

Until now the name of any secret in a header counted. Where one with a value stands there by its name alone, and isn't
the persona's own, the header gets ``{{secret:NAME}}``, in a new version of the persona whose note says so.
"""

import re

from django.db import migrations, models

_WORD = re.compile(r"\{\{secret:([A-Za-z0-9_]+)\}\}|[A-Za-z0-9_]+")
NOTE = "Header names a token secret: {names} is written as a reference to it"


def name_secrets_in_headers(apps, schema_editor):
    Persona = apps.get_model("personas", "Persona")
    PersonaVersion = apps.get_model("personas", "PersonaVersion")
    TokenSecret = apps.get_model("personas", "TokenSecret")
    secrets = set(TokenSecret.objects.exclude(ciphertext="").values_list("name", flat=True))
    for persona in Persona.objects.exclude(headers=[]).select_related("token_secret"):
        own = persona.token_secret.name if persona.token_secret else ""
        headers, names = explicit(persona.headers, secrets - {own})
        newest = PersonaVersion.objects.filter(persona_ref=persona.pk).order_by("-number").first()
        if not names or newest is None:
            continue
        document = {**newest.document, "llm": {**newest.document["llm"], "headers": headers}}
        persona.headers, persona.version = headers, newest.number + 1
        persona.save(update_fields=["headers", "version"])
        PersonaVersion.objects.create(
            persona=persona,
            persona_ref=persona.pk,
            number=persona.version,
            document=document,
            note=NOTE.format(names=", ".join(sorted(names)))[:200],
        )


def explicit(headers, secrets):
    """The headers with ``{{secret:NAME}}`` in place of each bare name of these secrets, and the names."""
    names = set()

    def reference(found):
        if found[1] or found[0] not in secrets:
            return found[0]
        names.add(found[0])
        return f"{{{{secret:{found[0]}}}}}"

    return [[name, _WORD.sub(reference, value)] for name, value in headers], names


class Migration(migrations.Migration):
    dependencies = [("personas", "0002_indexes_of_the_lists")]

    operations = [
        migrations.AddField(
            model_name="persona",
            name="missing_secrets",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.RunPython(name_secrets_in_headers, migrations.RunPython.noop),
    ]
