"""The keys of a JAICP script's reply and of its barge-in, for completion."""

from personas.formats.document_keys import DocumentKey, tool_keys

KEYS = (
    DocumentKey("type", 'Always "llmRequest".'),
    DocumentKey("provider", field="provider"),
    DocumentKey("tokenSecret", field="token_secret"),
    DocumentKey("url", field="address"),
    DocumentKey("headers", field="headers"),
    DocumentKey("model", field="model"),
    DocumentKey("temperature", field="temperature"),
    DocumentKey("parameters", field="parameters"),
    DocumentKey("fillersPhraseConfig", field="filler_config"),
    DocumentKey(
        "fillersPhraseConfig.fillerPhrase", "One phrase that fills the pause while the LLM is silent."
    ),
    DocumentKey("fillersPhraseConfig.fillerPhrasesList", "More phrases, of which one is said at random."),
    DocumentKey(
        "fillersPhraseConfig.activationDelayMs", "How long the pause lasts before it, in ms; 2000 by default."
    ),
    DocumentKey("messages", field="history_mode"),
    DocumentKey("messages[].role", "system, user, assistant or tool."),
    DocumentKey("messages[].content", "What was said."),
    DocumentKey("tools", field="tools"),
    *tool_keys("tools"),
    DocumentKey("eventName", field="event_name"),
    DocumentKey("bargeInReply", field="barge_in_reply"),
    DocumentKey("bargeIn", field="barge_in_mode"),
    DocumentKey("bargeInTrigger", field="barge_in_trigger"),
    DocumentKey("noInterruptTime", field="no_interrupt_ms"),
)
