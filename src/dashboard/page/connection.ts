import { batch, effect, untracked } from "@preact/signals";
import type { FinalReport, ViewMessage } from "../patch.ts";
import type { View } from "../view.ts";
import { askForLogin, type Connection, connection, heardAt, report, session, type Visitor, view } from "./state.ts";
import { callByStream, closeStream, openStream } from "./stream.ts";
import { joinTabs, leads, leaveTabs, type TabRole, takeLead, tellTabs } from "./tabs.ts";
import { arrive, drawNow } from "./take.ts";

/** For a command that goes by way of another tab. */
const ANSWER_WITHIN_MS = 10_000;
const JSON_BODY = { "content-type": "application/json" };

/** All that a tab has to know. `seen` counts the stream's messages: a gap shows a tab that it slept. */
interface Whole {
  kind: "whole";
  leader: string;
  seen: number;
  hidden: boolean;
  connection: Connection;
  session: Visitor | undefined;
  view: View | undefined;
  report: FinalReport | undefined;
  heardAt: number;
}

type FromLeader =
  | Whole
  | { kind: "view"; leader: string; seen: number; message: ViewMessage }
  | { kind: "answer"; leader: string; id: string; result?: unknown; error?: string };
type ToLeader =
  | { kind: "hello" }
  | { kind: "call"; id: string; method: string; params: object }
  /** Somebody has logged in. */
  | { kind: "connect" };

const me = Math.random().toString(36).slice(2);
let leader = "";
let seen = 0;
let calls = 0;
const asked = new Map<string, { resolve(result: unknown): void; reject(error: Error): void }>();

/** Joins the tabs of this browser, and opens the channel or shows the login box when this one has to. */
export function start(): void {
  joinTabs(role);
  if (!leads.value) tell({ kind: "hello" });
  effect(() => {
    // Whatever becomes of the connection is told at once.
    if (leads.value && [connection.value, session.value].length > 0) untracked(tellWhole);
  });
  effect(() => {
    if (report.value !== undefined) untracked(leaveTabs);
  });
  document.addEventListener("visibilitychange", () => {
    if (leads.value) tellWhole();
  });
}

export async function logIn(token: string, name: string): Promise<void> {
  const answer = await fetch("/login", { method: "POST", headers: JSON_BODY, body: JSON.stringify({ token, name }) });
  if (!answer.ok) {
    const told: { error?: string } = await answer.json().catch(() => ({}));
    askForLogin(told.error ?? `refused (${answer.status})`);
  } else if (leads.value) await openStream(onView);
  else tell({ kind: "connect" });
}

export async function logOut(): Promise<void> {
  await fetch("/logout", { method: "POST", headers: JSON_BODY, body: "{}" });
  askForLogin(undefined);
}

/** Rejects with the channel's own words. */
export function call(method: string, params: object = {}): Promise<unknown> {
  if (leads.value) return callByStream(method, params);
  const id = `${me} ${++calls}`;
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve, reject });
    tell({ kind: "call", id, method, params });
    setTimeout(() => answered({ id, error: "the tab that holds the connection does not answer" }), ANSWER_WITHIN_MS);
  });
}

function tell(message: FromLeader | ToLeader): void {
  tellTabs(message);
}

const role: TabRole = {
  lead() {
    giveUpCalls();
    void openStream(onView);
  },
  stepDown: closeStream,
  onMessage(message) {
    const told = message as FromLeader | ToLeader;
    if (!("leader" in told)) {
      if (leads.value) hear(told);
      return false;
    }
    if (!leads.value) follow(told);
    return true;
  },
  onSilence: () => tell({ kind: "hello" }),
};

function onView(message: ViewMessage): void {
  tell({ kind: "view", leader: me, seen: ++seen, message });
}

function hear(message: ToLeader): void {
  if (message.kind === "hello") tellWhole();
  else if (message.kind === "connect") void openStream(onView);
  else {
    const { id, method, params } = message;
    callByStream(method, params).then(
      (result) => tell({ kind: "answer", leader: me, id, result }),
      (error: Error) => tell({ kind: "answer", leader: me, id, error: error.message }),
    );
  }
}

function tellWhole(): void {
  // What was told of the stream by now is part of it.
  drawNow();
  tell({
    kind: "whole",
    leader: me,
    seen,
    hidden: document.hidden,
    connection: connection.peek(),
    session: session.peek(),
    view: view.peek(),
    report: report.peek(),
    heardAt: heardAt.peek(),
  });
}

function follow(message: FromLeader): void {
  if (message.kind === "answer") answered(message);
  else if (message.kind === "whole") takeWhole(message);
  else if (message.leader === leader && message.seen === seen + 1) {
    seen = message.seen;
    arrive(message.message);
  } else tell({ kind: "hello" });
}

function takeWhole(whole: Whole): void {
  if (leader !== whole.leader) giveUpCalls();
  leader = whole.leader;
  seen = whole.seen;
  batch(() => {
    drawNow();
    if (whole.view !== undefined) arrive({ full: whole.view });
    if (whole.report !== undefined) arrive({ report: whole.report });
    drawNow();
    heardAt.value = whole.heardAt;
    session.value = whole.session;
    connection.value = whole.connection;
  });
  // A browser lets a hidden tab try again only now and then.
  if (whole.hidden && whole.connection.state === "lost" && !document.hidden) takeLead(role);
}

function answered({ id, result, error }: { id: string; result?: unknown; error?: string }): void {
  const call = asked.get(id);
  asked.delete(id);
  if (error === undefined) call?.resolve(result);
  else call?.reject(new Error(error));
}

function giveUpCalls(): void {
  for (const id of [...asked.keys()]) answered({ id, error: "the tab that held the connection was closed" });
}
