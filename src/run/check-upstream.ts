import { connect } from "node:net";
import { UserError } from "../core/errors.ts";
import { type UpstreamChoice, upstreamInWords } from "./upstream-choice.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/** One error for each upstream at whose address nothing answers; none when only an outbound proxy could tell. */
export async function upstreamTroubles(
  choices: readonly UpstreamChoice[],
  env: NodeJS.ProcessEnv,
): Promise<UserError[]> {
  if (PROXY_VARIABLES.some((name) => (env[name] ?? "") !== "")) return [];
  return (await Promise.all(choices.map(upstreamTrouble))).filter((trouble) => trouble !== undefined);
}

async function upstreamTrouble(choice: UpstreamChoice): Promise<UserError | undefined> {
  if (choice.kind !== "live") return undefined;
  const { hostname, port, protocol } = choice.base;
  const code = await tryConnect(hostname.replace(/^\[|\]$/g, ""), Number(port) || (protocol === "https:" ? 443 : 80));
  if (code === undefined) return undefined;
  return new UserError(`--upstream ${upstreamInWords(choice)} cannot be reached: ${code}`, {
    hint: code === "ENOTFOUND" ? "check the host's name" : "is it running, and does this machine reach it?",
  });
}

/** A connection and nothing more: no byte is sent. */
function tryConnect(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (code: string | undefined) => {
      socket.destroy();
      resolve(code);
    };
    socket.once("connect", () => end(undefined));
    socket.once("timeout", () => end("no connection within 5 s"));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
