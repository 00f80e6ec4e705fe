"""The addresses of personas, filler configs and token secrets."""

from django.urls import include, path

from personas.views import (
    editor,
    exporting,
    filler_preview,
    fillers,
    importing,
    personas,
    preview,
    states,
    text_check,
    token_secret,
    versions,
)

_personas = [
    path("", personas.persona_list, name="list"),
    path("new/", editor.persona_new, name="new"),
    path("import/", importing.persona_import, name="import"),
    path("check-text/", text_check.text_check, name="check-text"),
    path("export/", importing.export_all, name="export-all"),
    path("preview/", preview.preview, name="preview"),
    path("<str:persona_id>/", editor.persona_edit, name="edit"),
    path("<str:persona_id>/delete/", personas.persona_delete, name="delete"),
    path("<str:persona_id>/duplicate/", exporting.persona_duplicate, name="duplicate"),
    path("<str:persona_id>/keep/", states.persona_keep, name="keep"),
    path("<str:persona_id>/archive/", states.persona_archive, name="archive"),
    path("<str:persona_id>/bring-back/", states.persona_bring_back, name="bring-back"),
    path("<str:persona_id>/undo-delete/", states.persona_undo_delete, name="undo-delete"),
    path("<str:persona_id>/export/", exporting.persona_export, name="export"),
    path("<str:persona_id>/export/file/", exporting.persona_download, name="download"),
    path("<str:persona_id>/versions/", versions.version_list, name="versions"),
    path("<str:persona_id>/versions/compare/", versions.version_compare, name="compare"),
    path("<str:persona_id>/versions/<int:number>/restore/", versions.version_restore, name="restore"),
]
_fillers = [
    path("", fillers.filler_list, name="list"),
    path("new/", fillers.filler_new, name="new"),
    path("preview/", filler_preview.filler_preview, name="preview"),
    path("<int:pk>/", fillers.filler_edit, name="edit"),
    path("<int:pk>/delete/", fillers.filler_delete, name="delete"),
]

urlpatterns = [
    path("personas/", include((_personas, "personas"))),
    path("fillers/", include((_fillers, "fillers"))),
    path("token-secrets/<str:name>/", token_secret.token_secret, name="token-secret"),
]
