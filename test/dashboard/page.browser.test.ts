import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage, compressedSize, PAGE_FOLDER } from "../../scripts/dashboard-page.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import {
  CHROMIUM,
  CHROMIUM_FLAGS,
  expectAccessible,
  logIn,
  openPage,
  SPECTATOR_TOKEN,
  startWatched,
  TOKEN,
} from "../support/dashboard.ts";
import { freshFolder, startProxyCli } from "../support/e2e.ts";
import { JUDGE_PATIENCE_MS } from "../support/patience.ts";
import { chat } from "../support/session.ts";

const IN_CI = process.env["CI"] === "true";
const name =
  CHROMIUM === undefined ? "the dashboard in a browser (skipped: no chromium found)" : "the dashboard in a browser";

const SCENARIO = `
name: game-day
hypothesis: Nothing breaks.
limits: [{ rpm: 20 }]
phases:
  - { name: calm, lasts: 1h }
  - name: storm
    lasts: 1h
    faults: [{ server_error: {}, where: { model: stormy } }]
expect: [{ success_rate: { at_least: 10%, at: proxy } }]
`;

/** So that a time between two calls touches neither. */
const QUIET_MS = 4_500;

/** Times in seconds since the start of the run, as the chart's own scale has them. */
async function dragInChart(page: Page, fromS: number, toS: number): Promise<void> {
  const chart = page.getByRole("slider", { name: "Time to first token" });
  await chart.scrollIntoViewIfNeeded();
  const max = Number(await chart.getAttribute("aria-valuemax"));
  const axis = await chart.locator("path.axis").first().boundingBox();
  const { x = 0, y = 0, width = 0 } = axis ?? {};
  await drag(page, { x: x + (width * fromS) / max, y: y - 20 }, (width * (toS - fromS)) / max);
}

async function drag(page: Page, { x, y }: { x: number; y: number }, by: number): Promise<void> {
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by / 2, y, { steps: 3 });
  await page.mouse.move(x + by, y);
  await page.mouse.up();
}

/** Calls one after another, as many as it takes: how many depends on how much the limit refills meanwhile. */
async function chatUntil(url: string, enough: (answer: { status: number }) => boolean | Promise<boolean>) {
  for (let i = 0; i < 100; i++) if (await enough(await chat(url, { stream: true }))) return;
  throw new Error("100 calls were not enough");
}

/** How full the first limit is, in its words and by its bar, as shares, both at the same moment. */
const readGauge = (page: Page): Promise<{ words: number; bar: number }> =>
  page.evaluate(`(() => {
    const [used, track] = ["used", "track"].map((part) => document.querySelector("#limits ." + part));
    const [, count = 0, limit = 1] = /([\\d.]+) \\/ ([\\d.]+)/.exec(document.querySelector("#limits").innerText) ?? [];
    return { words: count / limit, bar: (used?.offsetWidth ?? 0) / (track?.offsetWidth ?? 1) };
  })()`);

const POST_SAMPLE = `fetch("/sample-call", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })
  .then(async (answer) => [answer.status, await answer.text()])`;

beforeAll(() => buildPage(PAGE_FOLDER));

