/** What both sides are asked, and what they answer: the n-th question has the n-th answer, whoever gives it. */

export const MODEL = "bench";
/** Letters of an answer in one event. */
export const CHUNK = 20;
const WORDS = "the wall stands where tokens per minute run out and nobody who waits as told will ever see it".split(
  " ",
);

export function question(n: number): string {
  return `Question number ${String(n).padStart(6, "0")}: where is the wall, and who owns it?`;
}

/** About 400 letters, as many tokens as a short answer has. */
export function answer(n: number): string {
  return Array.from({ length: 75 }, (_, i) => WORDS[(n + i * 7) % WORDS.length]).join(" ");
}

export function requestBody(n: number): string {
  return JSON.stringify({ model: MODEL, messages: [{ role: "user", content: question(n) }], stream: true });
}
