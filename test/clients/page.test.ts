import { describe, expect, it } from "vitest";
import { problemsIn } from "../../scripts/clients/check.ts";
import { renderData } from "../../scripts/clients/data.ts";
import { findingsIn } from "../../scripts/clients/findings.ts";
import type { CallResult, Cell, Matrix } from "../../scripts/clients/matrix.ts";
import { renderPage } from "../../scripts/clients/page.ts";
import { thrownFacts } from "../../scripts/clients/thrown.ts";
import { TROUBLES } from "../../scripts/clients/troubles.ts";
import { verdictOf } from "../../scripts/clients/verdict.ts";

/** What is made of a measurement. */

const cell = (changes: Partial<Cell & object> = {}): Cell => ({
  requests: 1,
  gapsMs: [],
  end: "returned",
  tookMs: 5,
  text: "all of it",
  returned: { finish: "stop" },
  exercised: true,
  unrecognised: 0,
  ...changes,
});
const control = cell({ exercised: false });

function matrixOf(cells: Record<string, Cell>, more: Partial<CallResult> = {}): Matrix {
  const calls = [
    { id: "chat", title: "`create`", short: "create", stream: true, dialect: "openai-chat", cells, ...more },
  ];
  const client = { id: "one", title: "Client One", versions: { one: "1.2.3" }, calls };
  return { date: "2026-01-02", runtime: "Node v0", troubles: TROUBLES, clients: [client] };
}

describe("a verdict", () => {
  it.each([
    ["the whole answer", cell(), "served", "whole"],
    ["a part of it", cell({ text: "all" }), "accepted", "part"],
    ["all of it without a finish", cell({ returned: { finish: undefined } }), "accepted", "whole"],
    ["all of it with an error beside it", cell({ carried: "an error part" }), "accepted", "whole"],
    ["another text", cell({ text: "something else" }), "accepted", "other"],
    ["an error behind a part", cell({ text: "all", end: "threw" }), "error", "part"],
    ["an open request", cell({ text: "", end: "hangs" }), "hangs", "none"],
    ["a wait after one request", cell({ text: "", end: "waits" }), "sleeps", "none"],
    ["a wait after two", cell({ text: "", end: "waits", requests: 2 }), "retrying", "none"],
    ["a fault that never took effect", cell({ exercised: false }), "not exercised", "whole"],
    ["nothing measured", { skipped: "no such fault" }, "skipped", "none"],
  ] as [string, Cell, string, string][])("on %s", (_what, measured, kind, text) => {
    expect(verdictOf(measured, control)).toEqual({ kind, text });
  });
});

describe("a page", () => {
  const truncated = matrixOf({
    "stream-none": control,
    truncate: cell({ text: "all", returned: { finish: undefined } }),
  });

  it("names whom a finding concerns, and leaves out what was not seen", () => {
    const findings = findingsIn(truncated);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain("ends cleanly after 4 of 12 tokens: Client One");
    expect(findingsIn(matrixOf({ "stream-none": control, truncate: cell({ text: "all", end: "threw" }) }))).toEqual([]);
  });

  it("tells date, versions and behaviour", () => {
    const page = renderPage(truncated, { watchMs: 8_000 });
    expect(page).toContain("Measured on 2026-01-02 with Node v0");
    expect(page).toContain("`one@1.2.3`");
    expect(page).toContain("| ends cleanly after 4 of 12 tokens | **accepted**: partial text |");
  });

  it("has the same for machines", () => {
    const data = JSON.parse(renderData(truncated));
    expect(data.clients[0].calls[0].cells.truncate).toMatchObject({ outcome: "accepted", requests: 1, text: "part" });
  });
});

describe("a measurement", () => {
  it("is in order when the client is served without trouble", () => {
    expect(problemsIn(matrixOf({ "stream-none": control }))).toEqual([]);
  });

  it.each([
    ["fails without trouble", { "stream-none": cell({ end: "threw", text: "" }) }, "without trouble: error"],
    ["retries without trouble", { "stream-none": cell({ requests: 2 }) }, "2 requests"],
    ["was not run without trouble", { truncate: cell() }, "was not run"],
    ["asks what we do not know", { "stream-none": control, truncate: cell({ unrecognised: 1 }) }, "not recognised"],
  ] as [string, Record<string, Cell>, string][])("is worthless when the client %s", (_what, cells, said) => {
    expect(problemsIn(matrixOf(cells)).join("\n")).toContain(said);
  });
});

describe("what was thrown", () => {
  it("has the class, the status, the provider's word and the network's", () => {
    class RefusedError extends Error {}
    const cause = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    const error = Object.assign(new RefusedError("no", { cause }), { status: 429, code: "rate_limit_exceeded" });
    expect(thrownFacts(error)).toEqual({
      class: "RefusedError",
      status: 429,
      code: "rate_limit_exceeded",
      message: "no",
      cause: "ECONNRESET",
    });
  });

  it("need not be an error, nor have a name", () => {
    expect(thrownFacts({ code: 1 }).class).toBe("not an Error: object");
    expect(thrownFacts(Object.assign(new TypeError("odd"), { name: null })).class).toBe("TypeError");
  });

  it("differs not by ports and ids from run to run", () => {
    expect(thrownFacts(new Error("127.0.0.1:4711 refused\n req_0123abcd")).message).toBe("127.0.0.1 refused req_…");
  });
});
