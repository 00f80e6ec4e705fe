"""An answer's content and reasoning as they stream: redacted, separated, and cut into sentences."""

from playground.engine.answer import answer_messages
from playground.engine.answer.growing_text import GrowingText
from playground.engine.answer.notes import TurnNotes
from playground.engine.answer.pieces import ContentPiece, Piece, ReasoningPiece, SentencePiece
from playground.engine.answer.reasoning import ReasoningSplitter, Split
from playground.engine.answer.redaction import MASK, Redactor
from playground.engine.answer.text_channel import TextChannel
from playground.engine.limits import KIB, Limits
from playground.engine.sentences.paced_splitter import SPLIT_CHARS_AT_ONCE, PacedSplitter

_AMPLE_CHARS = 64 * KIB
"""More than what waits for ``settle`` can grow to if all of it is masked, with the longest tail held back before it."""


class AnswerText:
    """Takes the texts of chunks and appends pieces to ``pieces``, a list shared with the decoder.

    ``pass_content`` and ``pass_reasoning`` return what their channel let through, for the stored payload. Content that
    passed waits for ``settle``, so that what one read brought is shown and cut into sentences at once.
    """

    def __init__(self, redactor: Redactor, notes: TurnNotes, pieces: list[Piece], limits: Limits) -> None:
        self._notes = notes
        self._pieces = pieces
        self._passed: list[str] = []
        self._passed_chars = 0
        self._content_channel = TextChannel(redactor)
        self._reasoning_channel = TextChannel(redactor)
        self._splitter = ReasoningSplitter()
        self._sentences = PacedSplitter(limits.sentence_chars)
        self.text = GrowingText(redactor, limits.answer_chars)
        self.reasoning = GrowingText(redactor, limits.answer_chars)

    @property
    def is_behind(self) -> bool:
        """Whether text that was already shown is not yet cut into sentences."""
        return self._sentences.is_behind

    def begin_step(self) -> None:
        """Begin a step: cut pending text within its budget; new text in the same step uses the rest of the budget."""
        self._sentences.begin_step()
        self._pieces += map(SentencePiece, self._sentences.advance())

    def finish(self) -> None:
        """Cut all pending text."""
        self._pieces += map(SentencePiece, self._sentences.finish())

    def surely_fits(self, text: str) -> bool:
        """Whether there is room for the text and for all that waits before it, even if both are masked."""
        return self.text.room >= len(MASK) * len(text) + _AMPLE_CHARS

    def pass_content(self, text: str) -> str:
        passed = self._content_channel.feed(text)
        self._passed.append(passed)
        self._passed_chars += len(passed)
        if self._passed_chars > SPLIT_CHARS_AT_ONCE:
            self.settle()
        return passed

    def settle(self) -> None:
        """Show the content that has passed, and cut it into sentences."""
        if not self._passed:
            return
        passed, self._passed = "".join(self._passed), []
        self._passed_chars = 0
        self._split(passed)

    def pass_reasoning(self, text: str) -> str:
        self.settle()
        passed = self._reasoning_channel.feed(text)
        self._show_reasoning(self.reasoning.add(passed))
        return passed

    def release_tails(self) -> tuple[str, str]:
        """Release the tails held back as possible secrets (content, reasoning): nothing follows them."""
        self.settle()
        content, reasoning = self._content_channel.flush(), self._reasoning_channel.flush()
        self._show_reasoning(self.reasoning.add(reasoning))
        self._split(content)
        return content, reasoning

    def flush(self) -> None:
        """Show the rest: a partial tag, the last sentence. Call ``release_tails`` first."""
        for split in self._splitter.flush():
            self._add(split)
        self._show_reasoning(self.reasoning.flush())
        self._show_text(self.text.flush())
        self._pieces += map(SentencePiece, self._sentences.end())
        if self._splitter.saw_stray_end:
            self._notes.add(answer_messages.STRAY_THINK_END)

    def poll(self) -> None:
        """Commit the sentences whose end is unambiguous."""
        self._pieces += map(SentencePiece, self._sentences.poll())

    def _split(self, content: str) -> None:
        for split in self._splitter.feed(content):
            self._add(split)

    def _add(self, split: Split) -> None:
        if split.is_reasoning:
            self._show_reasoning(self.reasoning.add(split.text))
        else:
            self._show_text(self.text.add(split.text))

    def _show_text(self, grown: str) -> None:
        if grown:
            self._pieces.append(ContentPiece(self.text.chars - len(grown), grown))
            self._pieces += map(SentencePiece, self._sentences.feed(grown))

    def _show_reasoning(self, grown: str) -> None:
        if grown:
            self._pieces.append(ReasoningPiece(self.reasoning.chars - len(grown), grown))
        if self.reasoning.overflowed:
            self._notes.add(answer_messages.REASONING_TOO_LONG)
