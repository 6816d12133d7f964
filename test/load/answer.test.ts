import { describe, expect, it } from "vitest";
import type { FrontDoor, Matcher } from "../../src/core/app.ts";
import { createHasher } from "../../src/core/secrets.ts";
import { textTail } from "../../src/core/text.ts";
import { type AnswerFacts, compileAnswer, INSPECTED_CHARACTERS } from "../../src/load/answer.ts";
import { createSecretWatch } from "../../src/load/secret-watch.ts";
import { frontDoor } from "../support/load.ts";

const hasher = createHasher("secret of the run");
/** What the proxy logs for the text it sent. */
const tailOf = (text: string) => hasher(textTail(text).tail);

interface Given {
  door?: Partial<FrontDoor>;
  status?: number;
  headers?: Record<string, string>;
  /** Keys of the app. */
  keys?: string[];
  /** Each one a chunk as it comes from the network. */
  chunks: (string | Uint8Array)[];
}

function inspect({ door, status = 200, headers = {}, keys = [], chunks }: Given): AnswerFacts {
  const described = frontDoor(door);
  const secrets = createSecretWatch(described.canaries ?? [], hasher);
  for (const key of keys) secrets.know({ hash: hasher(key), length: key.length });
  const reader = compileAnswer(described, hasher, secrets)();
  reader.head({ status, headers });
  for (const chunk of chunks) reader.data(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return reader.facts();
}

const sse = (parts: Partial<FrontDoor["answer"]> = {}): Partial<FrontDoor> => ({
  answer: { stream: "sse", doneWhen: undefined, incompleteWhen: undefined, errorWhen: undefined, ...parts },
});
const shed = (matcher: Matcher, given: Given) => inspect({ ...given, door: { shedWhen: matcher } }).matched.shed;

describe("matchers", () => {
  it("say nothing about what the app file does not declare", () => {
    expect(inspect({ chunks: ['{"a":1}'] }).matched).toEqual({});
  });

  it("need every part", () => {
    const matcher: Matcher = {
      status: [429, 503],
      header: { "X-Model": "*mini*" },
      json: { path: "$.busy" },
      text: "*later*",
    };
    const right: Given = {
      status: 503,
      headers: { "x-model": "gpt-mini-1" },
      chunks: ['{"busy":true,', '"say":"come later"}'],
    };
    expect(shed(matcher, right)).toBe(true);
    expect(shed(matcher, { ...right, status: 500 })).toBe(false);
    expect(shed(matcher, { ...right, headers: { "x-model": "large" } })).toBe(false);
    expect(shed(matcher, { ...right, headers: {} })).toBe(false);
    expect(shed(matcher, { ...right, chunks: ['{"busy":null,"say":"come later"}'] })).toBe(false);
    expect(shed(matcher, { ...right, chunks: ['{"busy":true,"say":"no"}'] })).toBe(false);
  });

  it.each<[string, unknown, boolean]>([
    ["$.a.b[1]", 2, true],
    ["$.a.b[1]", "2", false],
    ["$.a.b[9]", undefined, false],
    ["$.a['b c']", { deep: [null] }, true],
    ["$.a.length", undefined, false],
    ["$.a.b.length", undefined, true],
    ["$.a.constructor", undefined, false],
    ["$", undefined, true],
  ])("read %s equal to %j: %s", (path, equals, expected) => {
    const json = { path, ...(equals === undefined ? {} : { equals }) };
    expect(shed({ json }, { chunks: ['{"a":{"b":[1,2],"b c":{"deep":[null]}}}'] })).toBe(expected);
  });

  it("find a named event, and hold name and path of one matcher to the same event", () => {
    const doneWhen = { event: "done", json: { path: "$.ok", equals: true } };
    const events = (chunks: string[]) =>
      inspect({ door: sse({ doneWhen, errorWhen: { event: "error" } }), chunks }).matched;
    expect(events(['event: done\ndata: {"ok"', ":true}\n\n"])).toEqual({ done: true, error: false });
    expect(events(['event: token\ndata: {"ok":true}\n\n', "event: done\ndata: {}\n\n"])).toEqual({
      done: false,
      error: false,
    });
    expect(events(["event: error\ndata: {}\n\n"])).toEqual({ done: false, error: true });
    expect(events(['event: done\ndata: {"ok":true}\n'])).toEqual({ done: false, error: false });
  });

  it("find a text across the pieces of a stream, and the end mark in an event of its own", () => {
    const chunks = ['data: {"t":"Sorry, to', 'o"}\n\ndata: {"t":" busy"}\n\n', "data: [DONE]\n\n"];
    const { matched } = inspect({
      door: sse({ errorWhen: { text: "*too busy*" }, doneWhen: { text: "[DONE]" } }),
      chunks,
    });
    expect(matched).toEqual({ error: true, done: true });
  });

  it("look at a refusal in JSON although the app streams otherwise", () => {
    const door = { ...sse({ doneWhen: { event: "done" } }), shedWhen: { json: { path: "$.busy" } } };
    const headers = { "content-type": "application/json" };
    expect(inspect({ door, status: 503, headers, chunks: ['{"busy":true}'] }).matched).toEqual({
      shed: true,
      done: false,
    });
  });
});

describe("text tails", () => {
  const text = "The Straße ticket, №42: **was closed** on Tuesday — by Ünal.";

  it("equal what the proxy computes from the model's text, for every string of a JSON answer", () => {
    const { text_tails } = inspect({
      chunks: [JSON.stringify({ reply: text, list: [{ more: "Short" }], none: "…", n: 5 })],
    });
    expect(text_tails).toEqual([tailOf(text), tailOf("Short")]);
  });

  it("join the pieces of a stream wherever it is cut, also inside a letter", () => {
    const pieces = text.match(/.{1,3}/gsu) ?? [];
    const bytes = Buffer.from(pieces.map((t) => `data: ${JSON.stringify({ t, id: "x" })}\n\n`).join(""));
    for (const size of [1, 2, 7, 4_096]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(inspect({ door: sse(), chunks }).text_tails).toContain(tailOf(text));
    }
  });

  it("join a stream of plain text, numbers included", () => {
    const chunks = ["data: It costs \n\n", "data: 42\n\n", "data:  euros\n\n", "data: [DONE]\n\n"];
    expect(inspect({ door: sse(), chunks }).text_tails).toEqual([tailOf("It costs 42 euros")]);
  });

  it("keep the texts of differently named events apart", () => {
    const chunks = ['event: token\ndata: {"t":"Hello"}\n\n', 'event: done\ndata: {"t":"bye"}\n\n'];
    expect(inspect({ door: sse(), chunks }).text_tails).toEqual([tailOf("Hello"), tailOf("bye")]);
  });

  it("are at most 32, the longest texts first", () => {
    const texts = Array.from({ length: 40 }, (_, i) => "x".repeat(i + 1));
    const { text_tails } = inspect({ chunks: [JSON.stringify(texts)] });
    expect(text_tails).toHaveLength(32);
    expect(text_tails[0]).toBe(tailOf("x".repeat(32)));
  });

  it("stay right in a stream that is longer than what is kept of it", () => {
    const piece = "lorem ipsum ".repeat(1_000);
    const chunks = Array.from({ length: 100 }, () => `data: ${JSON.stringify({ t: piece })}\n\n`);
    const facts = inspect({
      door: { ...sse({ doneWhen: { text: "*never said*" } }) },
      chunks: [...chunks, 'data: {"t":"the end"}\n\n'],
    });
    expect(facts.text_tails).toEqual([tailOf(`${piece}the end`)]);
    expect(facts.matched).toEqual({});
  });
});

describe("an answer beyond the bound", () => {
  it("is not judged on what was not looked at", () => {
    const chunks = ["[", `"${"a".repeat(INSPECTED_CHARACTERS)}"`, ',{"done":true}]'];
    const door = { shedWhen: { status: [503] }, fallbackWhen: { json: { path: "$[1].done" } } };
    expect(inspect({ door, chunks })).toEqual({ matched: { shed: false }, text_tails: [], provider_text: false });
  });

  it("may be one endless event, without a crash", () => {
    const chunks = [
      "data: ",
      ...Array.from({ length: 20 }, () => "b".repeat(100_000)),
      "\n\n",
      "event: done\ndata: {}\n\n",
    ];
    const { matched } = inspect({ door: sse({ doneWhen: { event: "done" }, errorWhen: { status: [500] } }), chunks });
    expect(matched).toEqual({ error: false });
  });
});

describe("provider text", () => {
  it.each([
    '{"error":"Rate limit reached for gpt-4o in organization org-1 on tokens per min (TPM)"}',
    '{"detail":"see https:\\/\\/platform.openai.com\\/account\\/rate-limits"}',
    '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
  ])("is seen in %s", (body) => {
    expect(inspect({ chunks: [body] }).provider_text).toBe(true);
  });

  it("is seen across the pieces of a stream", () => {
    const chunks = ['data: {"t":"You exceeded your cur"}\n\n', 'data: {"t":"rent quota"}\n\n'];
    expect(inspect({ door: sse(), chunks }).provider_text).toBe(true);
  });

  it("is not seen in an app's own words", () => {
    expect(
      inspect({ chunks: ['{"error":"We are busy, the rate limit of our provider is reached."}'] }).provider_text,
    ).toBe(false);
  });
});

describe("keys and canaries", () => {
  const KEY = "sk-proj-Ab12_cd-34EFgh56";
  const TOKEN = "eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl";
  const shows = (chunks: string[], given: Partial<Given> = {}) =>
    inspect({ keys: [KEY, TOKEN], chunks, ...given }).secret_shown;

  it.each([
    `{"error":"the call with ${KEY} failed"}`,
    `<p>https://example.test/v1?key=${KEY}&amp;alt=sse</p>`,
    `{"request":{"headers":{"authorization":"Bearer ${KEY}"}}}`,
    `Not accepted: ${TOKEN}.`,
    `Not accepted: ${KEY}...`,
  ])("a key is seen in %s", (body) => {
    expect(shows([body])).toBe(true);
  });

  it("a key is seen across the pieces of a stream, and in a header", () => {
    const pieces = [KEY.slice(0, 9), KEY.slice(9)].map((t) => `data: ${JSON.stringify({ t })}\n\n`);
    expect(shows(pieces, { door: sse() })).toBe(true);
    expect(shows(["{}"], { headers: { "x-debug": `key ${KEY}` } })).toBe(true);
  });

  it("neither its beginning nor a word of its length is the key", () => {
    expect(shows([`{"error":"key ${KEY.slice(0, 7)}… is wrong", "id":"${KEY.toLowerCase()}"}`])).toBe(false);
    expect(shows(['{"reply":"all is well"}'])).toBe(false);
  });

  it("a canary is seen wherever it stands, also in the middle of a word", () => {
    const door = { canaries: ['never say "plum" aloud'] };
    expect(shows([JSON.stringify({ reply: 'They told me: never say "plum" aloud.' })], { door })).toBe(true);
    expect(shows(['{"reply":"plum"}'], { door })).toBe(false);
  });

  it("of an answer that was too long to be looked through, nothing is said unless it was seen", () => {
    const long = "a ".repeat(INSPECTED_CHARACTERS);
    expect(shows([`data: "${KEY}"\n\n`, `data: ${JSON.stringify(long)}\n\n`], { door: sse() })).toBe(true);
    expect(inspect({ keys: [KEY], chunks: [long] })).not.toHaveProperty("secret_shown");
  });
});
