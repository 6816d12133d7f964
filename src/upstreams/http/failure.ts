import { UpstreamFailure } from "../../core/upstream.ts";

/** What the network's words mean to a person. Anything else keeps its code and gets the general sentence. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection",
  ENOTFOUND: "has no address (the name does not resolve)",
  EAI_AGAIN: "has no address (the name server did not answer)",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
  ETIMEDOUT: "did not answer in time",
  UND_ERR_CONNECT_TIMEOUT: "accepted no connection in time",
  ECONNRESET: "reset the connection",
  EPIPE: "closed the connection",
  UND_ERR_SOCKET: "closed the connection",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "closed the connection inside a reply",
  NOT_HTTP: "sent something that is not HTTP",
  UND_ERR_HEADERS_OVERFLOW: "sent too many headers",
  CERT_HAS_EXPIRED: "has an expired certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "has a self-signed certificate (NODE_EXTRA_CA_CERTS names private CAs)",
  SELF_SIGNED_CERT_IN_CHAIN: "has a certificate of a private CA (NODE_EXTRA_CA_CERTS names private CAs)",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "has a certificate of an unknown CA (NODE_EXTRA_CA_CERTS names private CAs)",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "has a certificate of an unknown CA (NODE_EXTRA_CA_CERTS names private CAs)",
  ERR_TLS_CERT_ALTNAME_INVALID: "has a certificate for another name",
  EPROTO: "does not speak TLS as expected (http and https mixed up?)",
  ERR_SSL_WRONG_VERSION_NUMBER: "does not speak TLS (http and https mixed up?)",
  UND_ERR_INVALID_ARG: "was not called: the request cannot be written as HTTP",
};

const CLOSED_KEPT = "closed a connection that it had offered to keep, as this request was on its way";

/** Whether the connection had brought an earlier reply. Any client that keeps connections meets this now and then; it is neither the app's doing nor ours. */
function wasKept(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, socket } = error as { code?: unknown; socket?: { bytesRead?: number } | null };
  return code === "UND_ERR_SOCKET" && (socket?.bytesRead ?? 0) > 0;
}

/** An error of the network, as one that is safe to show: built from its code alone, since messages may quote what was sent. */
export function failureOf(error: unknown, stage: UpstreamFailure["stage"], host: string): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = codeOf(error);
  const sentence = stage === "headers" && wasKept(error) ? CLOSED_KEPT : (SENTENCES[code] ?? "failed");
  return new UpstreamFailure(code, stage, `${host} ${sentence} (${code})`);
}

/** undici and the several-addresses connector wrap what the system said. */
function codeOf(error: unknown, depth = 0): string {
  if (typeof error !== "object" || error === null || depth > 3) return "UNKNOWN";
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  const inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  const innerCode = inner === undefined ? "UNKNOWN" : codeOf(inner, depth + 1);
  if (innerCode !== "UNKNOWN") return innerCode;
  // undici's parser error has a code of llhttp's, or none at all.
  if (error instanceof Error && error.name === "HTTPParserError") return "NOT_HTTP";
  return typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : "UNKNOWN";
}
