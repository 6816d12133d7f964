"""litellm, before OpenAI's and Anthropic's formats."""

import os

# Its prices come with the package; nothing has to be fetched for a measurement on this machine.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

import litellm  # noqa: E402

litellm.suppress_debug_info = True
litellm.telemetry = False

ID = "python-litellm"
TITLE = "litellm (Python)"
PACKAGES = ["litellm", "openai"]
SETUP = None

MESSAGES = [{"role": "user", "content": "Say hello."}]


def asked(target, model, base):
    limit = {} if target["timeout_s"] is None else {"timeout": target["timeout_s"]}
    return {"model": model, "messages": MESSAGES, "max_tokens": 64, "api_base": base, "api_key": target["key"], **limit}


def whole(model, path):
    def run(target):
        answer = litellm.completion(**asked(target, model, target["url"] + path))
        return {"finish": answer.choices[0].finish_reason, "text": answer.choices[0].message.content}

    return run


def streamed(model, path):
    def run(target):
        finish = None
        for chunk in litellm.completion(**asked(target, model, target["url"] + path), stream=True):
            if chunk.choices:
                target["saw_text"](chunk.choices[0].delta.content)
                finish = chunk.choices[0].finish_reason or finish
        return {"finish": finish}

    return run


def call(title, short, stream, dialect, run):
    return {"title": title, "short": short, "stream": stream, "dialect": dialect, "run": run}


OPENAI = ("openai/sample-model", "/v1")
ANTHROPIC = ("anthropic/claude-sample", "")

CALLS = {
    "chat": call("`completion`, OpenAI", "OpenAI", False, "openai-chat", whole(*OPENAI)),
    "chat-stream": call("`completion(stream=True)`, OpenAI", "OpenAI", True, "openai-chat", streamed(*OPENAI)),
    "messages": call("`completion`, Anthropic", "Anthropic", False, "anthropic-messages", whole(*ANTHROPIC)),
    "messages-stream": call(
        "`completion(stream=True)`, Anthropic", "Anthropic", True, "anthropic-messages", streamed(*ANTHROPIC)
    ),
}
