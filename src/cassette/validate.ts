import type { Problem } from "../core/errors.ts";
import { UserError } from "../core/errors.ts";
import { leaksIn } from "./find-leaks.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { CassetteHeader, RecordedExchange } from "./format.ts";
import { readPart } from "./read.ts";

/** A file with more than this is not looked at one by one. */
const MOST_PROBLEMS = 1_000;

/** Everything that is wrong with one file of a cassette, and everything in it that should not be: keys, tokens, addresses. */
export async function validateCassette(file: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const add = (problem: Problem) => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  };
  const leaks = (line: number, of: RecordedExchange | CassetteHeader) => {
    for (const { path, what, hint, severity } of leaksIn(of)) {
      add({ file, line, column: 1, message: `${path} holds ${what} (${hint})`, hint: HINT[severity], severity });
    }
  };
  try {
    for await (const { exchange, line } of readPart(file, { onProblem: add, onHeader: (header) => leaks(1, header) })) {
      leaks(line, exchange);
      if (wasEdited(exchange)) {
        const message = `the request of ${exchange.id} is not the one that was recorded; replay looks for it as it is now`;
        add({ file, line, column: 1, message, severity: "warning" });
      }
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    add({ file, line: 1, column: 1, message: error.message, ...hint, severity: "error" });
  }
  return problems.sort((a, b) => a.line - b.line);
}

const HINT = {
  error: "take it out before anybody else gets the file; if it is a real one, revoke it",
  warning: "record with --redact to leave such texts out",
};

function wasEdited({ fingerprint, request, model, stream }: RecordedExchange): boolean {
  if (fingerprint.exact === "") return false;
  const body = "text" in request.body ? request.body.text : request.body.base64;
  return fingerprintOf({ path: request.path, model, stream, body }).exact !== fingerprint.exact;
}
