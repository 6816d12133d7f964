import { describe, expect, it } from "vitest";
import { summarySchema } from "../../src/run/summary-schema.ts";
import { chat, openSession } from "../support/session.ts";

describe("what the control host serves", () => {
  it("tells load tools what they set thresholds on", async () => {
    const { session, running } = await openSession();
    await chat(session.proxy.url, { stream: true });
    await chat(session.proxy.url);
    const headers = { authorization: `Bearer ${running.spectatorToken}` };
    const summary = (await (await fetch(`${running.pageUrl}runs/current/summary.json`, { headers })).json()) as {
      ttft_ms: { p95: number };
      tokens: { input: number };
    };
    expect(summary).toMatchObject({
      run_id: session.folder.runId,
      attempts: 2,
      retries: 0,
      in_flight: 0,
      completions: { with_finish: 2, without_finish: 0 },
      refused_429: {},
      saved_usd: null,
      budget: { caps: { run: {} }, refused: 0 },
    });
    expect(summarySchema.safeParse(summary).error?.issues ?? []).toEqual([]);
    expect(summarySchema.safeParse({ ...summary, surprise: 1 }).success).toBe(false);
    expect(summary.ttft_ms.p95).toBeGreaterThan(0);
    expect(summary.tokens.input).toBeGreaterThan(0);
  });

  it("makes the report of the log so far, anew when the log has grown", async () => {
    const { session, running, control } = await openSession();
    await chat(session.proxy.url);
    const get = (name: string, token = running.token) =>
      fetch(`${running.pageUrl}runs/current/${name}`, { headers: { authorization: `Bearer ${token}` } });
    const html = await get("runbook.html");
    expect(html.status).toBe(200);
    expect(html.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await html.text()).toContain("<html");
    const report = async () => (await (await get("report.json")).json()) as { calls: { attempts: number } };
    expect((await report()).calls.attempts).toBe(1);
    await chat(session.proxy.url);
    await control.mark("after");
    expect((await report()).calls.attempts).toBe(2);
    expect((await get("../events.jsonl")).status).toBe(404);
    expect((await get("nothing.txt")).status).toBe(404);
    expect((await get("runbook.html", "wrong")).status).toBe(401);
  });

  it("changes the budget of live calls while they run; a call beyond it is refused with 403", async () => {
    const { session, running, control } = await openSession();
    expect((await chat(session.proxy.url)).status).toBe(200);
    const budget = await control.setBudget({ requests: 2 });
    expect(budget).toMatchObject({ caps: { run: { requests: 2 } }, used: { requests: 1 } });
    expect((await chat(session.proxy.url)).status).toBe(200);
    expect((await chat(session.proxy.url)).status).toBe(403);
    await control.panic();
    expect((await chat(session.proxy.url)).status).toBe(403);
    const headers = { authorization: `Bearer ${running.token}` };
    const summary = await (await fetch(`${running.pageUrl}runs/current/summary.json`, { headers })).json();
    expect(summarySchema.parse(summary).budget).toMatchObject({ caps: { run: { requests: 2 } }, refused: 2 });
    await control.setBudget({ requests: null });
    expect((await chat(session.proxy.url)).status).toBe(200);
  });
});
