"""The process that reads documents, where Parley is known too."""

from personas.document_process import answer
from personas.formats import registry as document_registry
from personas.question_loop import serve
from playground.engine.platforms import registry
from tests.third_platform.parley import Parley
from tests.third_platform.parley_format import ParleyFormat


def register() -> None:
    registry.register(Parley())
    document_registry.register(ParleyFormat())


def unregister() -> None:
    registry.unregister(Parley.name)
    document_registry.unregister(Parley.name)


if __name__ == "__main__":
    register()
    serve(answer)
