import type { Dialect } from "../../src/core/dialect.ts";
import type { Fault } from "../../src/core/fault.ts";
import { dialects } from "../../src/providers/index.ts";
import { takesEffect, WITHOUT_TEXT } from "./applies.ts";

const ACTS = {
  call: "Acts before the provider is called",
  stream: "Acts on the body of the reply",
  head: "Acts on the headers of the reply",
} as const;

/** Where a fault acts and where it does not apply, in two sentences. */
export function whereWords(fault: Fault): string {
  const ends = fault.final ? ", and ends the call: the first such rule wins" : "";
  return `${ACTS[fault.acts]}${ends}. ${appliesWords(fault.name)}`;
}

function appliesWords(fault: string): string {
  const [numbers, texts] = [dialects.filter(isNumbers), dialects.filter((dialect) => !isNumbers(dialect))];
  const lacking = (stream: boolean, among: readonly Dialect[]) =>
    among.filter((dialect) => !takesEffect(fault, { dialect, stream, params: {} }));
  const [streamed, whole] = [lacking(true, texts), lacking(false, texts)];
  const embeddings = lacking(false, numbers).length > 0 ? ["embeddings"] : [];
  if (whole.length === texts.length) {
    const not = [...namesOf(streamed), ...embeddings];
    return `Streamed replies only${not.length === 0 ? "" : `; not ${not.join(", ")}`}.`;
  }
  const not = [
    ...namesOf(streamed, whole).map((name) => `${name} streamed`),
    ...namesOf(whole, streamed).map((name) => `${name} unstreamed`),
    ...namesOf(streamed.filter((dialect) => whole.includes(dialect))),
    ...embeddings,
  ];
  return not.length === 0 ? "Every format, streamed or not." : `Streamed or not; not ${not.join(", ")}.`;
}

function isNumbers({ id }: Dialect): boolean {
  return WITHOUT_TEXT.has(id);
}

function namesOf(some: readonly Dialect[], except: readonly Dialect[] = []): string[] {
  return some.filter((dialect) => !except.includes(dialect)).map(({ id }) => `\`${id}\``);
}
