"""The demo LLM's texts: two to four sentences, usually with a question that keeps the conversation going."""

import re
import zlib

from playground.demo_llm.chat import ChatRequest
from playground.demo_llm.facts import places, proper_places
from playground.demo_llm.intents import Intent, intent_of
from playground.demo_llm.situation import Situation, situation_of
from playground.demo_llm.story import Story, story_in_progress

TOPIC_CHARS = 60
PLACE_CHARS = 100
"""A longer answer to "Which city?" is no place alone."""

_BARE_PLACE = re.compile(
    r"(?:and|or|what about|how about|а|и)?\s*(?:in|в|во)?\s*\b([\w'’-]+(?:\s[\w'’-]+){0,2})[.!?]*",
    re.IGNORECASE,
)
"""A place alone, as the answer to "Which city?"."""


def reply(request: ChatRequest) -> str:
    """Return the answer to the last user message. Deterministic."""
    now = situation_of(request)
    intent = intent_of(now.user_text)
    if simple := _simple_reply(now, intent):
        return simple
    if now.tells_weather and not now.tells_stories:
        return _weather_reply(now, intent)
    in_progress = story_in_progress(now.stories, now.answers)
    if now.tells_stories or in_progress or intent is Intent.STORY:
        return _story_reply(now, intent, in_progress)
    return _talk(now, intent)


def _simple_reply(now: Situation, intent: Intent) -> str:
    """Return an answer that is the same for every persona, or ""."""
    phrases = now.phrases
    if intent is Intent.SILENCE:
        return _introduction(now) if now.is_first_turn else now.say(phrases.silence)
    if intent is Intent.HELLO:
        return _introduction(now)
    if intent is Intent.WHO:
        return f"{_who(now)} {_offer(now)}"
    if intent is Intent.HOW_ARE_YOU:
        return f"{now.say(phrases.how_are_you)} {_offer(now)}"
    if intent is Intent.MY_NAME:
        return f"{now.say(phrases.your_name)} {_offer(now)}" if now.caller else phrases.unknown_name
    if intent is Intent.INTRODUCTION:
        return f"{now.say(phrases.nice_to_meet)} {_who(now)} {_offer(now)}"
    plain_replies = {Intent.STOP: phrases.stopped, Intent.BYE: phrases.bye, Intent.THANKS: phrases.thanks}
    return now.say(plain_replies[intent]) if intent in plain_replies else ""


def _introduction(now: Situation) -> str:
    likes = now.say(now.phrases.likes, likes=now.caller_likes) if now.caller_likes else ""
    return _joined(now.say(now.phrases.hello), _who(now), likes, _offer(now))


def _who(now: Situation) -> str:
    phrases = now.phrases
    name = now.say(phrases.own_name, own_name=now.own_name) if now.own_name else ""
    role = now.say(phrases.own_role, role=now.own_role) if now.own_role else ""
    return _joined(name, role) or phrases.no_role


def _offer(now: Situation) -> str:
    if now.tells_weather and not now.tells_stories:
        return now.say(now.phrases.weather_where)
    if not now.tells_stories:
        return now.phrases.offer_help
    titles = [story.title for story in now.stories]
    listed = now.phrases.title_or.join([", ".join(titles[:-1]), titles[-1]]) if len(titles) > 1 else titles[0]
    return now.say(now.phrases.offer_stories, titles=listed)


def _story_reply(now: Situation, intent: Intent, in_progress: Story | None) -> str:
    chosen = _chosen_story(now, intent, in_progress)
    if chosen is None:
        return _joined(_reaction(now, intent, in_progress), _offer(now))
    beat = chosen.next_beat(now.answers)
    if beat is None:
        return _joined(now.say(now.phrases.the_end), _another(now, chosen))
    if chosen is in_progress:
        opening = _reaction(now, intent, chosen)
    else:
        opening = now.say(now.phrases.begin, title=chosen.title)
    is_last = chosen.beats[-1].sentences[-1] == beat.sentences[-1]
    return _joined(opening, *beat.sentences, _another(now, chosen) if is_last else beat.question)


def _chosen_story(now: Situation, intent: Intent, in_progress: Story | None) -> Story | None:
    """Return the story to tell now; None to ask which."""
    named = next((story for story in now.stories if story.is_named_in(now.user_text)), None)
    if named:
        return named
    finished = in_progress is None or in_progress.next_beat(now.answers) is None
    wants_other = intent is Intent.OTHER_STORY
    asked_for = next((story for story in now.stories if story.is_asked_for_in(now.user_text)), None)
    if (
        asked_for
        and (finished or intent in {Intent.STORY, Intent.OTHER_STORY})
        and not _is_about(now, in_progress)
    ):
        return asked_for
    if not finished and not wants_other:
        return in_progress
    if intent in {Intent.YES, Intent.GO_ON, Intent.STORY, Intent.OTHER_STORY}:
        return _untold(now, in_progress)
    return in_progress if in_progress and intent is not Intent.NO else None


