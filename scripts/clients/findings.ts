import type { CallResult, ClientResult, Matrix } from "./matrix.ts";
import { FINDINGS, type Finding } from "./surprises.ts";
import { controlOf, verdictOf } from "./verdict.ts";

/** Only what the measurement shows, each with everybody it concerns. */
export function findingsIn({ clients, troubles }: Pick<Matrix, "clients" | "troubles">): string[] {
  const titles = new Map(troubles.map(({ id, title }) => [id, title]));
  return FINDINGS.flatMap(({ title, text, shows }) => {
    const rows = Object.entries(shows).flatMap(([trouble, holds]) => {
      const concerned = clients.map((client) => ({ client, ...callsThat(client, trouble, holds) }));
      const named = new Set(concerned.filter(({ show }) => show.length > 0).map(({ client }) => client.id));
      const who = concerned
        .filter(({ client, show }) => show.length > 0 && !named.has(client.variantOf ?? ""))
        .map(({ client, show, others }) => `${client.title}${whichWords(show, others)}`);
      return who.length === 0 ? [] : [`- ${titles.get(trouble) ?? trouble}: ${who.join(" · ")}`];
    });
    return rows.length === 0 ? [] : [`### ${title}\n\n${text}\n\n${rows.join("\n")}\n`];
  });
}

interface Calls {
  show: readonly CallResult[];
  others: readonly CallResult[];
}

function callsThat({ calls }: ClientResult, trouble: string, holds: Finding["shows"][string]): Calls {
  const comparable = calls.filter(({ cells }) => cells[trouble] !== undefined);
  const show = comparable.filter((call) => showsIt(call, trouble, holds));
  return { show, others: comparable.filter((call) => !show.includes(call)) };
}

/** The shorter of the two ways to say it. */
function whichWords(show: readonly CallResult[], others: readonly CallResult[]): string {
  if (others.length === 0) return "";
  const [word, calls] = others.length < show.length ? ["not ", others] : ["", show];
  return ` (${word}${calls.map(({ short }) => short).join(", ")})`;
}

function showsIt(call: CallResult, trouble: string, holds: Finding["shows"][string]): boolean {
  const cell = call.cells[trouble];
  if (cell === undefined || cell.skipped !== undefined) return false;
  const verdict = verdictOf(cell, controlOf(call));
  return verdict.kind !== "not exercised" && holds(cell, verdict, call);
}
