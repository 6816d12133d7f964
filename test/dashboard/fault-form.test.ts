import { describe, expect, it } from "vitest";
import { CONTROL_PATH } from "../../src/control/index.ts";
import { type FaultKind, faultLine, fieldOf } from "../../src/dashboard/page/fault-form.ts";
import { describeFaults } from "../../src/run/dashboard/index.ts";
import { parseFaultLine } from "../../src/scenario/index.ts";

const kinds = describeFaults() as FaultKind[];

/** Rules that no schema of a single parameter can tell: one or the other, at least one. */
const BY_HAND: Readonly<Record<string, Record<string, string>>> = {
  slow_first_token: { at_least: "" },
  header_lies: { drop: "[retry-after]" },
};

describe("the form of a fault", () => {
  it("is offered for every fault, each parameter by a field that has something to offer", () => {
    expect(kinds.length).toBeGreaterThan(30);
    for (const { name, params } of kinds) {
      for (const [param, schema] of Object.entries(params.properties ?? {})) {
        const field = fieldOf(schema);
        if (field.kind === "text") continue;
        expect(field.options.length, `${name}.${param}`).toBeGreaterThan(1);
      }
    }
  });

  it.each(kinds.map((kind) => [kind.name, kind] as const))("writes %s so that the loader takes it", (name, kind) => {
    const params: Record<string, string> = {};
    for (const [param, schema] of Object.entries(kind.params.properties ?? {})) {
      const field = fieldOf(schema);
      // Each field filled with what it suggests; where it suggests nothing, only if it has to be filled.
      if (field.kind === "choice") params[param] = field.options[0] ?? "";
      if (field.kind === "text" && field.example !== "") params[param] = field.example;
    }
    Object.assign(params, BY_HAND[name]);
    const line = faultLine({ name, params, model: "gpt-*", chance: "50%" });
    expect(parseFaultLine(line)).toMatchObject({ fault: name, where: { model: "gpt-*" }, chance: 0.5 });
  });

  it("quotes what would be more than a word in YAML, and lets the user's own YAML be", () => {
    const draft = { name: "stall", model: "", chance: "" };
    expect(faultLine({ ...draft, params: { after: "{ tokens: 20 }", lasts: " 2s ", pings: "" } })).toBe(
      "stall: { after: { tokens: 20 }, lasts: 2s }",
    );
    expect(faultLine({ ...draft, params: { after: "a, b: c" } })).toBe('stall: { after: "a, b: c" }');
    expect(faultLine({ ...draft, params: {} })).toBe("stall: {}");
  });
});

it("the page's own idea of the channel's path is the channel's", async () => {
  // The page cannot import the protocol, which would bring the schemas into the browser.
  const { readFileSync } = await import("node:fs");
  const text = readFileSync(new URL("../../src/dashboard/page/socket.ts", import.meta.url), "utf8");
  expect(text).toContain(`CONTROL_PATH = "${CONTROL_PATH}"`);
});
