import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startChaos } from "../../src/index.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { ASKS, type Ask } from "../support/wall-asks.ts";

const folder = join(import.meta.dirname, "../../scenarios/walls");
const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));

describe("the walls shipped for each provider", () => {
  it("are one for each provider with limits of its own", () => {
    expect(files.map((file) => file.replace(".yaml", "")).sort()).toEqual(Object.keys(ASKS).sort());
  });

  it.each(files)("%s refuses in its provider's words, and serves the rest", async (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    expect(loadScenario({ path: join(folder, file), env: {} }).warnings).toEqual([]);
    const ask = ASKS[file.replace(".yaml", "")] as Ask;
    await using chaos = await startChaos({ limits: parse(text).limits });
    const answers = await Promise.all(
      Array.from({ length: 70 }, async () => {
        const reply = await fetch(`${chaos.url}${ask.path}`, {
          method: "POST",
          headers: { "content-type": "application/json", ...ask.headers },
          body: JSON.stringify(ask.body),
        });
        return { status: reply.status, text: await reply.text() };
      }),
    );
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect(served.length + refused.length).toBe(70);
    expect(served.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expect(answer.text).toMatch(ask.words);
    expect(chaos.events.filter((event) => event.type === "call_refused" && event.origin === "counted")).toHaveLength(
      refused.length,
    );
  });
});
