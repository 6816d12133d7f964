import type { Observed } from "./cell.ts";
import type { CallResult, Cell } from "./matrix.ts";

/** How a cell ended, seen from the app. */
export interface Verdict {
  kind: /** The whole answer. */
    | "served"
    /** Something that is not the whole answer was returned as if it were. */
    | "accepted"
    /** It threw. */
    | "error"
    /** A request was open when the watch ended. */
    | "hangs"
    /** It was about to send another request when the watch ended. */
    | "retrying"
    /** After its first request it only waited. */
    | "sleeps"
    | "not exercised"
    | "skipped";
  /** How much of the answer's text reached the caller. `other`: text of another answer. */
  text: "none" | "part" | "whole" | "other";
}

/** `control`: the same call without trouble, which gives the whole text. */
export function verdictOf(cell: Cell | undefined, control: Cell | undefined): Verdict {
  if (cell === undefined || cell.skipped !== undefined) return { kind: "skipped", text: "none" };
  const whole = control?.skipped === undefined ? control?.text : undefined;
  const text = shareOf(cell.text, whole);
  if (cell !== control && !cell.exercised) return { kind: "not exercised", text };
  return { kind: kindOf(cell, text, control), text };
}

function shareOf(text: string, whole: string | undefined): Verdict["text"] {
  if (text === "") return "none";
  if (text === whole) return "whole";
  return whole?.startsWith(text) ? "part" : "other";
}

function kindOf(cell: Observed, text: Verdict["text"], control: Cell | undefined): Verdict["kind"] {
  switch (cell.end) {
    case "threw":
      return "error";
    case "hangs":
      return "hangs";
    case "waits":
      return cell.requests > 1 ? "retrying" : "sleeps";
    case "returned": {
      const finish = control?.skipped === undefined ? control?.returned?.finish : undefined;
      const isWhole = text === "whole" && cell.returned?.finish === finish && cell.carried === undefined;
      return isWhole ? "served" : "accepted";
    }
  }
}

export function controlOf({ cells, stream }: CallResult): Cell | undefined {
  return cells[stream ? "stream-none" : "none"];
}
