import { describe, expect, it } from "vitest";
import { offersSample, sampleCurl } from "../../src/dashboard/sample.ts";

const proxyUrl = "http://127.0.0.1:4141";
const stub = { kind: "stub", address: "stub" } as const;
const live = { kind: "live", address: "https://provider.test" } as const;

describe("a sample call", () => {
  it("is one line for a shell, whose body no quote ends early", () => {
    const line = sampleCurl({ proxyUrl, upstream: stub });
    expect(line).toMatch(/^curl -N http:\/\/127\.0\.0\.1:4141\/v1\/chat\/completions [^\n]* -d '\{[^']*\}'$/);
    expect(JSON.parse(/-d '(.*)'$/.exec(line)?.[1] ?? "")).toMatchObject({ stream: true });
    expect(line).not.toContain("authorization");
  });

  it("takes a live provider's key from the shell and its model from the person", () => {
    expect(sampleCurl({ proxyUrl, upstream: live })).toMatch(/bearer \$OPENAI_API_KEY.*YOUR-MODEL/i);
  });

  it.each([
    [true, "by a proxy before the stub", { mode: "proxy", upstream: stub, proxyUrl }],
    [false, "to a live provider", { mode: "proxy", upstream: live, proxyUrl }],
    [false, "in a run, among its evidence", { mode: "run", upstream: stub, proxyUrl }],
    [false, "over TLS", { mode: "proxy", upstream: stub, proxyUrl: "https://127.0.0.1:4141" }],
  ] as const)("is offered (%s) %s", (offered, _where, head) => {
    expect(offersSample(head)).toBe(offered);
  });
});
