import { hash } from "node:crypto";
import { estimateTokens } from "../core/tokens.ts";

/** About a token each, so that a placeholder is about as long as what it stands for. */
const WORDS =
  "able air area art back base bed big bird blue boat body book box call card care city clay cold cool corn dark data day deep door east easy edge even face fact farm fast field fire fish flat food foot free game gold good hand hard head hill home ice iron kind lake land late leaf line long main map mind moon".split(
    " ",
  );
/** The letter and the eight digits in front count for about so many tokens. */
const HEAD_TOKENS = 4;
const FORM = /^x([0-9a-f]{8})((?: [a-z]+)*)$/;

/**
 * A text in another's place: the same for the same text, another for another, of about as many tokens. White space around it
 * stays, and a placeholder stands for itself, so that a conversation in which answers come back as questions still matches.
 * It is made from a hash: who can guess a text can check the guess.
 */
export function placeholderFor(text: string): string {
  const inner = text.trim();
  if (inner === "" || isPlaceholder(inner)) return text;
  const start = text.indexOf(inner);
  const id = hash("sha256", inner, "hex").slice(0, 8);
  const fillers = Math.max(0, estimateTokens(inner) - HEAD_TOKENS);
  return text.slice(0, start) + placeholder(id, fillers) + text.slice(start + inner.length);
}

/** To the letter: whatever else begins like one may be anybody's text. */
function isPlaceholder(text: string): boolean {
  const [, id, words] = FORM.exec(text) ?? [];
  return id !== undefined && words !== undefined && text === placeholder(id, words.split(" ").length - 1);
}

function placeholder(id: string, fillers: number): string {
  const words = [`x${id}`];
  let state = Number.parseInt(id, 16);
  for (let n = 0; n < fillers; n++) {
    // A step of a common linear generator: the words need to be reproducible, not random.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words.push(WORDS[state % WORDS.length] ?? "");
  }
  return words.join(" ");
}
