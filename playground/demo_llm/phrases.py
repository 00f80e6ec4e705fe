"""The demo LLM's phrases apart from its stories. ``{comma_name}`` is ", Maya" or nothing."""

from dataclasses import dataclass

from playground.demo_llm.facts import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    hello: str
    own_name: str
    own_role: str
    no_role: str
    offer_stories: str
    """Takes ``{titles}``."""
    offer_help: str
    likes: str
    title_or: str
    begin: str
    another: str
    the_end: str
    stopped: str
    was_interrupted: str
    goes_on: str
    yes: str
    no: str
    remarks: tuple[str, ...]
    questions: tuple[str, ...]
    bye: str
    thanks: str
    nice_to_meet: str
    your_name: str
    unknown_name: str
    silence: str
    how_are_you: str
    all_right: str
    talk: tuple[str, ...]
    """Takes ``{topic}``: replies to a remark of a persona without stories."""
    talk_question: str
    """Takes ``{topic}``."""
    talk_yes: str
    weather: str
    weather_where: str
    weather_skies: tuple[str, ...]
    today: str
    tomorrow: str
    tool_result: str
    tool_failed: str
    tool_next: str
    tool_where: str


ENGLISH = Phrases(
    hello="Hello{comma_name}!",
    own_name="I'm {own_name}.",
    own_role="I'm {role}.",
    no_role="I'm Greenroom's built-in demo model, and I answer without any weights.",
    offer_stories="Shall I tell you about {titles}?",
    offer_help="What would you like to talk about?",
    likes="I hear that you like {likes}.",
    title_or=" or ",
    begin="Then listen{comma_name}: {title}.",
    another="Would you like another story, perhaps {title}?",
    the_end="And that is the end of the story{comma_name}.",
    stopped='Of course{comma_name}, I\'ll stop here. Just say "go on" when you want to hear more.',
    was_interrupted="I stopped when I heard you.",
    goes_on="Where was I?",
    yes="I thought you would{comma_name}.",
    no="That may have been wiser{comma_name}.",
    remarks=(
        "What a lovely idea{comma_name}!",
        "I like how you think{comma_name}.",
        "Many people say that, and they may be right.",
        "Good guess{comma_name}.",
    ),
    questions=(
        "Good question{comma_name}, listen.",
        "You will hear it in a moment{comma_name}.",
        "Nobody has ever asked me that.",
    ),
    bye="Goodbye{comma_name}, it was a pleasure. Come back when you want to hear more!",
    thanks="You are very welcome{comma_name}. Is there anything else that you would like to hear?",
    nice_to_meet="Nice to meet you, {name}!",
    your_name="Your name is {name}, of course.",
    unknown_name="You haven't told me your name yet. What is it?",
    silence="I'm here{comma_name}. What would you like to talk about?",
    how_are_you="Very well{comma_name}, thank you for asking.",
    all_right="All right{comma_name}. I'm here when you need me.",
    talk=(
        'You said "{topic}". Tell me more{comma_name}: what matters most to you about it?',
        'That is the next step, then: "{topic}". What did you expect to hear from me?',
        'I\'ve noted "{topic}". Shall we stay with it, or is there something else?',
    ),
    talk_question=(
        "That is a question for your own LLM{comma_name}: I'm only the demo model. "
        'What would you like it to answer to "{topic}"?'
    ),
    talk_yes="Good{comma_name}. Where shall we begin?",
    weather=(
        "By my made-up forecast it is {degrees} degrees and {sky} in {place} {day}. "
        "Would you like another city?"
    ),
    weather_where="For which city would you like the weather{comma_name}?",
    weather_skies=("sunny", "cloudy", "rainy", "windy", "clear", "a little foggy"),
    today="today",
    tomorrow="tomorrow",
    tool_result="Here is what I found: {result}.",
    tool_failed="That didn't work, I'm afraid: {result}.",
    tool_next="Is there anything else{comma_name}?",
    tool_where="For which place should I look{comma_name}?",
)

RUSSIAN = Phrases(
    hello="Здравствуйте{comma_name}!",
    own_name="Меня зовут {own_name}.",
    own_role="Я {role}.",
    no_role="Я встроенная демонстрационная модель Greenroom и отвечаю без всяких весов.",
    offer_stories="Рассказать вам сказку: {titles}?",
    offer_help="О чём хотите поговорить?",
    likes="Слышал, вам нравится {likes}.",
    title_or=" или ",
    begin="Тогда слушайте{comma_name}: {title}.",
    another="Хотите ещё одну сказку, например «{title}»?",
    the_end="Вот и сказке конец{comma_name}.",
    stopped="Конечно{comma_name}, останавливаюсь. Скажите «дальше», когда захотите слушать.",
    was_interrupted="Я услышал вас и замолчал.",
    goes_on="На чём я остановился?",
    yes="Так я и думал{comma_name}.",
    no="Может, это и мудрее{comma_name}.",
    remarks=(
        "Какая чудесная мысль{comma_name}!",
        "Мне нравится, как вы думаете.",
        "Многие так говорят, и, может быть, они правы.",
        "Хорошая догадка{comma_name}.",
    ),
    questions=(
        "Хороший вопрос{comma_name}, слушайте.",
        "Сейчас узнаете{comma_name}.",
        "Об этом меня ещё никто не спрашивал.",
    ),
    bye="До свидания{comma_name}, было очень приятно. Возвращайтесь, когда захотите послушать ещё!",
    thanks="Пожалуйста{comma_name}. Хотите услышать что-нибудь ещё?",
    nice_to_meet="Приятно познакомиться, {name}!",
    your_name="Вас зовут {name}, конечно.",
    unknown_name="Вы ещё не сказали, как вас зовут. Как мне вас называть?",
    silence="Я здесь{comma_name}. О чём хотите поговорить?",
    how_are_you="Прекрасно{comma_name}, спасибо, что спросили.",
    all_right="Хорошо{comma_name}. Я здесь, если понадоблюсь.",
    talk=(
        "Вы сказали: «{topic}». Расскажите подробнее{comma_name}, что для вас тут важнее всего?",
        "Значит, следующий шаг: «{topic}». Что вы ожидали от меня услышать?",
        "Запомнил: «{topic}». Продолжим об этом или есть что-то ещё?",
    ),
    talk_question=(
        "Это вопрос к вашей собственной LLM{comma_name}: я только демонстрационная модель. "
        "Что она должна ответить на «{topic}»?"
    ),
    talk_yes="Хорошо{comma_name}. С чего начнём?",
    weather=(
        "По моему выдуманному прогнозу {day}: {place}, {degrees} градусов, {sky}. Посмотреть другой город?"
    ),
    weather_where="Для какого города сказать погоду{comma_name}?",
    weather_skies=("солнечно", "облачно", "дождь", "ветер", "ясно", "лёгкий туман"),
    today="сегодня",
    tomorrow="завтра",
    tool_result="Вот что я нашёл: {result}.",
    tool_failed="К сожалению, не получилось: {result}.",
    tool_next="Что-нибудь ещё{comma_name}?",
    tool_where="О каком месте речь{comma_name}?",
)

PHRASES = {Language.ENGLISH: ENGLISH, Language.RUSSIAN: RUSSIAN}
