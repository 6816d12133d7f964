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

  it("warns that a budget is not enforced, rather than let it be believed", () => {
    const { app, warnings } = loadApp({ text: "budget: { usd: $0.50 }", env: {} });
    expect(app.budget).toEqual({ usd: 0.5 });
    expect(warnings.map(({ message }) => message)).toEqual(["this version does not enforce a budget yet"]);
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
