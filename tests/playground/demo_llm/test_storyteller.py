"""What the demo LLM says: it follows from the request alone, and several turns make sense."""

import pytest

from playground.demo_llm import stories_en, stories_ru
from playground.demo_llm.chat import READ_CHARS
from playground.demo_llm.facts import MORE_PLACES, places
from playground.demo_llm.story import OPENING_CHARS, Story
from playground.demo_llm.storyteller import reply
from tests.playground.demo_llm_requests import MAYA, STORYTELLER, chat

SYSTEM = f"{STORYTELLER}\n\n{MAYA}"


def talk(*users: str, system: str = SYSTEM) -> list[str]:
    """Return the answers to these utterances, one after the other."""
    texts: list[str] = []
    for text in users:
        texts.append(text)
        texts.append(reply(chat(*texts, system=system)))
    return texts[1::2]


def test_a_list_of_places_is_read_to_a_bounded_length() -> None:
    listed = [f"Town{n}" for n in range(3 * MORE_PLACES)]
    first, *more = places("in " + " and ".join(listed))
    assert (first, more) == (listed[0], listed[1 : MORE_PLACES + 1])


def test_the_same_request_has_the_same_answer() -> None:
    assert reply(chat("Hello", system=SYSTEM)) == reply(chat("Hello", system=SYSTEM))


def test_the_storyteller_greets_by_name_says_what_it_is_and_offers_its_stories() -> None:
    answer = reply(chat("Hello!", system=SYSTEM))
    assert answer.startswith("Hello, Maya!")
    assert "I'm a storyteller." in answer
    assert "Little Red Riding Hood, The Ugly Duckling or The Three Little Pigs?" in answer


def test_a_system_message_alone_is_answered_with_an_introduction() -> None:
    assert reply(chat(system=SYSTEM)).startswith("Hello, Maya!")


def test_only_the_stories_that_the_system_message_names_are_offered() -> None:
    answer = reply(chat("Hi", system="You are a storyteller. Your favorite story is The Ugly Duckling."))
    assert "The Ugly Duckling" in answer
    assert "Pigs" not in answer


@pytest.mark.parametrize("story", stories_en.STORIES, ids=lambda story: story.title)
def test_a_story_is_told_to_its_end_turn_by_turn(story: Story) -> None:
    answers = talk(f"Tell me {story.title}", *["I don't know"] * (len(story.beats) - 1))
    for beat, answer in zip(story.beats, answers, strict=True):
        for sentence in beat.sentences:
            assert sentence in answer
    assert "Would you like another story" in answers[-1]


def test_every_part_of_a_story_but_the_last_ends_with_a_question() -> None:
    answers = talk("Tell me about the wolf", "Apples", "No", "A nightgown")
    assert all(answer.endswith("?") for answer in answers)


def test_an_utterance_has_two_to_four_sentences_when_a_story_is_told() -> None:
    for answer in talk("Tell me about the wolf", "Apples", "No", "A nightgown")[1:]:
        assert (
            2 <= len([part for part in answer.replace("!", ".").replace("?", ".").split(". ") if part]) <= 4
        )


def test_yes_after_a_story_begins_the_next_one() -> None:
    story = stories_en.RED_RIDING_HOOD
    answers = talk(f"Tell me {story.title}", *["Apples"] * (len(story.beats) - 1), "Yes, please")
    assert "The Ugly Duckling" in answers[-1]
    assert stories_en.UGLY_DUCKLING.beats[0].sentences[0] in answers[-1]


def test_a_remark_after_the_end_is_told_that_the_story_is_over() -> None:
    story = stories_en.RED_RIDING_HOOD
    answers = talk(f"Tell me {story.title}", *["Apples"] * (len(story.beats) - 1), "That was lovely")
    assert answers[-1].startswith("And that is the end of the story, Maya.")


def test_another_story_is_begun_in_the_middle_of_one() -> None:
    answers = talk("Tell me Little Red Riding Hood", "Tell me about the three pigs instead")
    assert stories_en.THREE_PIGS.beats[0].sentences[0] in answers[-1]


def test_a_question_about_the_story_is_answered_before_it_goes_on() -> None:
    answer = talk("Tell me Little Red Riding Hood", "Why is the wolf so polite?")[-1]
    assert answer.startswith("The wolf is always hungry")
    assert stories_en.RED_RIDING_HOOD.beats[1].sentences[0] in answer


def test_after_an_interruption_the_story_is_taken_up_at_the_sentence_that_was_not_heard() -> None:
    first, second = stories_en.RED_RIDING_HOOD.beats[0].sentences
    heard = f"Then listen, Maya: Little Red Riding Hood. {first} {second[:20]}"
    answer = reply(chat("Tell me about the wolf", heard, "Go on", system=SYSTEM))
    assert answer.startswith("Where was I?")
    assert second in answer
    assert first not in answer


def test_who_interrupts_is_told_that_they_were_heard() -> None:
    heard = f"Then listen, Maya: {stories_en.RED_RIDING_HOOD.beats[0].sentences[0][:30]}"
    answer = reply(chat("Tell me about the wolf", heard, "But where does she live?", system=SYSTEM))
    assert answer.startswith("I stopped when I heard you.")


