import { Pool } from "undici";
import { answer, requestBody } from "./questions.ts";

/** Calls open at once. */
const AT_ONCE = 32;

export interface Asked {
  /** Whole answers per second. */
  rate: number;
  /** Answers whose text was not the one that belongs to the question. */
  wrong: number;
}

/** Asks so many questions, each of the `recordings` in turn, and reads every answer to its last byte. */
export async function askAll(
  url: string,
  { calls, recordings }: { calls: number; recordings: number },
): Promise<Asked> {
  const pool = new Pool(url, { connections: AT_ONCE, headersTimeout: 0, bodyTimeout: 0 });
  let next = 0;
  let wrong = 0;
  const worker = async () => {
    for (let call = next++; call < calls; call = next++) {
      const n = call % recordings;
      const text = await ask(pool, n);
      // Reading every answer in full would measure the reader; every hundredth is enough to find a wrong one.
      if (call % 100 === 0 && contentOf(text) !== answer(n)) wrong++;
      if (!text.includes("[DONE]")) wrong++;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const seconds = (performance.now() - started) / 1_000;
  await pool.destroy();
  return { rate: calls / seconds, wrong };
}

function ask(pool: Pool, n: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    pool.dispatch(
      {
        path: "/v1/chat/completions",
        method: "POST",
        headers: ["content-type", "application/json", "authorization", "Bearer bench-key-0001"],
        body: requestBody(n),
      },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_controller, chunk) {
          text += chunk.toString("latin1");
        },
        onResponseEnd: () => resolve(text),
        onResponseError: () => resolve(""),
      },
    );
  });
}

function contentOf(stream: string): string {
  const events = stream.split("\n\n").filter((event) => event.startsWith("data: {"));
  return events.map((event) => JSON.parse(event.slice(6)).choices[0]?.delta?.content ?? "").join("");
}
