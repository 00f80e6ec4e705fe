"""Writes all personas into one archive: the same bytes for the same personas."""

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from personas.archives import layout
from personas.documents import document_of, filler_document
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from personas.secret_usage import SECRET_FIELDS

FILENAME = "greenroom-personas.zip"
_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can hold."""
_UNIX = 3
_READABLE_FILE = 0o100644 << 16


@transaction.atomic
def archive_bytes(secrets: QuerySet[TokenSecret]) -> bytes:
    """Return the archive of all personas and filler configs, with the names and allowed hosts of these secrets."""
    files = dict(_files(secrets))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _TIME)
            info.create_system = _UNIX
            info.external_attr = _READABLE_FILE
            archive.writestr(info, files[name], zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _files(secrets: QuerySet[TokenSecret]) -> Iterator[tuple[str, str]]:
    yield layout.MANIFEST, _json({"format": layout.FORMAT, "version": layout.FORMAT_VERSION})
    yield layout.SECRETS, _json(list(secrets.order_by("name").values("name", "allowed_hosts")))
    yield (
        layout.FILLERS,
        _json([filler_document(config) for config in FillerConfig.objects.order_by("name_key")]),
    )
    newest = PersonaVersion.objects.filter(persona_ref=OuterRef("pk")).order_by("-number")
    personas = Persona.objects.select_related("filler_config", *SECRET_FIELDS)
    for persona in personas.annotate(note=Subquery(newest.values("note")[:1])).order_by("pk"):
        content = {
            "persona_id": persona.pk,
            "note": persona.note or "",
            "is_trial": persona.is_trial,
            "is_archived": persona.archived_at is not None,
            "document": document_of(persona),
        }
        yield f"{layout.FOLDER}{_slug(persona.persona_name)}-{persona.pk}.json", _json(content)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or "persona"
