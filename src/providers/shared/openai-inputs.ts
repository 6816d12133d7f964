import { estimateTokens } from "../../core/tokens.ts";

/** One of the texts that `prompt` and `input` can name. Of one that is given as token numbers the text stays unknown. */
export interface Input {
  text: string;
  tokens: number;
  /** What tells it from others: the text, or the numbers. */
  identity: string;
}

/** A string, a list of strings, a list of token numbers, or a list of such lists. */
export function inputsOf(value: unknown): Input[] {
  if (typeof value === "string") return [textInput(value)];
  if (!Array.isArray(value) || value.length === 0) return [];
  if (value.every((entry) => typeof entry === "number")) return [numbersInput(value)];
  return value.flatMap((entry) => {
    if (typeof entry === "string") return [textInput(entry)];
    return Array.isArray(entry) ? [numbersInput(entry)] : [];
  });
}

function textInput(text: string): Input {
  return { text, tokens: estimateTokens(text), identity: text };
}

function numbersInput(numbers: readonly unknown[]): Input {
  return { text: "", tokens: numbers.length, identity: numbers.join(",") };
}
