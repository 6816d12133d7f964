import { readFileSync } from "node:fs";
import { connectControl } from "../control/index.ts";
import { UserError } from "../core/errors.ts";
import { controlTokenPath } from "../run/control-host.ts";
import { stateFolder } from "../run/run-folder.ts";

/** `llm-chaos ctl <method> [json]`: one call on a running proxy's control channel. */
export async function ctlCommand(
  method: string,
  json: string | undefined,
  flags: { control: string; controlTokenFile?: string },
): Promise<number> {
  const token =
    process.env["LLM_CHAOS_TOKEN"] ?? readToken(flags.controlTokenFile ?? controlTokenPath(stateFolder(process.cwd())));
  const control = await connectControl({ url: `ws://${flags.control}/control`, token });
  try {
    const result = await control.call(method, parseParams(json));
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  } finally {
    control.close();
  }
}

function readToken(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new UserError(`no control token at ${path}`, {
      hint: `start the proxy in this folder, or name the token with --control-token-file or LLM_CHAOS_TOKEN`,
      cause: error,
    });
  }
}

function parseParams(json: string | undefined): unknown {
  if (json === undefined) return {};
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UserError(`the parameters are not JSON: ${error instanceof Error ? error.message : error}`, {
      hint: `for example '{"id":"live-1"}'`,
      cause: error,
    });
  }
}
