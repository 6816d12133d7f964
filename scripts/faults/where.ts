import { describeParams } from "../../src/core/describe-params.ts";
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
  return [`${ACTS[fault.acts]}${ends}.`, appliesWords(fault.name), ...narrowerWords(fault)].join(" ");
}

/** Values of a parameter with which it applies to fewer formats. */
function narrowerWords({ name, params }: Fault): string[] {
  const formats = (given: object) => dialects.filter((dialect) => appliesTo(name, dialect, given));
  const all = formats({});
  return choicesOf(params).flatMap(([param, value]) => {
    const some = formats({ [param]: value });
    return some.length === all.length ? [] : [`With \`${param}: ${value}\` only ${namesOf(some).join(", ")}.`];
  });
}

function appliesTo(fault: string, dialect: Dialect, params: object): boolean {
  return [true, false].some((stream) => takesEffect(fault, { dialect, stream, params }));
}

/** Every value of every parameter that is a choice of words. */
export function choicesOf(params: Fault["params"]): [param: string, value: string][] {
  const words = describeParams(params).filter(({ form }) => /^\w+(?: \| \w+)+$/.test(form) && !form.startsWith("true"));
  return words.flatMap(({ name, form }) => form.split(" | ").map((value): [string, string] => [name, value]));
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
