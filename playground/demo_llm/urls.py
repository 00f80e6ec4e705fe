"""The demo LLM's addresses, under ``/demo/v1/``: without a trailing slash, like OpenAI's."""

from django.urls import path

from playground.demo_llm import views

app_name = "demo-llm"
urlpatterns = [
    path("chat/completions", views.chat_completions, name="chat-completions"),
    path("models", views.models, name="models"),
    path("<path:rest>", views.unknown, name="unknown"),
]
