import type { Head } from "./view.ts";

/** What a first call may look like, for who has no app at hand. */

const PATH = "/v1/chat/completions";

/** Streamed, so that a first token is seen too. */
export function sampleBody(model = "sample-model"): string {
  return JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Say hello" }] });
}

export function sampleUrl(proxyUrl: string): string {
  return proxyUrl + PATH;
}

/** To be pasted into a shell. A live provider wants a key, which the shell fills in, and a model of its own. */
export function sampleCurl({ proxyUrl, upstream }: Pick<Head, "proxyUrl" | "upstream">): string {
  const isLive = upstream.kind === "live";
  return [
    `curl -N ${sampleUrl(proxyUrl)}`,
    "-H 'content-type: application/json'",
    ...(isLive ? ['-H "authorization: Bearer $OPENAI_API_KEY"'] : []),
    `-d '${sampleBody(isLive ? "YOUR-MODEL" : undefined)}'`,
  ].join(" ");
}

/**
 * Whether llm-chaos makes such a call itself when asked. Not to a live provider, whose key it does not have; not in a run, whose
 * evidence has to be the app's calls alone; and not over TLS, whose certificate may be nobody's it trusts.
 */
export function offersSample({ mode, upstream, proxyUrl }: Pick<Head, "mode" | "upstream" | "proxyUrl">): boolean {
  return mode === "proxy" && upstream.kind === "stub" && proxyUrl.startsWith("http:");
}
