"""An inspected request is sent once more, to a persona's endpoint and by its rules."""

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from personas.saving import save_persona
from playground.engine.errors.codes import Code
from playground.inspectors.replay import ReplayedAnswer, ReplayedModel, prepare_replay, replay
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import TEXT
from tests.personas.making import CANARY, make_persona, make_secret

pytestmark = [pytest.mark.usefixtures("loopback_is_open"), pytest.mark.django_db(transaction=True)]

BODY: dict[str, Any] = {"model": "theirs", "n": 2, "messages": [{"role": "user", "content": "Hello"}]}


async def replayed(
    address: str, *, hosts: tuple[str, ...], model: ReplayedModel = ReplayedModel.PERSONAS
) -> ReplayedAnswer:
    def prepared() -> Any:
        secret = make_secret(hosts=hosts)
        persona = make_persona(address=address, model="mine", token_secret=secret)
        save_persona(persona, by=None)
        return prepare_replay(persona, BODY, model)

    return await replay(await sync_to_async(prepared)())


@pytest.mark.parametrize(
    ("model", "sent"), [(ReplayedModel.PERSONAS, "mine"), (ReplayedModel.RECORDED, "theirs")]
)
async def test_the_body_goes_out_with_the_chosen_model_and_the_personas_key(
    llm_server: LLMServerHandle, model: ReplayedModel, sent: str
) -> None:
    hosts = (f"http://127.0.0.1:{llm_server.port}",)
    answer = await replayed(llm_server.base_url("ok"), hosts=hosts, model=model)
    assert (answer.status, answer.text, answer.error) == (200, TEXT, None)
    assert answer.first_delta_ms is not None
    (request,) = llm_server.requests()
    assert json.loads(request["body"]) == BODY | {"model": sent, "stream": True}
    assert f"Bearer {CANARY}" in [value for _, value in request["headers"]]


async def test_a_key_goes_to_its_allowed_hosts_alone(llm_server: LLMServerHandle) -> None:
    answer = await replayed(llm_server.base_url("ok"), hosts=("elsewhere.example",))
    assert answer.error is not None
    assert answer.error.code is Code.SECRET_NOT_ALLOWED
    assert llm_server.requests() == []


async def test_a_closed_address_is_not_called() -> None:
    answer = await replayed("http://169.254.169.254/v1", hosts=("http://169.254.169.254",))
    assert answer.error is not None
    assert answer.error.code is Code.BLOCKED_ADDRESS


@pytest.mark.parametrize(
    ("behaviour", "code"), [("unauthorised", Code.AUTH_FAILED), ("clean-cut", Code.TRUNCATED)]
)
async def test_what_fails_is_said(llm_server: LLMServerHandle, behaviour: str, code: Code) -> None:
    answer = await replayed(llm_server.base_url(behaviour), hosts=(f"http://127.0.0.1:{llm_server.port}",))
    assert answer.error is not None
    assert answer.error.code is code
