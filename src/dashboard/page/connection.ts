import { batch } from "@preact/signals";
import { applyPatch, type ViewMessage } from "../patch.ts";
import type { View } from "../view.ts";
import { showAll } from "./range.ts";
import { takeRows } from "./rows.ts";
import { announcement, connection, frozen, heardAt, report, session, view } from "./state.ts";

/** As in control/protocol.ts; a test holds them together. Importing it would bring the schemas into the page. */
export const CONTROL_PATH = "/control";
const LOGGED_OUT = 4001;

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

let socket: WebSocket | undefined;
let lastId = 0;
let attempts = 0;
const waiting = new Map<number, Waiting>();
let arrived: ViewMessage[] = [];

/** Asks who we are and opens the channel, or shows the login box. */
export async function connect(): Promise<void> {
  try {
    const visitor = await (await fetch("/whoami")).json();
    if (visitor === null)
      return askForLogin(view.value === undefined ? undefined : "llm-chaos has restarted, or the session ended");
    session.value = visitor;
    openSocket();
  } catch {
    retryLater();
  }
}

export async function logIn(token: string, name: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/login", { method: "POST", headers, body: JSON.stringify({ token, name }) });
  if (answer.ok) return connect();
  const told: { error?: string } = await answer.json().catch(() => ({}));
  askForLogin(told.error ?? `refused (${answer.status})`);
}

export async function logOut(): Promise<void> {
  await fetch("/logout", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  socket?.close();
  askForLogin(undefined);
}

/** Rejects with the channel's own words. */
export function call(method: string, params: object = {}): Promise<unknown> {
  const open = socket;
  if (open?.readyState !== WebSocket.OPEN) return Promise.reject(new Error("not connected"));
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    open.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  });
}

function askForLogin(why: string | undefined): void {
  batch(() => {
    session.value = undefined;
    connection.value = { state: "login", why };
  });
}

function openSocket(): void {
  const fresh = new WebSocket(new URL(CONTROL_PATH, location.href.replace(/^http/, "ws")));
  socket = fresh;
  fresh.onopen = () => {
    attempts = 0;
    call("view.subscribe").catch(({ message }: Error) => {
      announcement.value = message;
    });
  };
  fresh.onmessage = ({ data }) => onMessage(JSON.parse(data));
  fresh.onclose = ({ code }) => {
    if (socket !== fresh) return;
    for (const { reject } of waiting.values()) reject(new Error("the connection was lost before the answer came"));
    waiting.clear();
    draw();
    // The run is over and told all it had to tell; nobody is there to come back to.
    if (report.value !== undefined) return;
    if (code === LOGGED_OUT) askForLogin("the session has ended");
    else if (connection.value.state !== "login") retryLater();
  };
}

function retryLater(): void {
  attempts++;
  if (attempts === 1 && view.value !== undefined) announcement.value = "the connection is lost, trying again";
  connection.value = { state: "lost", attempts };
  setTimeout(connect, Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1)));
}

type Incoming = { method: string; params: ViewMessage } | { id: number; result?: unknown; error?: { message: string } };

function onMessage(message: Incoming): void {
  if ("method" in message) {
    if (arrived.length === 0) requestAnimationFrame(draw);
    arrived.push(message.params);
    // A hidden page gets no frames; it must not pile up what it will never draw.
    if (document.hidden) draw();
    return;
  }
  const answer = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.error === undefined) answer?.resolve(message.result);
  else answer?.reject(new Error(message.error.message));
}

/** All that came since the last frame, at once. */
function draw(): void {
  const messages = arrived;
  arrived = [];
  if (messages.length > 0) batch(() => messages.forEach(take));
}

function take(message: ViewMessage): void {
  heardAt.value = Date.now();
  if ("report" in message) {
    report.value = message.report;
    return;
  }
  const before = view.value;
  if ("full" in message) takeFull(message.full, before);
  else if (before !== undefined) view.value = applyPatch(before, message.patch);
  if (connection.value.state !== "open") connection.value = { state: "open" };
  if (view.value !== undefined && view.value.calls !== before?.calls) takeRows(view.value.calls.rows, false);
}

function takeFull(full: View, before: View | undefined): void {
  if (before?.head.runId !== full.head.runId) {
    takeRows([], true);
    frozen.value = undefined;
    showAll();
    report.value = undefined;
  }
  view.value = full;
}
