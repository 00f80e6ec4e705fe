"""Presets: addresses, headers and kinds of keys of common OpenAI-compatible servers."""

from dataclasses import dataclass

from personas.demo_data import DEMO_SECRET
from playground.engine.persona import Provider
from playground.engine.platforms.registry import platform_or_default, provider_base_url


@dataclass(frozen=True, slots=True)
class Preset:
    """``base_url`` has no route. ``header``: the header's value with KEY for the secret's name; None for bearer."""

    slug: str
    name: str
    base_url: str
    key: str
    model: str = ""
    header: tuple[str, str] | None = None
    provider: str = Provider.CUSTOM_LLM
    secret_name: str = ""
    """The token secret that goes with it, if there is one of this name."""


PRESETS = (
    Preset("openai", "OpenAI", "https://api.openai.com/v1", "An API key of a project (sk-…).", "gpt-4o"),
    Preset(
        "azure",
        "Azure OpenAI",
        "https://your-resource.openai.azure.com/openai/v1",
        "A key of the resource, in the header api-key. The model is the deployment's name.",
        header=("api-key", "KEY"),
    ),
    Preset(
        "openrouter",
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        "An API key (sk-or-…).",
        "openai/gpt-4o-mini",
    ),
    Preset("groq", "Groq", "https://api.groq.com/openai/v1", "An API key (gsk_…).", "llama-3.1-8b-instant"),
    Preset("mistral", "Mistral", "https://api.mistral.ai/v1", "An API key.", "mistral-small-latest"),
    Preset("deepseek", "DeepSeek", "https://api.deepseek.com/v1", "An API key (sk-…).", "deepseek-chat"),
    Preset(
        "yandexgpt",
        "YandexGPT",
        "https://llm.api.cloud.yandex.net/v1",
        "An API key of a service account, behind Api-Key; an IAM token goes behind Bearer and lasts 12 hours at most.",
        "gpt://your-folder-id/yandexgpt",
        ("Authorization", "Api-Key KEY"),
    ),
    Preset(
        "caila",
        "Caila",
        provider_base_url(Provider.CAILA_OPEN_AI),
        "A Caila token, bare in Authorization. On JAICP choose the provider CAILA_OPEN_AI, which needs no url.",
        "just-ai/openai-proxy/gpt-4o",
        ("Authorization", "KEY"),
    ),
    Preset("ollama", "Ollama", "http://127.0.0.1:11434/v1", "None.", "llama3.2"),
    Preset("vllm", "vLLM", "http://127.0.0.1:8000/v1", "None, or what --api-key was started with."),
    Preset("llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", "None, or what --api-key was started with."),
    Preset("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", "None."),
    Preset(
        "demo",
        "Demo LLM (built in)",
        "/demo/v1",
        f"{DEMO_SECRET}, a token secret that Greenroom has made.",
        "demo",
        secret_name=DEMO_SECRET,
    ),
)
"""Local servers have their default ports; an operator must allow private addresses."""


def preset_of(slug: str) -> Preset | None:
    return next((preset for preset in PRESETS if preset.slug == slug), None)


def filled_in(preset: Preset, data: dict[str, str], secret_name: str) -> dict[str, str]:
    """Return form data with the preset's address, header and, unless one is typed, model.

    The header contains ``secret_name``, or the word KEY without a secret.
    """
    platform = platform_or_default(data.get("platform", ""))
    lines = [line for line in data.get("headers", "").splitlines() if not _holds_a_key(line)]
    if preset.header is not None:
        name, value = preset.header
        lines.append(f"{name}: {value.replace('KEY', secret_name or 'KEY')}")
    return data | {
        "provider": preset.provider,
        "address": platform.address_of(preset.base_url),
        "model": preset.model or data.get("model", ""),
        "headers": "\n".join(lines),
    }


def _holds_a_key(line: str) -> bool:
    return line.partition(":")[0].strip().lower() in {"authorization", "api-key"}
