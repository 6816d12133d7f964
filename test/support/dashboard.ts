import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { serveProxy } from "../../src/run/run.ts";
import type { Session } from "../../src/run/session.ts";
import { type SessionWishes, sessionOptions } from "./session.ts";

export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
export const CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run"];

export const TOKEN = "control-token-of-the-test";
export const SPECTATOR_TOKEN = "spectator-token-of-the-test";

/** `llm-chaos proxy` in this process, as it ends too: with its report. Stopped when the test is over. */
export async function startWatched(wishes: SessionWishes & { controlPort?: number } = {}) {
  const { controlPort: port = 0, ...more } = wishes;
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-watched-"));
  const control = { host: "127.0.0.1", port, hosts: [], token: TOKEN, spectatorToken: SPECTATOR_TOKEN };
  const told = Promise.withResolvers<string>();
  const notify = (line: string) => {
    const url = /^watch +(http:\S+)/.exec(line)?.[1];
    if (url !== undefined) told.resolve(url);
  };
  const options = await sessionOptions({ control, notify, ...more }, folder);
  const begun = Promise.withResolvers<Session>();
  const ended = serveProxy(options, { onEvent() {}, onSession: begun.resolve });
  ended.catch((error) => {
    begun.reject(error);
    told.reject(error);
  });
  const session = await begun.promise;
  const stop = () => {
    session.stop({ why: "interrupted", detail: undefined });
    return ended;
  };
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const url = await told.promise;
  return { session, url, controlPort: Number(new URL(url).port), stop };
}

export interface WatchedPage {
  page: Page;
  /** What the browser complained about. */
  complaints: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.setDefaultTimeout(10_000);
  await page.goto(url);
  return { page, complaints };
}

export async function logIn(page: Page, token = TOKEN): Promise<void> {
  await page.getByLabel("Your name").fill("ada");
  await page.getByLabel("Control token").fill(token);
  await page.getByRole("button", { name: "log in" }).click();
  await page.locator(".summary").waitFor();
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Fails with what axe finds, by rule and place. Evaluated, since the page's policy lets no foreign script in. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(readFileSync(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
  });
  expect(found).toEqual([]);
}

interface AxeResult {
  violations: { id: string; nodes: { target: string[] }[] }[];
}
