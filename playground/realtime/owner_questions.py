"""Asks the process that runs a conversation's turn, and answers for the turns that run here.

The questions: the turn's state, an event to tell with its ``seq``, an interrupt, and to take back one that waits.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from playground.engine.json_types import Json
from playground.realtime.group_messages import GroupMessages
from playground.realtime.questions import Questions, within_time
from playground.storage import leases
from playground.storage.database_thread import in_database_thread
from playground.tasks import start_task
from playground.turns.interrupt import Interrupt

_REQUEST_INTERRUPT = in_database_thread(leases.request_interrupt)


class Owner(Protocol):
    """The runner of this process, as seen by other processes."""

    def live_state(self, conversation_id: str) -> Json | None:
        """Return ``{"turn", "now_ms", "seq"}`` of the turn that runs here, or None."""

    def give_up_here(self, conversation_id: str, newer_seq: int) -> None:
        """End the turn that runs here if that which began elsewhere with this ``seq`` is newer."""

    def cut_here(self, conversation_id: str, interrupt: Interrupt) -> Json | None:
        """Interrupt the turn that runs here; return the notice to send if the persona forbids it."""

    def withdraw_here(self, conversation_id: str) -> None:
        """Take back an interrupt that waits for the voice of the turn that runs here."""

    def tell_here(self, conversation_id: str, event_type: str, properties: Json) -> bool:
        """Tell an event with the ``seq`` of the turn that runs here; False without one."""


class OwnerQuestions:
    """This process's questions and answers. ``handlers`` take what other processes send."""

    def __init__(self, messages: GroupMessages, owner: Owner) -> None:
        self._messages = messages
        self._owner = owner
        self._questions = Questions()
        self._muted: set[str] = set()
        self.handlers: dict[str, Callable[[Json], None]] = {
            "relay.ask": self._take_ask,
            "relay.tell": self._take_tell,
            "relay.interrupt": self._take_interrupt,
            "relay.withdraw": self._take_withdraw,
            "relay.told": self._take_answer,
        }

    def mute(self, conversation_id: str) -> None:
        """Answer nothing about the turn that runs here: another process's has replaced it."""
        self._muted.add(conversation_id)

    def unmute(self, conversation_id: str) -> None:
        self._muted.discard(conversation_id)

    async def live_state(self, conversation_id: str) -> Json | None:
        """Return the state of the turn that runs in another process, or None without an answer in time."""
        return await self._ask(conversation_id, "relay.ask")

    async def tell(self, conversation_id: str, event_type: str, properties: Json) -> bool:
        """Have the turn's process tell an event; False without one that answers in time."""
        answer = await self._ask(conversation_id, "relay.tell", event_type=event_type, properties=properties)
        return answer is not None

    async def interrupt(self, conversation_id: str, interrupt: Interrupt) -> None:
        """Interrupt the turn that runs in another process; by its row if its owner can't be told, or doesn't answer."""
        nonce, answer = self._questions.open()
        is_sent = await self._messages.send(
            conversation_id,
            "relay.interrupt",
            nonce=nonce,
            at_offset=interrupt.at_offset,
            is_final=interrupt.is_final,
        )
        if is_sent:
            waiting = self._interrupt_unless_answered(conversation_id, interrupt, answer)
            self._messages.keep(start_task(waiting, name="interrupt"))
        else:
            await _REQUEST_INTERRUPT(is_final=interrupt.is_final, conversation_id=conversation_id)

    async def withdraw_interrupt(self, conversation_id: str) -> None:
        """Take back an interrupt that waits for the voice of the turn that runs in another process."""
        await self._messages.send(conversation_id, "relay.withdraw")

    async def _ask(self, conversation_id: str, kind: str, **content: Any) -> Json | None:
        """Return what another process answers, or None without an answer in time."""
        nonce, answer = self._questions.open()
        if not await self._messages.send(conversation_id, kind, nonce=nonce, **content):
            return None
        return await within_time(answer)

    async def _interrupt_unless_answered(
        self, conversation_id: str, interrupt: Interrupt, answer: "asyncio.Future[Json]"
    ) -> None:
        """Use the row of the turn that is open at first: after the wait another may be."""
        turn_id = await in_database_thread(leases.open_turn_id)(conversation_id)
        if turn_id is not None and await within_time(answer) is None:
            await _REQUEST_INTERRUPT(is_final=interrupt.is_final, pk=turn_id)

    def _take_ask(self, message: Json) -> None:
        live = self._state_here(message)
        if live is not None:
            self._answer(message, live)

    def _take_tell(self, message: Json) -> None:
        event = message["conversation_id"], message["event_type"], message["properties"]
        if self._state_here(message) is not None and self._owner.tell_here(*event):
            self._answer(message, {})

    def _take_interrupt(self, message: Json) -> None:
        if self._state_here(message) is None:
            return
        interrupt = Interrupt(message["at_offset"], is_final=message["is_final"])
        self._answer(message, {})
        refusal = self._owner.cut_here(message["conversation_id"], interrupt)
        if refusal is not None:
            self._messages.answer(message, "relay.notice", notice=refusal)

    def _take_withdraw(self, message: Json) -> None:
        self._owner.withdraw_here(message["conversation_id"])

    def _take_answer(self, message: Json) -> None:
        self._questions.take_answer(message["nonce"], message["told"])

    def _answer(self, question: Json, answer: Json) -> None:
        self._messages.answer(question, "relay.told", nonce=question["nonce"], told=answer)

    def _state_here(self, message: Json) -> Json | None:
        """Return the state of the turn that runs here, unless another process's has replaced it."""
        conversation_id = message["conversation_id"]
        return None if conversation_id in self._muted else self._owner.live_state(conversation_id)
