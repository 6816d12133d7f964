import type { Observed } from "./cell.ts";
import type { CallResult } from "./matrix.ts";
import { controlOf, type Verdict, verdictOf } from "./verdict.ts";

/** A cell in words, for the tables of the page. */

/** Below it a wait is no wait: what is left is the way to the proxy and back. */
const AT_ONCE_MS = 150;

/** `3 @ 0.5, 0.9 s`; one request needs no words. */
export function requestWords({ requests, gapsMs, end }: Observed): string {
  const more = end === "waits" && requests > 1 ? "+" : "";
  const count = `${requests}${more}`;
  if (gapsMs.length === 0) return count;
  if (gapsMs.every((ms) => ms < AT_ONCE_MS)) return `${count} **at once**`;
  return `${count} @ ${gapsMs.map(secondsWords).join(", ")} s`;
}

function secondsWords(ms: number): string {
  return (ms / 1_000).toFixed(ms < 300 ? 2 : 1);
}

/** What the call came to, with all that an app can see of it. */
export function fullWords(call: CallResult, trouble: string): string {
  const cell = call.cells[trouble];
  if (cell === undefined) return "–";
  if (cell.skipped !== undefined) return "not run";
  const verdict = verdictOf(cell, controlOf(call));
  if (verdict.kind === "not exercised") return "not reached";
  const requests = cell.requests === 1 && call.stream ? [] : [requestWords(cell)];
  return [...requests, endWords(cell, verdict, call.stream)].join(" · ");
}

const TEXT_WORDS = { none: "no text", part: "partial text", whole: "all text", other: "not the whole text" } as const;

function endWords(cell: Observed, { kind, text }: Verdict, stream: boolean): string {
  const carried = cell.carried === undefined ? "" : `${cell.carried}, then `;
  switch (kind) {
    case "served":
      return "ok";
    case "accepted": {
      const said = cell.returned?.oddity ?? TEXT_WORDS[text];
      const finish = cell.returned?.finish;
      return `${carried}**accepted**: ${said}${finish === undefined ? "" : `, finish \`${finish}\``}`;
    }
    case "error":
      return `${stream && text !== "none" ? `${TEXT_WORDS[text]}, ` : ""}${carried}${thrownWords(cell)}`;
    case "hangs":
      return `${stream ? `${TEXT_WORDS[text]}, ` : ""}**hangs**`;
    case "retrying":
      return "still retrying";
    case "sleeps":
      return "**sleeps**";
    default:
      return kind;
  }
}

function thrownWords({ thrown }: Observed): string {
  if (thrown === undefined) return "error";
  const facts = [thrown.status, thrown.code && `\`${thrown.code}\``, thrown.cause && `cause \`${thrown.cause}\``];
  return [`\`${thrown.class}\``, ...facts.filter((fact) => fact !== undefined)].join(" ");
}

/** For the tables over all clients: the requests before an answer. */
export function shortRequests(call: CallResult, trouble: string): string {
  const cell = call.cells[trouble];
  if (cell === undefined || cell.skipped !== undefined) return "";
  const { kind } = verdictOf(cell, controlOf(call));
  const counted = requestWords({ ...cell, gapsMs: [] });
  const atOnce = cell.gapsMs.length > 0 && cell.gapsMs.every((ms) => ms < AT_ONCE_MS);
  switch (kind) {
    case "sleeps":
      return "**sleeps**";
    case "hangs":
      return `${counted} **hangs**`;
    // How many fit into the watch is chance.
    case "retrying":
      return `${Math.min(cell.requests, 3)}+`;
    case "accepted":
      return `${counted} **accepted**`;
    case "served":
      return "ok";
    case "not exercised":
      return "";
    default:
      return atOnce ? `${counted} **at once**` : counted;
  }
}

/** For the tables over all clients: what became of a stream. */
export function shortEnd(call: CallResult, trouble: string): string {
  const cell = call.cells[trouble];
  if (cell === undefined || cell.skipped !== undefined) return "";
  const { kind } = verdictOf(cell, controlOf(call));
  if (kind === "not exercised") return "";
  if (cell.carried !== undefined && kind === "accepted") return "**error as a part**";
  const word = kind === "served" ? "ok" : kind === "error" ? "error" : kind === "retrying" ? "error" : `**${kind}**`;
  return cell.requests > 1 ? `${word} (${requestWords({ ...cell, gapsMs: [] })})` : word;
}
