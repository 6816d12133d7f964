"""The official openai package."""

import openai

ID = "python-openai"
TITLE = "openai (Python)"
PACKAGES = ["openai", "httpx2", "httpx"]
SETUP = None

MESSAGES = [{"role": "user", "content": "Say hello."}]
CHAT = {"model": "sample-model", "messages": MESSAGES, "max_tokens": 64}
RESPONSE = {"model": "sample-model", "input": "Say hello.", "max_output_tokens": 64}


def client(target):
    limit = {} if target["timeout_s"] is None else {"timeout": target["timeout_s"]}
    return openai.OpenAI(base_url=target["url"] + "/v1", api_key=target["key"], **limit)


def chat(target):
    answer = client(target).chat.completions.create(**CHAT)
    if isinstance(answer, str):
        return {"oddity": "the body as a string"}
    if not answer.choices:
        return {"oddity": "an object without `choices`"}
    return {"finish": answer.choices[0].finish_reason, "text": answer.choices[0].message.content}


def chat_stream(target):
    finish = None
    for chunk in client(target).chat.completions.create(**CHAT, stream=True):
        if chunk.choices:
            target["saw_text"](chunk.choices[0].delta.content)
            finish = chunk.choices[0].finish_reason or finish
    return {"finish": finish}


def chat_helper(target):
    with client(target).chat.completions.stream(**CHAT) as stream:
        for event in stream:
            if event.type == "content.delta":
                target["saw_text"](event.delta)
        return {"finish": stream.get_final_completion().choices[0].finish_reason}


def responses(target):
    answer = client(target).responses.create(**RESPONSE)
    if isinstance(answer, str):
        return {"oddity": "the body as a string"}
    if answer.status is None:
        return {"oddity": "an object without `status`"}
    return {"finish": answer.status, "text": answer.output_text}


def responses_stream(target):
    finish = None
    for event in client(target).responses.create(**RESPONSE, stream=True):
        if event.type == "response.output_text.delta":
            target["saw_text"](event.delta)
        if event.type in ("response.completed", "response.failed", "error"):
            finish = event.type
    return {"finish": finish}


def responses_helper(target):
    with client(target).responses.stream(**RESPONSE) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                target["saw_text"](event.delta)
        return {"finish": stream.get_final_response().status}


def call(title, short, stream, dialect, run):
    return {"title": title, "short": short, "stream": stream, "dialect": dialect, "run": run}


CALLS = {
    "chat": call("`chat.completions.create`", "chat", False, "openai-chat", chat),
    "chat-create-stream": call("`chat.completions.create(stream=True)`", "chat create", True, "openai-chat", chat_stream),
    "chat-stream": call("`chat.completions.stream()`", "chat `stream()`", True, "openai-chat", chat_helper),
    "responses": call("`responses.create`", "Responses", False, "openai-responses", responses),
    "responses-create-stream": call(
        "`responses.create(stream=True)`", "Responses create", True, "openai-responses", responses_stream
    ),
    "responses-stream": call("`responses.stream()`", "Responses `stream()`", True, "openai-responses", responses_helper),
}
