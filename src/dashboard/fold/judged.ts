import type { Scenario } from "../../core/scenario.ts";
import type { ExpectationRow, Expectations } from "../view.ts";

/** What a judge says of one expectation, as far as the run has come. */
export interface Judged {
  name: string;
  explained: string;
  phase: string | null;
  verdict: "pass" | "fail" | "inconclusive";
  summary: string;
  /** The first call that its evidence names, and when. */
  call: string | undefined;
  atMs: number | undefined;
}

const ORDER = { broken: 0, open: 1, holds: 2 } as const;
const STATES = { fail: "broken", inconclusive: "open", pass: "holds" } as const;

/** The expectations as they stand. Between two judgements the last one holds. */
export class Judgements {
  #rows: readonly ExpectationRow[] = [];
  #judgedAtMs: number | undefined;
  #final = false;
  #trouble: string | undefined;

  /** Before the first judgement: the rules themselves. */
  started(scenario: Scenario | undefined): void {
    this.#rows = (scenario?.expect ?? []).map(({ name, in: phases }) => ({
      name,
      explained: name.replaceAll("_", " "),
      state: "open",
      summary: "not judged yet",
      phase: phases?.join(", "),
      sinceMs: undefined,
      call: undefined,
    }));
  }

  /** Returns what changed, in sentences. */
  judged(judgements: readonly Judged[], atMs: number, final: boolean): string[] {
    const before = this.#rows;
    const rows = judgements.map((one, index): ExpectationRow => {
      const state = STATES[one.verdict];
      const sinceMs = state === "broken" ? (before[index]?.sinceMs ?? one.atMs ?? atMs) : undefined;
      const { name, explained, summary } = one;
      const call = one.call ?? (state === "broken" ? before[index]?.call : undefined);
      return { name, explained, state, summary, phase: one.phase ?? undefined, sinceMs, call };
    });
    this.#rows = rows;
    this.#judgedAtMs = Math.round(atMs);
    this.#final = final;
    this.#trouble = undefined;
    return rows.flatMap((row, index) => {
      if (row.state === "open" || row.state === before[index]?.state) return [];
      const word = row.state === "broken" ? "✗ broken" : "✓ holds";
      return [`${word}: ${row.explained} (${row.summary})`];
    });
  }

  cannot(why: string): void {
    this.#trouble = why;
  }

  view(): Expectations {
    return {
      provisional: !this.#final,
      judgedAtMs: this.#judgedAtMs,
      trouble: this.#trouble,
      rows: this.#rows.toSorted((a, b) => ORDER[a.state] - ORDER[b.state]),
    };
  }
}
