"""The intent of a user's utterance, in English and Russian: a few, enough to keep a conversation going."""

import re
from enum import StrEnum


class Intent(StrEnum):
    SILENCE = "silence"
    MY_NAME = "my_name"
    INTRODUCTION = "introduction"
    WHO = "who"
    HOW_ARE_YOU = "how_are_you"
    WEATHER = "weather"
    STOP = "stop"
    BYE = "bye"
    THANKS = "thanks"
    HELLO = "hello"
    OTHER_STORY = "other_story"
    STORY = "story"
    GO_ON = "go_on"
    NO = "no"
    YES = "yes"
    QUESTION = "question"
    REMARK = "remark"


SHORT_WORDS = 5
"""A longer utterance that holds "no" or "stop" is about something else."""

_ANYWHERE = {
    Intent.MY_NAME: r"what(?:'s|’s| is| was) my name|who am i\W*$|remember my name|как меня зовут|кто я\b",
    Intent.INTRODUCTION: r"\bmy name(?:'s|’s| is)|\bcall me\b|меня зовут",
    Intent.WHO: (
        r"who are you|what are you\W*$|your name\b|introduce yourself|who am i (?:talking|speaking) (?:to|with)|"
        r"what can you do|how can you help|кто (?:ты|вы)\b|как (?:тебя|вас) зовут|представь(?:ся|тесь)|"
        r"с кем я (?:говорю|разговариваю)|что (?:ты|вы) уме"
    ),
    Intent.HOW_ARE_YOU: r"how are you|how(?:'s|’s| is) it going|как дела|как (?:ты|вы) пожива",
    Intent.WEATHER: (
        r"\bweather|\bforecast|\bumbrella|\brain|\bsnow|\bsunny|\btemperature|погод|дожд|зонт|прогноз|температур"
    ),
    Intent.OTHER_STORY: (
        r"\b(?:another|different|new|next) (?:story|one|tale)|something else|друг(?:ую|ая) (?:истори|сказк)"
    ),
    Intent.STORY: r"\bstor(?:y|ies)\b|\btales?\b|\btell me\b|сказк|истори|расскаж",
}
_WHEN_SHORT = {
    Intent.STOP: (
        r"\b(?:stop|wait|hold on|pause|quiet|enough|"
        r"стоп|стой|хватит|подожди(?:те)?|погоди(?:те)?|тихо)\b"
    ),
    Intent.BYE: (
        r"\b(?:good ?bye|bye|good night|see you|farewell|"
        r"до свидания|пока|прощай(?:те)?|спокойной ночи)\b"
    ),
    Intent.THANKS: r"\b(?:thanks|thank you|thx|спасибо|благодарю)\b",
    Intent.HELLO: (
        r"\b(?:hi|hello|hey|good (?:morning|evening|afternoon)|"
        r"привет|здравствуй(?:те)?|добрый (?:день|вечер))\b"
    ),
    Intent.GO_ON: (
        r"\b(?:go on|continue|keep going|and then|what (?:happened )?next|more|"
        r"дальше|продолжай(?:те)?|ещё)\b"
    ),
    Intent.NO: r"^\W*(?:no|nope|never|not really|нет|никогда|не)\b",
    Intent.YES: r"^\W*(?:yes|yeah|yep|sure|ok|okay|please|of course|да|ага|конечно|давай(?:те)?|хорошо)\b",
}
_PATTERNS = {
    intent: re.compile(pattern, re.IGNORECASE) for intent, pattern in (_ANYWHERE | _WHEN_SHORT).items()
}
_ANYWHERE_FIRST = (Intent.MY_NAME, Intent.INTRODUCTION, Intent.WHO, Intent.HOW_ARE_YOU)
_BEFORE_TOPICS = (Intent.STOP, Intent.BYE, Intent.THANKS)
_TOPICS = (Intent.WEATHER, Intent.OTHER_STORY, Intent.STORY)
_LAST = (Intent.HELLO, Intent.GO_ON, Intent.NO, Intent.YES)


def intent_of(text: str) -> Intent:
    """Return the first intent that matches, in order of likelihood."""
    if not text.strip():
        return Intent.SILENCE
    is_short = len(text.split()) <= SHORT_WORDS
    asks = text.rstrip().endswith("?")
    candidates: tuple[Intent, ...] = (
        *_ANYWHERE_FIRST,
        *(_BEFORE_TOPICS if is_short and not asks else ()),
        *_TOPICS,
        *(_LAST if is_short else ()),
    )
    for intent in candidates:
        if _PATTERNS[intent].search(text):
            return intent
    return Intent.QUESTION if asks else Intent.REMARK
