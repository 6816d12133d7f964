"""Makes calls with Python clients for the matrix. Lines of JSON in, lines of JSON out.

in:  {"id": 1, "client": "python-openai", "call": "chat", "url": "http://127.0.0.1:1", "key": "…", "timeout_ms": 500 or null}
out: {"clients": [...]} first, then for each call any number of {"id": 1, "text": "…"} and at last
     {"id": 1, "finish": …, "text": …, "oddity": …} or {"id": 1, "thrown": {…}}
"""

import importlib
import json
import sys
import threading
from importlib.metadata import PackageNotFoundError, version

MODULES = ["openai_client", "anthropic_client", "genai_client", "litellm_client"]

# What clients print must not get between the lines.
out = sys.stdout
sys.stdout = sys.stderr
lock = threading.Lock()


def say(message):
    with lock:
        out.write(json.dumps(message) + "\n")
        out.flush()


def installed():
    """Modules whose packages are there, by client id."""
    found = {}
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        found[module.ID] = module
    return found


def describe(module):
    versions = {}
    for package in module.PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            pass
    calls = [
        {"id": id, "title": call["title"], "short": call["short"], "stream": call["stream"], "dialect": call["dialect"]}
        for id, call in module.CALLS.items()
    ]
    return {"id": module.ID, "title": module.TITLE, "setup": module.SETUP, "versions": versions, "calls": calls}


def facts(error):
    """What an app can branch on."""
    found = {"class": type(error).__name__, "message": str(error)}
    status = getattr(error, "status_code", None)
    code = getattr(error, "code", None)
    if status is None and isinstance(code, int):
        status, code = code, getattr(error, "status", None)
    if isinstance(status, int):
        found["status"] = status
    if code is None:
        code = getattr(error, "type", None)
    if isinstance(code, str):
        found["code"] = code
    cause = error.__cause__
    if cause is not None:
        found["cause"] = type(cause).__name__
    return found


def run(module, request):
    id = request["id"]
    timeout_ms = request["timeout_ms"]
    target = {
        "url": request["url"],
        "key": request["key"],
        "timeout_s": None if timeout_ms is None else timeout_ms / 1000,
        "saw_text": lambda text: say({"id": id, "text": text}) if text else None,
    }
    try:
        answer = module.CALLS[request["call"]]["run"](target)
    except Exception as error:  # whatever it is, the app would get it
        say({"id": id, "thrown": facts(error)})
    else:
        say({"id": id, "end": "returned", **answer})


def main():
    modules = installed()
    say({"python": sys.version.split()[0], "clients": [describe(module) for module in modules.values()]})
    for line in sys.stdin:
        request = json.loads(line)
        # A call may hang for ever; it must not keep the process.
        threading.Thread(target=run, args=(modules[request["client"]], request), daemon=True).start()


main()
