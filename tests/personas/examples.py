"""The examples of the platforms' pages, verbatim."""

# ruff: noqa: E501 (the lines are as long as they stand in the documents)

STORYTELLER = """\
{
    "system_prompt": "You are a storyteller. You like telling stories to people of all ages. Reply in brief utterances, and ask prompting questions to the user as you tell your stories to keep them engaged.",
    "context": "Here are some of your favorite stories: Little Red Riding Hood, The Ugly Duckling and The Three Little Pigs",
    "persona_name": "Mert the Storyteller",
    "layers": {
        "llm": {
            "model": "custom_model_here",
            "api_key": "example-api-key",
            "base_url": "open-ai-compatible-llm-http-endpoint",
            "tools": [<your-tools-here>],
        },
        "tts": {
            "api_key": "example-api-key",
            "tts_engine": "playht",
            "playht_user_id": "your-playht-user-id",
            "external_voice_id": "professional-voice-clone-id",
            "voice_settings": {} // can also leave the "voice_settings" attr out if you want to use default settings
        },
        "vqa": {
            "enabled": false // can also leave the "vqa" attr out if you want vqa enabled
        }
    }
}
"""
"""Tavus, "Create Persona"."""

CONVERSATION = """\
{
    "replica_id": "r123456789",
    "conversation_name": "My Conversation",
    "callback_url": "https://webhook.site/",
    "persona_id": "p234324a",
"conversational_context": "You are talking to Maya, who is from Dallas, Texas. She likes a good mystery book, and her favorite author is Agatha Christie."
}
"""
"""Tavus, "Launch a Conversation"."""

WEATHER_ASSISTANT = """\
{
    "system_prompt": "You are a helpful assistant.",
    "context": "Help users get the weather for a given location.",
    "persona_name": "Weather Assistant",
    "layers": {
        "llm": {
            "model": "custom_model_here",
            "api_key": "example-api-key",
            "base_url": "open-ai-compatible-llm-http-endpoint",
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "get_current_weather",
                        "description": "Get the current weather in a given location",
                        "parameters": {
                            "type": "object",
                            "properties": {
                                "location": {
                                    "type": "string",
                                    "description": "The city and state, e.g. San Francisco, CA",
                                },
                                "unit": {
                                    "type": "string",
                                    "enum": ["celsius", "fahrenheit"],
                                },
                            },
                            "required": ["location"],
                        },
                    },
                }
            ],
        },
        "tts": {
            "api_key": "example-api-key",
            "tts_engine": "elevenlabs",
            "external_voice_id": "professional-voice-clone-id",
            "voice_settings": {} // can also leave the "voice_settings" attr out if you want to use default settings
        },
        "vqa": {
            "enabled": false // can also leave the "vqa" attr out if you want vqa enabled
        }
    }
}
"""
"""Tavus, "Tools / Function Calling"."""

LAST_REQUEST = """\
[
{"role": "user","content": $request.query}
]
"""
"""Just AI, "Dialog history"."""

PROMPT_AND_MESSAGES = """\
[
{"role": "system", "content": "Keep answers short. A few sentences at most"},
{"role": "user","content": "Recommend a movie"},
{"role": "assistant", "content": "What genre?"},
{"role": "user", "content": "Comedy" }
]
"""
"""Just AI, "Dialog history"."""

FUNCTION_CALLING = """\
var myTools = [
{
"type": "function",
"function": {
"name": "getWeather",
"description": "Get the current weather in the city",
"parameters": {
"type": "object",
"properties": {
"city": {
"type": "string",
"description": "The city to get the weather for"
}
},
"required": ["city"]
}
}
}
];
$response.replies.push({
type: "llmRequest",
…
tools: myTools,
eventName: "myEvent"
});
"""
"""Just AI, "Function calling"."""

PARAMETERS = """\
parameters: {
max_completion_tokens: 150,
stop: ["joke", "###"]
}
"""
"""Just AI, "Parameters"."""

CAILA = """\
state: NoMatch
event!: noMatch
script:
$response.replies = $response.replies || [];
$response.replies.push({
type: "llmRequest",
provider: "CAILA_OPEN_AI",
// Secret name in JAICP
tokenSecret: "MY_TOKEN",
// Text generation model
model: "gpt-4o",
// Temperature
temperature: 0.6,
// LLM response length limit
parameters: { max_completion_tokens: 150 },
// Pause filler
fillersPhraseConfig: {
"fillerPhrasesList": ["Great question!", "Just a moment"],
"activationDelayMs": 1000
},
// Dialog history
messages: $jsapi.chatHistoryInLlmFormat()
});
"""
"""Just AI, "How to use"."""

YANDEX_GPT = """\
state: NoMatch
event!: noMatch
script:
$response.replies = $response.replies || [];
$response.replies.push({
type: "llmRequest",
provider: "CUSTOM_LLM",
// Secret name in JAICP
tokenSecret: "MY_TOKEN",
// API endpoint for LLM
url: "https://llm.api.cloud.yandex.net/v1/chat/completions",
// Request headers
headers: {"Authorization": "Api-Key MY_TOKEN"},
// Model for text generation, path contains folder ID
model: "gpt://folder12345/yandexgpt",
// Temperature
temperature: 0.6,
// LLM response length limit
parameters: { maxTokens: 150 },
// Pause filler
fillersPhraseConfig: {
"fillerPhrasesList": ["Great question!", "Just a moment"],
"activationDelayMs": 1000
},
// Dialog history
messages: $jsapi.chatHistoryInLlmFormat()
});
"""
"""Just AI, "How to use"."""

MAX_TOKENS_OF_YANDEX = (
    "maxTokens is the name in YandexGPT's native API; OpenAI-compatible servers take max_tokens."
)
"""What is to be said about the page's example for YandexGPT, which mixes the two APIs."""
