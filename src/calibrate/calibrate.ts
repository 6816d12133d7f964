import { readCassette } from "../cassette/index.ts";
import { type Problem, UserError } from "../core/errors.ts";
import { createRng } from "../core/rng.ts";
import { formatCount } from "../core/units.ts";
import { dialects } from "../providers/index.ts";
import { type Comparison, compareModel } from "./compare.ts";
import { comparisonText } from "./comparison-text.ts";
import { fitModel } from "./fit-model.ts";
import { createMeasuring } from "./measure.ts";
import { profileText } from "./profile-text.ts";

export interface Calibration {
  /** A stub profile, as YAML. */
  profile: string;
  /** Recorded beside stub, for people. */
  lines: string[];
  models: { model: string; calls: number; answers: number; compared: Comparison[] }[];
  problems: Problem[];
  /** Exchanges that no dialect could read. */
  unread: number;
}

/** Fits a stub profile to a cassette. Throws a UserError when it is none, or when it holds no answer of a model. */
export async function calibrate(cassette: string): Promise<Calibration> {
  const problems: Problem[] = [];
  const measuring = createMeasuring(dialects, createRng(1).fork("calibrate"));
  for await (const exchange of readCassette(cassette, { onProblem: (problem) => problems.push(problem) })) {
    measuring.add(exchange);
  }
  const known = [...measuring.models.values()].filter(({ answers }) => answers > 0);
  if (known.length === 0) {
    throw new UserError(`${cassette} holds no whole answer of a model to fit anything to`, {
      hint: "record some calls: llm-chaos proxy --upstream https://… --record tape.jsonl",
    });
  }
  const all = known.map((samples) => {
    const fitted = fitModel(samples);
    return { samples, fitted, compared: compareModel(samples, fitted) };
  });
  const notes = [
    `Fitted to ${cassette} by llm-chaos calibrate. Use it: llm-chaos proxy --upstream stub:<this file>`,
    ...known.map(
      ({ model, calls, answers }) => `${model}: ${formatCount(answers)} whole answers of ${formatCount(calls)} calls`,
    ),
  ];
  return {
    profile: profileText(
      all.map(({ fitted }) => fitted),
      notes,
    ),
    lines: all.flatMap(({ samples, fitted, compared }) => comparisonText(samples, fitted, compared)),
    models: all.map(({ samples: { model, calls, answers }, compared }) => ({ model, calls, answers, compared })),
    problems,
    unread: measuring.unread(),
  };
}