def _is_about(now: Situation, story: Story | None) -> bool:
    """Whether the user's text is about the current story."""
    return story is not None and bool(story.aside(now.user_text)) and story.next_beat(now.answers) is not None


def _untold(now: Situation, but: Story | None) -> Story:
    """Return the first story not begun yet; if all were begun, the first one other than ``but``."""
    fresh = [story for story in now.stories if not story.has_begun_in(now.answers)]
    if fresh:
        return fresh[0]
    others = [story for story in now.stories if story is not but]
    return others[0] if others else now.stories[0]


def _another(now: Situation, finished: Story) -> str:
    others = [s for s in now.stories if s is not finished and not s.has_begun_in(now.answers)]
    return now.say(now.phrases.another, title=others[0].title) if others else now.phrases.offer_help


def _reaction(now: Situation, intent: Intent, story: Story | None) -> str:
    """Return a sentence on the user's text, before the story goes on."""
    phrases = now.phrases
    if intent is Intent.GO_ON:
        return phrases.goes_on if now.was_interrupted else ""
    aside = story.aside(now.user_text) if story else ""
    if now.was_interrupted:
        return _joined(phrases.was_interrupted, aside)
    if aside:
        return aside
    if intent is Intent.YES:
        return now.say(phrases.yes)
    if intent is Intent.NO:
        return now.say(phrases.no)
    choices = phrases.questions if now.user_text.rstrip().endswith("?") else phrases.remarks
    return now.say(choices[len(now.answers) % len(choices)])


def _weather_reply(now: Situation, intent: Intent) -> str:
    """Return a forecast derived from the place's name: deterministic for a place and day."""
    phrases = now.phrases
    if intent is Intent.NO:
        return now.say(phrases.all_right)
    place = _weather_place(now, intent)
    if not place:
        knows_who = intent in {Intent.WEATHER, Intent.YES, Intent.GO_ON}
        return _joined("" if knows_who else _who(now), now.say(phrases.weather_where))
    is_tomorrow = phrases.tomorrow in now.user_text.lower()
    number = zlib.crc32(f"{place.lower()} {is_tomorrow}".encode())
    return now.say(
        phrases.weather,
        place=place,
        degrees=4 + number % 24,
        sky=phrases.weather_skies[number // 24 % len(phrases.weather_skies)],
        day=phrases.tomorrow if is_tomorrow else phrases.today,
    )


def _weather_place(now: Situation, intent: Intent) -> str:
    asks_for_weather = intent is Intent.WEATHER
    if named := places(now.user_text) if asks_for_weather else proper_places(now.user_text):
        return named[0]
    if now.phrases.tomorrow in now.user_text.lower() or now.phrases.today in now.user_text.lower():
        return next(
            (
                earlier_places[0]
                for text in reversed(now.earlier_user_texts)
                if (earlier_places := places(text))
            ),
            "",
        )
    was_asked_where = bool(now.answers) and now.answers[-1].rstrip().endswith("?")
    answer = now.user_text.strip()
    bare = _BARE_PLACE.fullmatch(answer) if len(answer) <= PLACE_CHARS else None
    if was_asked_where and bare and intent in {Intent.REMARK, Intent.QUESTION}:
        return bare.group(1).title()
    return now.caller_home if asks_for_weather else ""


def _talk(now: Situation, intent: Intent) -> str:
    """Return the answer of a persona with neither stories nor weather."""
    phrases = now.phrases
    if intent is Intent.NO:
        return now.say(phrases.all_right)
    if intent in {Intent.YES, Intent.GO_ON}:
        return now.say(phrases.talk_yes)
    topic = " ".join(now.user_text.split()).rstrip(".!?… ")
    if len(topic) > TOPIC_CHARS:
        topic = topic[:TOPIC_CHARS].rsplit(" ", 1)[0] + "…"
    phrase = phrases.talk[len(now.answers) % len(phrases.talk)]
    answer = now.say(phrases.talk_question if now.user_text.rstrip().endswith("?") else phrase, topic=topic)
    return _joined(phrases.was_interrupted if now.was_interrupted else "", answer)


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
