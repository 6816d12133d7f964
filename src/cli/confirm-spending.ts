import { createInterface } from "node:readline";
import { UserError } from "../core/errors.ts";
import type { SessionOptions } from "../run/options.ts";
import { isOnOwnNetwork } from "../run/own-network.ts";
import { hasCaps, NO_CAPS } from "../spend/index.ts";

interface Terminal {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
}

const STANDARD: Terminal = { input: process.stdin, output: process.stderr, env: process.env };

/** Asks before real calls that nothing caps. Only where somebody sits who can answer: nothing waits for an answer in CI or behind a pipe. */
export async function confirmSpending(
  { upstreams, budget }: Pick<SessionOptions, "upstreams" | "budget">,
  { yes, terminal = STANDARD }: { yes?: boolean; terminal?: Terminal },
): Promise<void> {
  const bases = upstreams.flatMap((upstream) => (upstream.kind === "live" ? [upstream.base] : []));
  const uncapped = bases.length > 0 && !hasCaps(budget?.caps ?? NO_CAPS);
  const { input, output, env } = terminal;
  const attended = input.isTTY === true && output.isTTY === true && (env["CI"] ?? "") === "";
  if (!uncapped || yes === true || !attended) return;
  const cost = bases.every(isOnOwnNetwork)
    ? "Calls to a server of your own cost money if it passes them on to a provider"
    : "Calls to a real upstream cost real money";
  const answer = await ask(`${cost}, and no budget caps them. Go on? [y/N] `, terminal);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new UserError("not started: real calls without a budget", {
    hint: "cap them with --budget-usd 2 (or -tokens, -requests, or budget: in llm-chaos.yaml), or say --yes",
  });
}

/** Empty when the question was left by Ctrl-C or Ctrl-D. */
function ask(question: string, { input, output }: Terminal): Promise<string> {
  return new Promise((resolve) => {
    const lines = createInterface({ input, output });
    lines.on("SIGINT", () => lines.close());
    lines.on("close", () => resolve(""));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
