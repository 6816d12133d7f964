import { describe, expect, it } from "vitest";
import { clients } from "../../scripts/judge-exam/clients/index.ts";
import { questions } from "../../scripts/judge-exam/questions.ts";
import { expectations } from "../../src/expectations/index.ts";
import { loadScenario } from "../../src/scenario/index.ts";

/** What is asked and what is true, without playing it: `npm run judge-exam` does that. */

const scenarios = new Map(
  Object.entries(questions).map(([name, { text }]) => [name, loadScenario({ text, env: {} }).scenario]),
);
const asked = (question: string) => scenarios.get(question)?.expect.map(({ name }) => name) ?? [];

const pairs = [...clients.values()].flatMap(({ name, sits }) =>
  Object.entries(sits).map(([question, truth]) => ({ name, question, truth })),
);

describe("the judge's exam", () => {
  it("has at least thirty clients, each with a question to sit, and no question that nobody sits", () => {
    expect(clients.size).toBeGreaterThanOrEqual(30);
    expect([...clients.values()].filter(({ sits }) => Object.keys(sits).length === 0)).toEqual([]);
    expect(new Set(pairs.map(({ question }) => question))).toEqual(new Set(Object.keys(questions)));
  });

  it.each(Object.keys(questions))("asks %s in a scenario that can be played", (question) => {
    expect(scenarios.get(question)?.name).toBe(question);
    expect(asked(question)).not.toEqual([]);
  });

  it("knows the truth only of what is asked", () => {
    const astray = pairs.flatMap(({ name, question, truth }) =>
      Object.keys(truth)
        .filter((expectation) => !asked(question).includes(expectation))
        .map((expectation) => `${name} × ${question}: ${expectation}`),
    );
    expect(astray).toEqual([]);
  });

  it.each([...expectations.keys()])("puts both a client that passes and one that fails before %s", (expectation) => {
    const truths = pairs
      .filter(({ question }) => asked(question).includes(expectation))
      .map(({ truth }) => truth[expectation] ?? "pass");
    expect(truths).toContain("pass");
    expect(truths).toContain("fail");
  });
});
