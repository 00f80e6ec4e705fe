"""The addresses of the demo LLM, under ``/demo/v1/``: without a slash at the end, as OpenAI's are."""

from django.urls import path

from playground.demo_llm import views

app_name = "demo-llm"
urlpatterns = [
    path("chat/completions", views.chat_completions, name="chat-completions"),
    path("models", views.models, name="models"),
    path("<path:rest>", views.unknown, name="unknown"),
]