@pytest.mark.parametrize("utterance", ["Stop!", "Wait a moment", "hold on"])
def test_stop_is_obeyed(utterance: str) -> None:
    assert talk("Tell me about the wolf", utterance)[-1].startswith("Of course, Maya, I'll stop here.")


@pytest.mark.parametrize(
    ("utterance", "beginning"),
    [
        ("Who are you?", "I'm a storyteller."),
        ("Thank you!", "You are very welcome, Maya."),
        ("Bye", "Goodbye, Maya"),
        ("What's my name?", "Your name is Maya, of course."),
        ("My name is bob", "Nice to meet you, Bob!"),
    ],
)
def test_small_talk_is_answered(utterance: str, beginning: str) -> None:
    assert talk("Tell me about the wolf", utterance)[-1].startswith(beginning)


def test_a_name_that_the_user_gave_is_remembered() -> None:
    assert talk("My name is bob", "What's my name?", system="")[-1].startswith("Your name is Bob")


def test_an_unfilled_placeholder_is_nobodys_name() -> None:
    answer = reply(chat("Hello", system="You are a storyteller.\n\nYou are talking to {user_name}."))
    assert answer.startswith("Hello!")


def test_a_persona_with_a_name_and_a_role_introduces_itself() -> None:
    answer = reply(chat("Hello", system="You are a sales agent. Your name is Ann."))
    assert answer == "Hello! I'm Ann. I'm a sales agent. What would you like to talk about?"


def test_without_a_system_message_it_says_what_it_is() -> None:
    assert "demo model" in reply(chat("Who are you?"))


def test_a_persona_without_stories_answers_to_the_topic_and_each_turn_differently() -> None:
    first, second = talk("I need a phone", "A red one", system="You are a sales agent.")
    assert "I need a phone" in first
    assert "A red one" in second
    assert first.endswith("?")
    assert first.replace("I need a phone", "") != second.replace("A red one", "")


def test_the_weather_assistant_forecasts_for_the_place_that_is_named() -> None:
    system = "You are a helpful assistant.\n\nHelp users get the weather for a given location."
    question, paris, berlin = talk("What's the weather?", "In Paris", "and berlin?", system=system)
    assert question == "For which city would you like the weather?"
    assert "in Paris today" in paris
    assert "in Berlin today" in berlin


def test_tomorrow_is_asked_of_the_place_that_was_named_before() -> None:
    system = "You are a helpful assistant.\n\nHelp users get the weather for a given location."
    answers = talk("How is the weather in Istanbul?", "Thanks, and tomorrow?", system=system)
    assert "in Istanbul tomorrow" in answers[-1]


@pytest.mark.parametrize(
    "utterance", ["What can you do for me?", "Tell me something in five short sentences."]
)
def test_words_that_are_no_place_get_no_forecast(utterance: str) -> None:
    system = "You are a helpful assistant.\n\nHelp users get the weather for a given location."
    assert talk(utterance, system=system) == [
        "I'm a helpful assistant. For which city would you like the weather?"
    ]


@pytest.mark.parametrize(
    ("utterance", "beginning"),
    [
        ("Hi! Who am I talking to?", "I'm a helpful voice assistant."),
        ("How are you?", "Very well, thank you for asking."),
        ("Who won the world cup?", "That is a question for your own LLM"),
        ("Yes", "Good. Where shall we begin?"),
        ("No", "All right. I'm here when you need me."),
    ],
)
def test_any_assistant_has_an_answer(utterance: str, beginning: str) -> None:
    answers = talk("I need a phone", utterance, system="You are a helpful voice assistant. Answer briefly.")
    assert answers[-1].startswith(beginning)


def test_of_a_very_long_message_the_beginning_is_understood() -> None:
    assert reply(chat("Hello! " + " " * READ_CHARS + "What's the weather in Paris?")).startswith("Hello!")


def test_a_mark_of_an_interruption_in_the_history_is_understood() -> None:
    heard = f"{stories_en.RED_RIDING_HOOD.beats[0].sentences[0]} [interrupted by the user]"
    answer = reply(chat("Tell me about the wolf", heard, "But why?", system=SYSTEM))
    assert answer.startswith("I stopped when I heard you.")


def test_who_speaks_russian_is_answered_in_russian() -> None:
    first, second = talk("Расскажи про трёх поросят", "Из камня", system="")
    assert stories_ru.THREE_PIGS.beats[0].sentences[0] in first
    assert stories_ru.THREE_PIGS.beats[1].sentences[0] in second


def test_a_russian_persona_greets_by_name() -> None:
    system = "Ты — рассказчик сказок. Тебя зовут Мерт. Пользователя зовут Майя."
    answer = reply(chat("Привет", system=system))
    assert answer.startswith("Здравствуйте, Майя! Меня зовут Мерт. Я рассказчик сказок.")


@pytest.mark.parametrize("stories", [stories_en.STORIES, stories_ru.STORIES], ids=["english", "russian"])
def test_no_two_sentences_of_the_stories_begin_alike(stories: tuple[Story, ...]) -> None:
    openings = [
        sentence[:OPENING_CHARS] for story in stories for beat in story.beats for sentence in beat.sentences
    ]
    assert len(set(openings)) == len(openings)
