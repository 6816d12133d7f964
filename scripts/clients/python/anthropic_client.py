"""The official anthropic package."""

import anthropic

ID = "python-anthropic"
TITLE = "anthropic (Python)"
PACKAGES = ["anthropic", "httpx2", "httpx"]
SETUP = None

MESSAGE = {"model": "sample-model", "max_tokens": 64, "messages": [{"role": "user", "content": "Say hello."}]}


def client(target):
    limit = {} if target["timeout_s"] is None else {"timeout": target["timeout_s"]}
    return anthropic.Anthropic(base_url=target["url"], api_key=target["key"], **limit)


def messages(target):
    answer = client(target).messages.create(**MESSAGE)
    if isinstance(answer, str):
        return {"oddity": "the body as a string"}
    if not answer.content:
        return {"oddity": "an object without `content`"}
    return {"finish": answer.stop_reason, "text": "".join(block.text for block in answer.content)}


def messages_stream(target):
    finish = None
    for event in client(target).messages.create(**MESSAGE, stream=True):
        if event.type == "content_block_delta":
            target["saw_text"](event.delta.text)
        if event.type == "message_delta":
            finish = event.delta.stop_reason or finish
    return {"finish": finish}


def messages_helper(target):
    with client(target).messages.stream(**MESSAGE) as stream:
        for text in stream.text_stream:
            target["saw_text"](text)
        return {"finish": stream.get_final_message().stop_reason}


def call(title, short, stream, run):
    return {"title": title, "short": short, "stream": stream, "dialect": "anthropic-messages", "run": run}


CALLS = {
    "messages": call("`messages.create`", "create", False, messages),
    "messages-create-stream": call("`messages.create(stream=True)`", "create", True, messages_stream),
    "messages-stream": call("`messages.stream()`", "`stream()`", True, messages_helper),
}
