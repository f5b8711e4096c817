"""The official `openai` and `mcp` packages against a running Kuma. Called by scripts/api-clients.sh.

    api_clients.py KUMA_URL FAKE_PROVIDERS_URL

Every function whose name begins with `test_` is a test. Ends with one line that counts them.
"""

import asyncio
import contextlib
import http.server
import json
import sys
import threading
import traceback
import urllib.request

import openai
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

KUMA, FAKE = sys.argv[1:]
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9CNHoHgAAAABJRU5ErkJggg=="
)
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def call(method, url, body=None, token=None):
    """JSON in, JSON out."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


TOKEN = call(
    "POST",
    f"{KUMA}/api/auth/signup",
    {"email": "clients@example.com", "password": "correct horse battery", "name": "Clients"},
)["token"]


def key(*scopes):
    return call("POST", f"{KUMA}/api/keys", {"name": "a client", "scopes": scopes}, TOKEN)["key"]


def client(api_key):
    return openai.OpenAI(api_key=api_key, base_url=f"{KUMA}/v1", max_retries=0, timeout=30)


CHAT = client(key("chat"))


def user(text):
    return [{"role": "user", "content": text}]


def refused(kind, **asked):
    """What the client raises for this request, as the kind it must be."""
    try:
        CHAT.chat.completions.create(**asked)
    except openai.APIError as error:
        assert type(error) is kind, repr(error)
        return error
    raise AssertionError("it was not refused")


def last_request():
    """What the provider was asked last."""
    requests = call("GET", f"{FAKE}/_fake/requests?vendor=openai")
    return (requests["requests"] if isinstance(requests, dict) else requests)[-1]["body"]


def test_models_are_listed_and_looked_up():
    models = list(CHAT.models.list())
    names = [model.id for model in models]
    assert names[:4] == ["router", "research", "stock_market", "financial"], names
    assert "openai/gpt-5.6-sol" in names and models[0].owned_by == "kuma" and models[0].created > 1_700_000_000
    assert CHAT.models.retrieve("research").id == "research"
    try:
        CHAT.models.retrieve("nobody")
    except openai.NotFoundError as error:
        assert error.code == "model_not_found" and "nobody" in error.message, error
    else:
        raise AssertionError("nobody was found")


def test_an_agent_answers():
    answer = CHAT.chat.completions.create(model="router", messages=user("Hello bear"))
    assert answer.choices[0].message.content == "You said: Hello bear", answer
    assert answer.choices[0].finish_reason == "stop" and answer.model == "router" and answer.id.startswith("chatcmpl-")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_a_conversation_of_all_roles():
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        *user("One"),
        {"role": "assistant", "content": "Two"},
        *user("Three"),
    ]
    answer = CHAT.chat.completions.create(model="openai/gpt-5.6-sol", messages=messages, max_completion_tokens=50)
    assert answer.choices[0].message.content == "You said: Three"
    assert CHAT.chat.completions.create(model="router", messages=messages, temperature=0.5).choices


def test_an_answer_streams():
    stream = CHAT.chat.completions.create(
        model="router", messages=user("[multibyte]"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert len(chunks) > 4 and len(text) > 20, chunks
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens > 0
    assert all(chunk.usage is None for chunk in chunks[:-1])
    whole = CHAT.chat.completions.create(model="router", messages=user("[multibyte]")).choices[0].message.content
    assert text == whole


def test_a_stream_through_the_helper():
    with CHAT.chat.completions.stream(model="router", messages=user("Hello")) as stream:
        kinds = {event.type for event in stream}
        answer = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds, kinds
    assert answer.choices[0].message.content == "You said: Hello"


def test_tools_of_the_caller():
    messages = user('What now? [tool weather {"city": "Bern"}]')
    answer = CHAT.chat.completions.create(model="router", messages=messages, tools=[WEATHER], tool_choice="auto")
    choice = answer.choices[0]
    assert choice.finish_reason == "tool_calls", answer
    (asked,) = choice.message.tool_calls
    assert asked.function.name == "weather" and json.loads(asked.function.arguments) == {"city": "Bern"}
    turns = [*messages, choice.message, {"role": "tool", "tool_call_id": asked.id, "content": "rain"}]
    answer = CHAT.chat.completions.create(model="router", messages=turns, tools=[WEATHER])
    assert "rain" in answer.choices[0].message.content, answer


def test_tools_of_the_caller_in_a_stream():
    with CHAT.chat.completions.stream(
        model="openai/gpt-5.6-sol", messages=user('[tool weather {"city": "Bern"}]'), tools=[WEATHER]
    ) as stream:
        for _ in stream:
            pass
        choice = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    assert json.loads(choice.message.tool_calls[0].function.arguments) == {"city": "Bern"}


def test_a_named_tool_has_to_be_called():
    named = {"type": "function", "function": {"name": "weather"}}
    CHAT.chat.completions.create(model="router", messages=user("Hi"), tools=[WEATHER], tool_choice=named)
    assert last_request()["tool_choice"] == "required", last_request()


def test_pictures():
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    messages = [{"role": "user", "content": parts}]
    assert CHAT.chat.completions.create(model="openai/gpt-5.6-sol", messages=messages).choices
    remote = [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]
    error = refused(openai.BadRequestError, model="router", messages=[{"role": "user", "content": remote}])
    assert error.param == "messages[0].content[0]" and "data:" in error.message, error


def test_a_stop_sequence():
    answer = CHAT.chat.completions.create(model="router", messages=user("one two END three"), stop=["END"])
    assert answer.choices[0].message.content == "You said: one two " and answer.choices[0].finish_reason == "stop", answer


def test_structured_answers():
    schema = {"name": "reply", "schema": {"type": "object", "properties": {}, "additionalProperties": False}, "strict": True}
    CHAT.chat.completions.create(
        model="openai/gpt-5.6-sol", messages=user("Hi"), response_format={"type": "json_schema", "json_schema": schema}
    )
    error = refused(
        openai.BadRequestError, model="router", messages=user("Hi"), response_format={"type": "json_object"}
    )
    assert error.param == "response_format" and error.code == "unsupported_parameter", error


def test_errors_are_what_the_client_knows():
    assert refused(openai.NotFoundError, model="nobody", messages=user("x")).code == "model_not_found"
    assert refused(openai.BadRequestError, model="router", messages=[]).param == "messages"
    for field, value in {"n": 2, "top_p": 0.5, "logprobs": True, "presence_penalty": 1}.items():
        error = refused(openai.BadRequestError, model="router", messages=user("x"), **{field: value})
        assert (error.param, error.code) == (field, "unsupported_parameter"), error
    upstream = refused(openai.BadRequestError, model="openai/gpt-5.6-sol", messages=user("[error 400]"))
    assert upstream.code == "model_bad_request", upstream
    for wrong in ("kuma_wrong", "sk-something", key("mcp")):
        try:
            client(wrong).models.list()
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            assert error.code in ("invalid_api_key", "key_scope"), error
        else:
            raise AssertionError("it was let in")


def test_a_stream_that_breaks():
    try:
        for _ in CHAT.chat.completions.create(model="router", messages=user("[midstream-error]"), stream=True):
            pass
    except openai.APIError as error:
        assert error.message, error
    else:
        raise AssertionError("the error was not told")


def test_nothing_is_kept():
    assert call("GET", f"{KUMA}/api/chat", token=TOKEN)["items"] == []


class Page(http.server.BaseHTTPRequestHandler):
    """A page for getPageContent."""

    def do_GET(self):
        text = "<html><head><title>Bears</title></head><body><article><h1>Bears</h1>" + (
            "<p>Brown bears sleep through the winter in their dens, and wake up hungry in the spring.</p>" * 8
        )
        body = (text + "</article></body></html>").encode()
        self.send_response(200 if self.path == "/bears" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.asynccontextmanager
async def assistant(api_key, mode):
    headers = {"Authorization": f"Bearer {api_key}"}
    async with create_mcp_http_client(headers=headers) as web:
        async with Client(streamable_http_client(f"{KUMA}/mcp", http_client=web), mode=mode) as connected:
            yield connected


async def use_tools(mode, version):
    async with assistant(key("mcp"), mode) as other:
        assert other.protocol_version == version, other.protocol_version
        assert other.server_info.name == "kuma" and "never instructions" in other.instructions
        tools = {tool.name: tool for tool in (await other.list_tools()).tools}
        assert {"webSearch", "getPageContent", "getStockPrice"} <= set(tools), tools
        assert all(tool.annotations.read_only_hint for tool in tools.values())
        assert tools["getPageContent"].input_schema["required"] == ["url"]
        page = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=page.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{page.server_port}/bears"
            result = await other.call_tool("getPageContent", {"url": url})
        finally:
            page.shutdown()
            page.server_close()
        assert not result.is_error and "sleep through the winter" in result.content[0].text, result
        # What goes wrong in a tool is a result; what is not there is an error of the protocol.
        refusal = await other.call_tool("getPageContent", {"url": "http://10.0.0.1/"})
        assert refusal.is_error and refusal.content[0].text, refusal
        bad = await other.call_tool("getPageContent", {})
        assert bad.is_error and "url" in bad.content[0].text, bad
        try:
            await other.call_tool("fly", {})
        except MCPError as error:
            assert "fly" in str(error), error
        else:
            raise AssertionError("it flew")


def test_mcp_as_it_is_now():
    asyncio.run(use_tools("auto", "2026-07-28"))


def test_mcp_as_it_was_before():
    asyncio.run(use_tools("legacy", "2025-11-25"))


def test_mcp_with_a_key_that_does_not_work():
    async def connect(api_key):
        async with assistant(api_key, "legacy"):
            pass

    for wrong in ("kuma_wrong", key("chat")):
        try:
            asyncio.run(connect(wrong))
        except Exception as error:  # the client wraps it in groups of its own
            assert error, "it says why"
        else:
            raise AssertionError("it was let in")


def main():
    tests = [(name, value) for name, value in globals().items() if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        try:
            test()
        except Exception:
            failed += 1
            print(f"FAILED {name}")
            traceback.print_exc(file=sys.stdout)
        else:
            print(f"ok     {name}")
    print(f"{len(tests) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
