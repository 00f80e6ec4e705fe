"""The import form: documents as text or as files, each with its own error."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.views.decorators.debug import sensitive_variables

from personas.formats import ConversationDraft, FormatError
from personas.formats.credentials import MOST_SECRETS_AT_ONCE
from personas.formats.files import MAX_BYTES, too_large
from personas.formats.registry import formats
from personas.formats.rules import printable
from personas.import_sources import (
    ImportSource,
    SourceImport,
    SourceRefusedError,
    preview_sources,
    read_source,
    read_text,
    store_sources,
)

MAX_PASTE_CHARS = 200_000
MAX_FILES = 20


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. The value is a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MAX_FILES:
            raise ValidationError(f"At most {MAX_FILES} files can be read at once.")
        return [super(FilesField, self).clean(file, initial) for file in files]


def _documents() -> str:
    return ", or ".join(known.pasted.imported for known in formats())


class ImportForm(forms.Form):
    """Reads all given documents and archives, and stores all of them or none."""

    document = forms.CharField(
        label=lazy(_documents, str)(),
        required=False,
        max_length=MAX_PASTE_CHARS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
        help_text="As it stands on the platform's page, in a curl command, a Python dict or a JavaScript object; or "
        "the JSON of a conversation, whose options are filled in. A key in it becomes a token secret, usable at the "
        "host of the address beside it alone.",
    )
    uploads = FilesField(
        label="Files",
        required=False,
        help_text=f"Several may be chosen: documents as above, text in UTF-8, at most {MAX_BYTES // 2**20} MB each; or "
        "an archive of personas.",
    )

    def __init__(self, *args: Any, site_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site_url = site_url
        self.sources: list[ImportSource] = []

    @property
    def conversation(self) -> ConversationDraft | None:
        """The conversation among the sources."""
        return next((source.conversation for source in self.sources if source.conversation), None)

    @sensitive_variables()
    def clean_document(self) -> str:
        text = str(self.cleaned_data["document"])
        if text.strip():
            try:
                self.sources.append(read_text("", text, site_url=self._site_url))
            except FormatError as error:
                raise ValidationError(str(error)) from None
        return text

    @sensitive_variables()
    def clean_uploads(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["uploads"]
        reasons = [reason for file in files for reason in self._read(file)]
        if reasons:
            raise ValidationError(reasons)
        return files

    @sensitive_variables()
    def _read(self, file: UploadedFile) -> tuple[str, ...]:
        """Add the file's source; return why it is refused, or nothing."""
        name = file.name or "A file"
        try:
            if (file.size or 0) > MAX_BYTES:
                return (f"{printable(name)}: {too_large()}",)
            self.sources.append(read_source(name, file.read(), site_url=self._site_url))
        except SourceRefusedError as refused:
            return refused.reasons
        return ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.sources:
            self.add_error("document", "Paste a document, or choose a file.")
        if self.errors and self.sources:
            count = len(self.sources)
            self.add_error(None, f"Nothing is stored, {count} that could be read included: give all again.")
        if sum(source.conversation is not None for source in self.sources) > 1:
            self.add_error(None, "Give one conversation at a time: its options fill in one form.")
        if (
            sum(len(draft.secrets) for source in self.sources for draft in source.drafts)
            > MOST_SECRETS_AT_ONCE
        ):
            self.add_error(
                None,
                f"The documents hold or name more than {MOST_SECRETS_AT_ONCE} keys and token secrets together: "
                "import fewer at once.",
            )
        return cleaned

    def store(self, *, by: User) -> list[SourceImport]:
        """Store all sources; on a refusal add its reasons as errors and return nothing."""
        return self._import(partial(store_sources, by=by))

    def preview(self, *, by: User) -> list[SourceImport]:
        """Return what `store` would, and store nothing."""
        return self._import(partial(preview_sources, by=by))

    @sensitive_variables()
    def _import(
        self, import_sources: Callable[[Sequence[ImportSource]], list[SourceImport]]
    ) -> list[SourceImport]:
        try:
            return import_sources(self.sources)
        except SourceRefusedError as refused:
            for reason in refused.reasons:
                self.add_error(None, reason)
            return []
