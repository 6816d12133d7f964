import { jsonReply, type WireReply } from "../core/exchange.ts";
import { UpstreamFailure } from "../core/upstream.ts";

/** The answer in the provider's place when the provider gave none. Always marked, so that nobody takes it for a provider's. */
export function unreachableReply(failure: UpstreamFailure): WireReply {
  const error = { message: failure.message, type: "upstream_unreachable", param: null, code: failure.code };
  return jsonReply(502, ["x-llm-chaos", "upstream-unreachable"], { error });
}

/** A network error in words that are safe to show: where, what, at which stage, and nothing of the request. */
export function asUpstreamFailure(
  error: unknown,
  place: { host: string; stage: UpstreamFailure["stage"] },
): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = codeOf(error);
  const what = place.stage === "connect" ? "could not connect to" : "got no reply from";
  return new UpstreamFailure(code, place.stage, `llm-chaos ${what} the upstream ${place.host} (${code})`);
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "UNKNOWN";
}