it("is at most 100 KB on the wire, and names no other host", () => {
  expect(compressedSize(PAGE_FOLDER)).toBeLessThan(100 * 1_024);
  const script = readFileSync(join(PAGE_FOLDER, "assets/dashboard.js"), "utf8");
  const hosts = [...script.matchAll(/https?:\/\/([^/"'`\s]+)/g)].map(([, host]) => host);
  expect(hosts.filter((host) => host !== "www.w3.org")).toEqual([]);
});

describe.skipIf(CHROMIUM === undefined && !IN_CI)(name, () => {
  let browser: Browser;

  beforeAll(async () => {
    if (CHROMIUM === undefined) throw new Error("CI must have chromium: apt-get install chromium");
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  });
  afterAll(() => browser?.close());

  const soon = <T>(read: () => T) => expect.poll(read);
  const seen = (page: Page, id: string, text: string | RegExp) =>
    soon(() => page.locator(`#${id}`).innerText()).toMatch(text);

  /** A call, some seconds of nothing, and a call with a mark. */
  async function watchTwoMoments(inside: Browser) {
    const { url, session } = await startWatched({ scenario: SCENARIO, startAtOnce: true });
    const watched = await openPage(inside, url);
    const { page } = watched;
    await logIn(page);
    await chat(session.proxy.url, { model: "early", stream: true });
    const betweenS = Math.round(session.clock.nowMs() / 1_000) + 2;
    await page.waitForTimeout(QUIET_MS);
    await chat(session.proxy.url, { model: "late", stream: true });
    session.log.append({ type: "mark", label: "late-mark", who: "ada" });
    await seen(page, "calls", /late[\s\S]*early/);
    await seen(page, "log", /late-mark/);
    return { ...watched, session, betweenS };
  }

  it("lets nobody in without the token, and says why", async () => {
    const { url } = await startWatched();
    const { page, complaints } = await openPage(browser, url);
    await page.getByLabel("Control token").waitFor();
    await expectAccessible(page);
    expect(await page.locator(".summary").count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.getByLabel("Control token").fill("wrong");
    await page.getByRole("button", { name: "log in" }).click();
    await soon(() => page.getByRole("alert").innerText()).toContain("not the token");
  });

  it("says where to point the app while no call has come, then moves its gauges and names the limit that bites", async () => {
    const { url, session } = await startWatched({ scenario: SCENARIO });
    const { page, complaints } = await openPage(browser, url);
    await logIn(page);
    await soon(() => page.locator(".empty").innerText()).toContain(`OPENAI_BASE_URL=${session.proxy.url}/v1`);
    await chat(session.proxy.url, { stream: true });
    await soon(() => page.locator(".empty").count()).toBe(0);
    // How far the gauge is when it is looked at depends on how fast the calls went: the limit refills meanwhile.
    await chatUntil(session.proxy.url, async () => (await readGauge(page)).words >= 0.4);
    const { words, bar } = await readGauge(page);
    expect(bar).toBeCloseTo(words, 1);
    await chatUntil(session.proxy.url, ({ status }) => status === 429);
    await soon(() => page.locator(".headline").innerText()).toMatch(/requests\/min bites now: \d+ refused/);
    await seen(page, "calls", /429/);
    await expect
      .poll(() => page.locator("#expectations").innerText(), { timeout: JUDGE_PATIENCE_MS })
      .toMatch(/✓[\s\S]*delivered attempts/);
    expect(complaints).toEqual([]);
  });

  it("lets who has no app at hand make a call, and draws the rule of the first token where it lies", async () => {
    const scenario = SCENARIO.replace("expect: [", "expect: [{ ttft: { p50: 1m, p95: 2m, p99: 500ms } }, ");
    const { url, session } = await startWatched({ scenario, upstreams: parseUpstreams(["stub"]) });
    const { page, complaints } = await openPage(browser, url, { permissions: ["clipboard-read", "clipboard-write"] });
    await logIn(page);
    await page.getByRole("button", { name: "copy the curl line" }).click();
    await soon(() => page.getByRole("status").allInnerTexts()).toContain("the curl line copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(
      `curl -N ${session.proxy.url}/v1/chat/completions`,
    );
    await expectAccessible(page);
    await page.getByRole("button", { name: "send one sample call" }).click();
    await seen(page, "calls", /sample-model[\s\S]*clean/);
    expect(await page.locator(".empty").count()).toBe(0);
    await soon(() => page.locator("#health svg").first().textContent()).toMatch(/p50 \d+/);
    const above = ["rule: p50 ≤ 1 min, above this ↑", "rule: p95 ≤ 2 min, above this ↑"];
    await soon(() => page.locator(".rules text").allTextContents()).toEqual(["rule: p99 ≤ 500 ms", ...above]);
    expect(await page.locator(".rules path").count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it("makes no call to a provider of others, whose key it does not have", async () => {
    const { url } = await startWatched();
    const { page } = await openPage(browser, url);
    await logIn(page);
    await soon(() => page.locator(".empty").innerText()).toMatch(/curl -N .*\$OPENAI_API_KEY/);
    expect(await page.getByRole("button", { name: "send one sample call" }).count()).toBe(0);
    const { page: spectator } = await openPage(browser, url);
    await logIn(spectator, SPECTATOR_TOKEN);
    expect(await spectator.evaluate(POST_SAMPLE)).toEqual([403, expect.stringContaining("spectators only read")]);
    expect(await page.evaluate(POST_SAMPLE)).toEqual([400, expect.stringContaining("whose upstream is the stub")]);
  });

  it("plays the scenario, injects a fault by its form, ends it, and stops everything by the keyboard", async () => {
    const { url, session } = await startWatched({ scenario: SCENARIO });
    const { page, complaints } = await openPage(browser, url);
    await logIn(page);
    await page.getByRole("button", { name: "start" }).click();
    await page.getByRole("button", { name: "next phase" }).click();
    await seen(page, "faults", /0 hits/);

    await page.getByRole("button", { name: "inject a fault" }).click();
    // By its name: once its options are there, they are part of its label's text.
    await page.locator("select[name=fault]").selectOption("rate_limit");
    await page.getByLabel("dimension").selectOption("itpm");
    await page.getByLabel("retry_after").fill("soon");
    await page.getByRole("button", { name: "▨ inject", exact: true }).click();
    await soon(() => page.getByRole("alert").innerText()).toContain("not a duration");
    await page.getByLabel("retry_after").fill("3s");
    await page.getByLabel("Only this model").fill("hit-me");
    await expectAccessible(page);
    await page.getByRole("button", { name: "▨ inject", exact: true }).click();
    await seen(page, "faults", /input tokens per minute[\s\S]*live-1[\s\S]*ends in (9:5\d|10:00)/);
    expect(await chat(session.proxy.url, { model: "hit-me" })).toMatchObject({ status: 429 });
    await seen(page, "faults", /live-1\s*1 hits?/);
    await page.getByRole("button", { name: /end now: .*input tokens/ }).click();
    await soon(() => page.locator("#faults").innerText()).not.toContain("live-1");
    expect(await chat(session.proxy.url, { model: "hit-me" })).toMatchObject({ status: 200 });

    expect(await chat(session.proxy.url, { model: "stormy" })).toMatchObject({ status: 500 });
    for (const model of ["a", "b"]) session.chooser.inject({ server_error: {}, where: { model } }, { ttlMs: 600_000 });
    await page.getByRole("button", { name: "end all 3 now" }).click();
    await seen(page, "faults", /Nothing is done/);
    session.chooser.inject({ server_error: {}, where: { model: "stormy" } }, { ttlMs: 600_000 });
    await page.keyboard.press("Control+Shift+X");
    await seen(page, "log", /panic by ada/);
    await soon(() => chat(session.proxy.url, { model: "stormy" })).toMatchObject({ status: 200 });
    expect(complaints).toEqual([]);
  });

  it("is driven by the keyboard: filter, rows, details, help, and letters that can be switched off", async () => {
    const { url, session } = await startWatched();
    const { page, complaints } = await openPage(browser, url);
    await logIn(page);
    for (let i = 0; i < 3; i++) await chat(session.proxy.url, { model: `m${i}` });
    await seen(page, "calls", /m2[\s\S]*m0/);
    await page.keyboard.press("j");
    await soon(() => page.evaluate("document.activeElement?.id")).toBe("row-l3");
    await page.keyboard.press("j");
    await soon(() => page.evaluate("document.activeElement?.id")).toBe("row-l2");
    await page.keyboard.press("ArrowDown");
    await soon(() => page.evaluate("document.activeElement?.id")).toBe("row-l1");
    await page.keyboard.press("ArrowUp");
    await soon(() => page.evaluate("document.activeElement?.id")).toBe("row-l2");
    expect(await page.locator("#calls .line[tabindex='0']").count()).toBe(1);
    await page.keyboard.press("Enter");
    await seen(page, "calls", /told to wait/);
    await page.keyboard.press("/");
    await page.keyboard.type("m0");
    await soon(() => page.locator(".call").count()).toBe(1);
    await page.keyboard.press("Escape");
    await soon(() => page.locator(".call").count()).toBe(3);
    await page.locator("#calls").focus();
    await page.keyboard.press("t");
    await seen(page, "health", /p95/);
    expect(await page.locator("#health table").count()).toBe(3);
    await page.keyboard.press("?");
    await expectAccessible(page);
    await page.getByLabel("single keys").uncheck();
    await page.keyboard.press("Escape");
    await page.locator("#calls").focus();
    await page.keyboard.press("t");
    expect(await page.locator("#health table").count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  it("narrows charts, calls and log to a time that is dragged in a chart, and widens them again", async () => {
    const { page, session, betweenS, complaints } = await watchTwoMoments(browser);
    await dragInChart(page, 0, betweenS);
    await soon(() => page.locator(".rangebar").innerText()).toMatch(/0:00 to 0:\d\d[\s\S]*replies 1 ok/);
    expect(await page.locator("#calls .model").allInnerTexts()).toEqual(["early"]);
    expect(await page.locator("#calls .note").innerText()).toMatch(/showing 1 of the 1 LLM calls kept that touch 0:00/);
    expect(await page.locator("#log").innerText()).not.toContain("late-mark");
    const ends = await page.getByRole("slider").evaluateAll((all) => all.map((one) => Number(one.ariaValueMax)));
    expect(ends).toEqual([betweenS, betweenS, betweenS]);
    // What comes meanwhile stays out, and the range where it is.
    await chat(session.proxy.url, { model: "meanwhile" });
    await soon(() => page.locator(".summary").innerText()).toMatch(/3\s*calls/);
    expect(await page.locator("#calls .model").allInnerTexts()).toEqual(["early"]);
    await expectAccessible(page);
    await page.getByRole("button", { name: "show all time" }).click();
    await soon(() => page.locator("#calls .model").allInnerTexts()).toEqual(["meanwhile", "late", "early"]);
    await seen(page, "log", /late-mark/);
    expect(await page.locator(".rangebar").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("picks a time by keys in a chart, by a call and by a phase, and goes back with Esc", async () => {
    const { page, complaints } = await watchTwoMoments(browser);
    const models = () => page.locator("#calls .model").allInnerTexts();
    await page.getByRole("slider", { name: "Time to first token" }).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    await soon(() => page.locator("#health .pointed").first().innerText()).toBe("0:00 to 0:02 picked, Enter shows it");
    await page.keyboard.press("Escape");
    await soon(() => page.locator("#health .pointed").first().innerText()).not.toContain("picked");
    expect(await page.locator(".rangebar").count()).toBe(0);
    await page.keyboard.press("Shift+End");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Enter");
    await page.locator(".rangebar").waitFor();
    await page.keyboard.press("Escape");
    await soon(() => page.locator(".rangebar").count()).toBe(0);

    await page.locator("#calls").focus();
    await page.keyboard.press("k");
    await soon(() => page.locator(".chart .marked").count()).toBe(3);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "show only its time" }).click();
    await soon(models).toEqual(["early"]);
    await page.keyboard.press("Escape");
    await soon(models).toEqual(["late", "early"]);

    await page.getByRole("button", { name: "next phase" }).click();
    await page.getByRole("button", { name: "calm" }).click();
    await soon(() => page.getByRole("button", { name: "calm" }).getAttribute("aria-pressed")).toBe("true");
    await soon(models).toEqual(["late", "early"]);
    await page.getByRole("button", { name: "calm" }).click();
    expect(await page.locator(".rangebar").count()).toBe(0);
    const bar = await page.locator(".phase").first().boundingBox();
    await drag(page, { x: (bar?.x ?? 0) + 100, y: (bar?.y ?? 0) + 10 }, -95);
    await soon(() => page.locator(".rangebar").innerText()).toMatch(/0:0\d to /);
    expect(complaints).toEqual([]);
  });

  /** Another tab of the same browser, and how many connections each opened. */
  async function secondTab(page: Page, url: string) {
    const other = await page.context().newPage();
    const sockets: string[] = [];
    const complaints: string[] = [];
    other.on("websocket", (socket) => sockets.push(socket.url()));
    other.on("pageerror", (error) => complaints.push(error.message));
    await other.goto(url);
    return { other, sockets, complaints };
  }

  it("shares one stream among the tabs of a browser, which commands go by too, and hands it on when its tab closes", async () => {
    const { url, session } = await startWatched({ scenario: SCENARIO });
    const { page } = await openPage(browser, url);
    await logIn(page);
    const { other, sockets, complaints } = await secondTab(page, url);
    await other.locator(".summary").waitFor();
    await chat(session.proxy.url, { model: "for-both" });
    await seen(page, "calls", /for-both/);
    await seen(other, "calls", /for-both/);
    await other.getByRole("button", { name: "start" }).click();
    await seen(page, "log", /scenario.start by ada/);
    await soon(() => other.getByRole("status").allInnerTexts()).toContain("the scenario starts");
    await other.keyboard.press("Control+Shift+X");
    await seen(other, "log", /panic by ada \(http\)/);
    expect(sockets).toEqual([]);
    await page.close();
    await soon(() => sockets.length).toBe(1);
    await chat(session.proxy.url, { model: "for-one" });
    await seen(other, "calls", /for-one[\s\S]*for-both/);
    expect(complaints).toEqual([]);
  });

  it("logs all tabs of a browser out and in together", async () => {
    const { url } = await startWatched();
    const { page } = await openPage(browser, url);
    const { other, sockets } = await secondTab(page, url);
    await logIn(other);
    await page.locator(".summary").waitFor();
    await other.getByRole("button", { name: "log out" }).click();
    await page.getByLabel("Control token").waitFor();
    await logIn(other, SPECTATOR_TOKEN);
    await soon(() => page.locator(".who").innerText()).toContain("spectator");
    expect(sockets).toEqual([]);
  });

  it("takes the stream over from a tab that its browser has put to sleep", async () => {
    const { url, session } = await startWatched();
    const { page } = await openPage(browser, url);
    await logIn(page);
    await page.evaluate("BroadcastChannel.prototype.postMessage = () => {}");
    const { other, sockets } = await secondTab(page, url);
    await other.locator(".summary").waitFor();
    expect(sockets).toHaveLength(1);
    await chat(session.proxy.url, { model: "anew" });
    // The one that slept hears from now on.
    await seen(page, "calls", /anew/);
  });

  it("leaves a run that is over to the tabs that showed it: who comes to the same address later sees the next one", async () => {
    const { url, session, stop, controlPort } = await startWatched({ scenario: SCENARIO });
    const { page } = await openPage(browser, url);
    await logIn(page);
    const { other } = await secondTab(page, url);
    await other.locator(".summary").waitFor();
    await chat(session.proxy.url);
    await stop();
    for (const tab of [page, other]) await soon(() => tab.locator(".ended").innerText()).toContain("INCONCLUSIVE");
    const next = await startWatched({ controlPort });
    const { other: late } = await secondTab(page, url);
    await logIn(late);
    await soon(() => late.locator(".empty").innerText()).toContain(next.session.proxy.url);
    for (const tab of [page, other]) expect(await tab.locator(".ended").innerText()).toContain("INCONCLUSIVE");
  });

  it("lets spectators look and nothing else", async () => {
    const { url } = await startWatched({ scenario: SCENARIO });
    const { page, complaints } = await openPage(browser, url);
    await logIn(page, SPECTATOR_TOKEN);
    await soon(() => page.locator(".who").innerText()).toContain("spectator");
    const buttons = await page.getByRole("button").allInnerTexts();
    expect(buttons.filter((text) => /STOP|inject|start|end now/.test(text))).toEqual([]);
    await page.keyboard.press("Control+Shift+X");
    await page.waitForTimeout(300);
    expect(await page.locator("#log").innerText()).not.toContain("panic");
    expect(complaints).toEqual([]);
  });

  it("keeps the last picture, veiled, when the proxy is gone, and comes back to the next one on the same port", async () => {
    const env = { LLM_CHAOS_TOKEN: TOKEN };
    const first = await startProxyCli(["--control", "127.0.0.1:0"], { cwd: freshFolder(), env });
    const [, url = ""] = await first.says(/^watch +(http:\S+)/m);
    const { page } = await openPage(browser, url);
    await logIn(page);
    await chat(first.url);
    await seen(page, "calls", /sample-model/);
    // A crash: no report, no good-bye.
    first.signal("SIGKILL");
    await page.locator(".veil").waitFor();
    expect(await page.locator(".veil").innerText()).toMatch(/stale .*retry \d/);
    expect(await page.locator("#calls").innerText()).toContain("sample-model");
    const second = await startWatched({ controlPort: Number(new URL(url).port) });
    await page.getByLabel("Control token").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("restarted");
    await logIn(page);
    await soon(() => page.locator(".empty").innerText()).toContain(second.session.proxy.url);
    expect(await page.locator("#calls").innerText()).not.toContain("sample-model");
  });

  it("ends with the verdict and the runbook in place", async () => {
    const { url, session, stop } = await startWatched({ scenario: SCENARIO });
    const { page, complaints } = await openPage(browser, url);
    await logIn(page);
    await chat(session.proxy.url);
    await stop();
    await soon(() => page.locator(".ended").innerText()).toMatch(/INCONCLUSIVE[\s\S]*stopped early/);
    await page.getByRole("button", { name: "open runbook" }).click();
    await soon(() => page.locator(".runbook h1").innerText()).toContain("game-day");
    await expectAccessible(page);
    expect(await page.locator("#expectations").innerText()).toMatch(/final/i);
    expect(complaints).toEqual([]);
  });

  it.each([
    ["in light", { colorScheme: "light" }],
    ["in the dark", { colorScheme: "dark" }],
    ["on a phone", { colorScheme: "light", viewport: { width: 390, height: 844 } }],
  ] as const)("is accessible %s, and never scrolls sideways", async (_name, options) => {
    const { url, session } = await startWatched({ scenario: SCENARIO.replace("20", "3"), startAtOnce: true });
    const { page, complaints } = await openPage(browser, url, options);
    await logIn(page);
    session.timeline.next();
    for (let i = 0; i < 12; i++)
      await chat(session.proxy.url, { model: i % 5 === 0 ? "stormy" : "calm", stream: true });
    await seen(page, "limits", /biting/);
    await expectAccessible(page);
    await page.locator("#scenario").getByRole("button", { name: "storm" }).click();
    await page.locator(".rangebar").waitFor();
    await expectAccessible(page);
    const root = "document.documentElement";
    expect(await page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`)).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("on a phone stops chaos by a slide, not by a tap", async () => {
    const { url, session } = await startWatched({ faults: ["server_error"] });
    const { page } = await openPage(browser, url, { viewport: { width: 390, height: 844 } });
    await logIn(page);
    const slider = page.getByLabel("slide to STOP CHAOS");
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    expect((await chat(session.proxy.url)).status).toBe(500);
    await page.keyboard.press("End");
    await soon(async () => (await chat(session.proxy.url)).status).toBe(200);
  });
});
