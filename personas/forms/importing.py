"""The import form: documents as text or as files, each with its own error."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.functional import lazy
from django.views.decorators.debug import sensitive_variables

from personas.formats import Draft, FormatError
from personas.formats.credentials import MOST_SECRETS_AT_ONCE
from personas.formats.files import MAX_BYTES, text_of, too_large
from personas.formats.registry import formats
from personas.formats.rules import printable
from personas.importing import ImportRefusedError, PersonaImport, import_draft
from personas.reading import read_documents
from personas.row_limits import TooManyRowsError

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
    """Stores all given documents, or none if one is invalid."""

    document = forms.CharField(
        label=lazy(_documents, str)(),
        required=False,
        max_length=MAX_PASTE_CHARS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
        help_text="As it stands on the platform's page, in a curl command, a Python dict or a JavaScript object. A key "
        "in it becomes a token secret, usable at the host of the address beside it alone.",
    )
    uploads = FilesField(
        label="Files",
        required=False,
        help_text=f"Several may be chosen. Text in UTF-8, at most {MAX_BYTES // 2**20} MB each.",
    )

    def __init__(self, *args: Any, site_url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site_url = site_url
        self._drafts: list[Draft] = []

    @sensitive_variables()
    def clean_document(self) -> str:
        text = str(self.cleaned_data["document"])
        if text.strip():
            try:
                self._drafts += read_documents(text, site_url=self._site_url)
            except FormatError as error:
                raise ValidationError(str(error)) from None
        return text

    @sensitive_variables()
    def clean_uploads(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["uploads"]
        errors = [error for file in files if (error := self._read(file))]
        if errors:
            raise ValidationError(errors)
        return files

    @sensitive_variables()
    def _read(self, file: UploadedFile) -> str:
        """Add the file's drafts; return its error, or an empty string."""
        try:
            if (file.size or 0) > MAX_BYTES:
                raise too_large()
            self._drafts += read_documents(text_of(file.read()), site_url=self._site_url)
        except FormatError as error:
            return f"{printable(file.name or 'A file')}: {error}"
        return ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self._drafts:
            self.add_error("document", "Paste a document, or choose a file.")
        if sum(len(draft.secrets) for draft in self._drafts) > MOST_SECRETS_AT_ONCE:
            self.add_error(
                None,
                f"The documents hold or name more than {MOST_SECRETS_AT_ONCE} keys and token secrets together: "
                "import fewer at once.",
            )
        return cleaned

    @sensitive_variables()
    def store(self, *, by: User) -> list[PersonaImport]:
        """Store all drafts and return them; on a refusal add an error and return none."""
        try:
            with transaction.atomic():
                return [import_draft(draft, by=by) for draft in self._drafts]
        except (ImportRefusedError, TooManyRowsError) as error:
            self.add_error(None, error.message)
            return []
