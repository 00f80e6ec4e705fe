"""The state of a conversation, derived from the request alone: persona, caller and texts so far."""

import re
from dataclasses import dataclass

from playground.demo_llm import facts, stories_en, stories_ru
from playground.demo_llm.chat import ChatRequest
from playground.demo_llm.facts import Language
from playground.demo_llm.phrases import PHRASES, Phrases
from playground.demo_llm.story import Story

_MARK_AT_END = re.compile(r"[\[(]([^\[(\])]*+)[\])]$")
SENTENCE_ENDS = '.!?…:"”»)*`|'

_STORIES = {Language.ENGLISH: stories_en.STORIES, Language.RUSSIAN: stories_ru.STORIES}
_STORYTELLER_WORDS = ("story", "stories", "tale", "сказ", "истори")
_WEATHER_WORDS = ("weather", "погод")


@dataclass(frozen=True, slots=True)
class Situation:
    """Who speaks to whom, in which language, and the texts so far: earlier texts and answers are oldest first."""

    language: Language
    user_text: str
    earlier_user_texts: tuple[str, ...]
    answers: tuple[str, ...]
    own_name: str
    own_role: str
    caller: str
    caller_home: str
    caller_likes: str
    stories: tuple[Story, ...]
    tells_stories: bool
    tells_weather: bool

    @property
    def phrases(self) -> Phrases:
        return PHRASES[self.language]

    @property
    def comma_name(self) -> str:
        return f", {self.caller}" if self.caller else ""

    @property
    def was_interrupted(self) -> bool:
        """Whether the last answer in the history breaks off within a sentence, or ends in a mark of an interrupt."""
        if not self.answers:
            return False
        last = self.answers[-1].rstrip()
        return _is_marked(last) or not last.endswith(tuple(SENTENCE_ENDS))

    @property
    def is_first_turn(self) -> bool:
        return not self.answers

    def say(self, phrase: str, **values: object) -> str:
        """Fill the caller's name and other values into a phrase."""
        return phrase.format(comma_name=self.comma_name, name=self.caller, **values)


def situation_of(request: ChatRequest) -> Situation:
    system = request.system_text
    user_texts = request.texts_of("user")
    language = facts.language_of(user_texts[-1] if user_texts else system)
    lowered = system.lower()
    named = _stories_named_in(lowered, language)
    return Situation(
        language=language,
        user_text=user_texts[-1] if user_texts else "",
        earlier_user_texts=user_texts[:-1],
        answers=request.texts_of("assistant"),
        own_name=facts.own_name(system),
        own_role=_role_in(system, language),
        caller=facts.caller_name(system, user_texts),
        caller_home=facts.caller_home(system),
        caller_likes=facts.caller_likes(system) if facts.language_of(system) is language else "",
        stories=named or _STORIES[language],
        tells_stories=bool(named) or any(word in lowered for word in _STORYTELLER_WORDS),
        tells_weather=any(word in lowered for word in _WEATHER_WORDS),
    )


def _is_marked(text: str) -> bool:
    """Whether the text ends in a mark such as ``[interrupted]``."""
    mark = _MARK_AT_END.search(text)
    return mark is not None and "interrupt" in mark[1].lower()


def _stories_named_in(lowered: str, language: Language) -> tuple[Story, ...]:
    """Return the stories that the system message names in either language, in the user's language."""
    return tuple(
        story
        for story, *translations in zip(
            _STORIES[language], stories_en.STORIES, stories_ru.STORIES, strict=True
        )
        if any(each.title.lower() in lowered for each in translations)
    )


def _role_in(system: str, language: Language) -> str:
    """Return the persona's role, if the system message gives one in the conversation's language, or ""."""
    role = facts.own_role(system)
    return role if role and facts.language_of(role) is language else ""
