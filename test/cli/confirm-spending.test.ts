import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { confirmSpending } from "../../src/cli/confirm-spending.ts";
import { UserError } from "../../src/core/errors.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { NO_CAPS } from "../../src/spend/index.ts";

const LIVE = { upstreams: parseUpstreams(["https://api.openai.com"]) };

/** A terminal at which somebody types. */
function terminal(typed: string, more: { isTTY?: boolean; env?: NodeJS.ProcessEnv } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY: more.isTTY ?? true });
  const output = Object.assign(new PassThrough(), { isTTY: more.isTTY ?? true });
  input.end(typed);
  return {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
    env: more.env ?? {},
    asked: () => String(output.read() ?? ""),
  };
}

test.each(["y\n", "YES\n"])("somebody who says %j goes on", async (typed) => {
  const at = terminal(typed);
  await confirmSpending(LIVE, { terminal: at });
  expect(at.asked()).toContain("cost real money");
});

test("a server of one's own is not called a real provider, unless a real one stands beside it", async () => {
  const asked = async (...texts: string[]) => {
    const at = terminal("y\n");
    await confirmSpending({ upstreams: parseUpstreams(texts) }, { terminal: at });
    return at.asked();
  };
  expect(await asked("http://127.0.0.1:8000")).toContain(
    "Calls to a server of your own cost money if it passes them on",
  );
  expect(await asked("a=http://127.0.0.1:8000", "b=https://api.openai.com")).toContain("Calls to a real upstream cost");
});

test.each(["\n", "no\n", "", "yesterday\n"])("nothing starts on %j", async (typed) => {
  await expect(confirmSpending(LIVE, { terminal: terminal(typed) })).rejects.toThrow(UserError);
});

test.each([
  [
    "there is a budget",
    { ...LIVE, budget: { caps: { ...NO_CAPS, run: { usd: 1 } }, over: "refuse" as const, assumeMaxOutput: undefined } },
    {},
  ],
  ["nothing is real", { upstreams: parseUpstreams(["stub"]) }, {}],
  ["--yes", LIVE, { yes: true }],
])("nobody is asked: %s", async (_why, options, flags) => {
  const at = terminal("");
  await confirmSpending(options, { ...flags, terminal: at });
  expect(at.asked()).toBe("");
});

test("nobody is asked behind a pipe or in CI", async () => {
  await confirmSpending(LIVE, { terminal: terminal("", { isTTY: false }) });
  await confirmSpending(LIVE, { terminal: terminal("", { env: { CI: "true" } }) });
});
