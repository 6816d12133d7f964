import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/core/errors.ts";
import { loadApp } from "../../src/scenario/app-file.ts";
import { caught } from "../support/scenario.ts";

const APP = `app:
  start: npm run dev
  url: http://127.0.0.1:3000
  ready: /healthz
  front_door:
    path: /chat
    method: POST
    headers: { content-type: application/json, authorization: "Bearer \${APP_TOKEN}" }
    body: '{"message": "Summarise ticket {{n}}"}'
    answer:
      stream: sse
      done_when: { event: done }
      incomplete_when: { json: { path: $.truncated, equals: true } }
      error_when: { event: error }
    shed_when: { status: [429, 503] }
    fallback_when: { header: { x-model: "*mini*" } }
    deadline: 20s
upstream: https://api.openai.com
`;
const problems = (text: string) =>
  caught(() => loadApp({ text, env: { APP_TOKEN: "t0ken-value" } })).map(formatProblem);

describe("llm-chaos.yaml", () => {
  it("is read whole, values filled in, credentials named for the scrubber", () => {
    const { app, warnings, secrets } = loadApp({ text: APP, env: { APP_TOKEN: "t0ken-value" } });
    expect(warnings).toEqual([]);
    expect(app).toEqual({
      start: "npm run dev",
      url: "http://127.0.0.1:3000",
      ready: "/healthz",
      upstream: "https://api.openai.com",
      frontDoor: {
        path: "/chat",
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer t0ken-value" },
        bodies: ['{"message": "Summarise ticket {{n}}"}'],
        answer: {
          stream: "sse",
          doneWhen: { event: "done" },
          incompleteWhen: { json: { path: "$.truncated", equals: true } },
          errorWhen: { event: "error" },
        },
        shedWhen: { status: [429, 503] },
        fallbackWhen: { header: { "x-model": "*mini*" } },
        deadlineMs: 20_000,
      },
    });
    expect(secrets).toContain("t0ken-value");
  });

  it("names canaries, none so short that it stands in answers by chance", () => {
    const text = (canary: string) => `app: { url: http://127.0.0.1:1, front_door: { path: /, canaries: [${canary}] } }`;
    expect(loadApp({ text: text("you are Ada"), env: {} }).app.frontDoor?.canaries).toEqual(["you are Ada"]);
    expect(problems(text("Ada"))[0]).toContain("stands in answers by chance");
  });

  it("has defaults", () => {
    const { app } = loadApp({ text: "app: { url: http://127.0.0.1:1, front_door: { path: / } }", env: {} });
    expect(app).toMatchObject({
      ready: "/",
      frontDoor: { method: "POST", headers: {}, bodies: [""], answer: { stream: "json" }, deadlineMs: 30_000 },
    });
    expect(loadApp({ text: "", env: {} }).app).toMatchObject({ ready: "/", frontDoor: undefined });
  });

  it("takes a literal key in a header for a secret too", () => {
    const text = "app: { url: http://127.0.0.1:1, front_door: { path: /, headers: { X-Api-Key: abcdefgh } } }";
    expect(loadApp({ text, env: {} }).secrets).toContain("abcdefgh");
  });

  it("reads a budget per run and per minute, and prices of one's own", () => {
    const text = `budget: { usd: $0.50, tokens: 500_000, per_minute: { requests: 60 }, over: stub, assume_max_output: 1000 }
prices: { my-model: { input: $2.50, output: 10, cached: $0 } }`;
    const { app, warnings } = loadApp({ text, env: {} });
    expect(app.budget).toEqual({
      usd: 0.5,
      tokens: 500_000,
      perMinute: { requests: 60 },
      over: "stub",
      assumeMaxOutput: 1_000,
    });
    expect(app.prices).toEqual({ "my-model": { input: 2.5, output: 10, cached: 0 } });
    expect(warnings).toEqual([]);
  });

  it("says where a budget or a price is wrong", () => {
    const text = `budget: { usd: 0, per_minute: { requests: 1.5 } }
prices:
  my-model: { input: ten, output: 1 }`;
    expect(problems(text)).toEqual([
      expect.stringContaining("llm-chaos.yaml:1:16: error: must be above 0"),
      expect.stringContaining("llm-chaos.yaml:1:43: error:"),
      expect.stringContaining('llm-chaos.yaml:3:22: error: "ten" is not an amount of money'),
    ]);
  });

  it("takes several upstreams by name", () => {
    const several = "upstream:\n  openai: https://api.openai.com\n  small: stub:fast.yaml\n";
    const { app } = loadApp({ text: several, env: {} });
    expect(app.upstream).toBeUndefined();
    expect(app.upstreams).toEqual({ openai: "https://api.openai.com", small: "stub:fast.yaml" });
    const wrong = problems(several.replace("openai: https", "v1: https").replace("stub:fast.yaml", "fast.yaml"));
    expect(wrong).toEqual([
      expect.stringMatching(/^llm-chaos.yaml:2:\d+: error: paths of requests begin with "\/v1"/),
      expect.stringMatching(/^llm-chaos.yaml:3:10: error: an upstream is an http\(s\) URL/),
    ]);
  });

  it("names every problem in one pass", () => {
    expect(
      problems(
        APP.replace("front_door", "frontdoor")
          .replace("url: http://127.0.0.1:3000", "url: 127.0.0.1:3000")
          .replace("ready: /healthz", "ready: healthz")
          .replace("https://api.openai.com", "api.openai.com"),
      ),
    ).toEqual([
      "llm-chaos.yaml:3:8: error: not an http URL; for example http://127.0.0.1:3000",
      "llm-chaos.yaml:4:10: error: a path begins with /",
      'llm-chaos.yaml:5:3: error: unknown key "frontdoor" (did you mean front_door?)',
      "llm-chaos.yaml:18:11: error: an upstream is an http(s) URL, stub, stub:profile.yaml or replay:cassette.jsonl",
    ]);
  });

  it.each([
    ["status: 9", /15:26: error: status must be at least 100/],
    ["staus: 429", /unknown key "staus" \(did you mean status\?\)/],
    ["json: { path: truncated }", /a JSON path such as/],
    ["", /error: give at least one of status/],
  ])("refuses the matcher { %s }", (matcher, expected) => {
    expect(problems(APP.replace("status: [429, 503]", matcher)).join("\n")).toMatch(expected);
  });
});
