"""Form fields for what personas hold beyond plain text: JSON, header lines, addresses, token secrets."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from personas.formats.nodes import FormatError
from personas.formats.rules import ValueProblem, header_problems
from personas.formats.tolerant import Source
from personas.models import TokenSecret
from playground.engine.addresses.address import OWN_ENTRY, AddressError, is_placeholder, parse_address
from playground.engine.user_json import UserJsonError, parse_user_json

Rule = Callable[[Any], Iterator[ValueProblem]]

PROBLEMS_SHOWN = 50
"""How many problems of one field's JSON are listed."""


def code_area(rows: int) -> forms.Textarea:
    """Return a text area for code: monospace, no spell checking."""
    return forms.Textarea(
        attrs={"class": "code", "rows": rows, "spellcheck": "false", "autocapitalize": "off"}
    )


class PromptField(forms.CharField):
    """Text as it was typed, with line breaks as ``\\n`` (browsers send ``\\r\\n``)."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")


class UserJsonField(forms.CharField):
    """JSON in a text area. Errors have a line and a column, and the typed text stays in the form.

    ``blank`` is the value of an empty text area, ``shape`` the required type, ``rule`` further checks.
    """

    def __init__(
        self,
        *,
        blank: Any,
        shape: type[dict[str, Any]] | type[list[Any]],
        rule: Rule | None = None,
        rows: int = 4,
        **kwargs: Any,
    ) -> None:
        self.blank = blank
        self.shape = shape
        self.rule = rule
        kwargs.setdefault("widget", code_area(rows))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return "" if value == self.blank else json.dumps(value, indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value)).replace("\r\n", "\n")
        if not text:
            return copy.deepcopy(self.blank)
        try:
            value_read = parse_user_json(text)
        except UserJsonError as error:
            raise ValidationError(error.message, code="json") from None
        if not isinstance(value_read, self.shape):
            shape = "an object: { … }" if self.shape is dict else "a list: [ … ]"
            raise ValidationError(f"This is JSON, but not {shape}.", code="shape")
        if self.rule is not None:
            problems = list(self.rule(value_read))
            if problems:
                raise ValidationError(_sentences(text, problems), code="rule")
        return value_read

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (self.blank if initial is None else initial))
        except ValidationError:
            return True


def _sentences(text: str, problems: Sequence[ValueProblem]) -> list[str]:
    """Return the first `PROBLEMS_SHOWN` problems, with lines and columns, and how many others there are."""
    shown, others = problems[:PROBLEMS_SHOWN], len(problems[PROBLEMS_SHOWN:])
    source = Source(text)
    try:
        node, _ = source.read()
        sentences = [str(source.error(problem.message, node.offset_of(problem.path))) for problem in shown]
    except FormatError:
        sentences = [problem.message for problem in shown]
    return [*sentences, f"{others} more problems are not listed."] if others else sentences


class HeaderLinesField(forms.CharField):
    """Headers, one ``Name: value`` a line. The value is a list of ``[name, value]``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=code_area(3), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(f"{name}: {text}" for name, text in value or ())

    def to_python(self, value: Any) -> list[list[str]]:  # type: ignore[override] # the stubs know texts alone
        headers: list[list[str]] = []
        for number, line in enumerate(str(super().to_python(value)).splitlines(), start=1):
            if not line.strip():
                continue
            name, colon, text = line.partition(":")
            if not colon:
                raise ValidationError(f"Line {number}: write Name: value, with a colon between them.")
            headers.append([name.strip(), text.strip()])
        problems = [problem.message for problem in header_problems([(name, text) for name, text in headers])]
        if problems:
            raise ValidationError(problems)
        return headers

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != [list(header) for header in initial or ()])
        except ValidationError:
            return True


class PhrasesField(forms.CharField):
    """A list of texts, one a line. Empty lines are ignored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 6}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "\n".join(value or ())

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override] # the stubs know texts alone
        lines = str(super().to_python(value)).splitlines()
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class AddressField(forms.CharField):
    """A valid address or a document's placeholder."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"class": "code", "inputmode": "url", "spellcheck": "false"})
        )
        super().__init__(required=False, max_length=2_000, **kwargs)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        if is_placeholder(text):
            return text
        try:
            parse_address(text)
        except AddressError as error:
            raise ValidationError(error.message, code="address") from None
        return text


class SecretField(forms.ModelChoiceField):
    """One of the stored token secrets, shown with its hosts and whether it has a value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(TokenSecret.objects.all(), required=False, empty_label="No token secret", **kwargs)

    def label_from_instance(self, obj: TokenSecret) -> str:
        hosts = ["this app" if entry == OWN_ENTRY else str(entry) for entry in obj.allowed_hosts]
        where = ", ".join(hosts) if hosts else "no allowed hosts"
        return f"{obj.name} ({where}{'' if obj.ciphertext else '; value missing'})"
