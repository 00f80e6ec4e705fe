"""What is wrong with a document that is being typed, and where, for its text face."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from personas.error_reports import takes_secrets
from personas.formats import FormatError
from personas.forms.text_face import TextRefusedError, refuse_length
from personas.reading import read_document
from personas.views.access import permitted


@takes_secrets("text")
@require_POST
def text_check(request: HttpRequest) -> JsonResponse:
    """Answer ``{"problems": [{"line", "column", "message"}]}`` without storing anything; none for a readable text."""
    permitted(request, "personas.view_persona")
    text = request.POST.get("text", "")
    try:
        refuse_length(text)
        read_document(text)
    except TextRefusedError as refused:
        return _answer(0, 0, refused.messages[0])
    except FormatError as error:
        return _answer(error.line, error.column, str(error))
    return JsonResponse({"problems": []})


def _answer(line: int, column: int, message: str) -> JsonResponse:
    return JsonResponse({"problems": [{"line": line, "column": column, "message": message}]})
