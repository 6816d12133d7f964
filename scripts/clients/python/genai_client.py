"""The official google-genai package."""

from google import genai
from google.genai import types

ID = "python-genai"
TITLE = "google-genai (Python)"
PACKAGES = ["google-genai", "httpx2", "httpx"]
SETUP = None

REQUEST = {
    "model": "sample-model",
    "contents": "Say hello.",
    "config": types.GenerateContentConfig(max_output_tokens=64),
}


def client(target):
    limit = {} if target["timeout_s"] is None else {"timeout": int(target["timeout_s"] * 1000)}
    return genai.Client(api_key=target["key"], http_options=types.HttpOptions(base_url=target["url"], **limit))


def finish_of(answer, otherwise=None):
    reason = answer.candidates[0].finish_reason if answer.candidates else None
    return otherwise if reason is None else reason.value


def generate(target):
    # Kept, since a client that is collected closes its connections.
    own = client(target)
    answer = own.models.generate_content(**REQUEST)
    if not answer.candidates:
        return {"oddity": "an object without `candidates`"}
    return {"finish": finish_of(answer), "text": answer.text}


def generate_stream(target):
    own = client(target)
    finish = None
    for chunk in own.models.generate_content_stream(**REQUEST):
        target["saw_text"](chunk.text)
        finish = finish_of(chunk, finish)
    return {"finish": finish}


def call(title, stream, run):
    return {"title": title, "short": "generate", "stream": stream, "dialect": "gemini", "run": run}


CALLS = {
    "generate": call("`models.generate_content`", False, generate),
    "generate-stream": call("`models.generate_content_stream`", True, generate_stream),
}
