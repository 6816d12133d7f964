import { join } from "node:path";
import type { Verdict } from "../../src/core/expectation.ts";
import type { Client } from "./client.ts";
import { play } from "./play.ts";
import { questions } from "./questions.ts";
import type { ExamStage } from "./stage.ts";

/** One verdict beside the truth. */
export interface Marked {
  client: string;
  question: string;
  expectation: string;
  right: Verdict;
  given: Verdict;
  summary: string;
}

/** Plays one question with one client and sets each verdict beside the truth. */
export async function mark(client: Client, asked: string, stage: ExamStage): Promise<Marked[]> {
  const question = questions[asked];
  if (question === undefined) throw new Error(`${client.name} sits a question that there is not: ${asked}`);
  const folder = join(stage.folder, `${client.name}-${asked}`);
  const report = await play(client.name, question.text, { ...stage, folder });
  const truth = client.sits[asked] ?? {};
  const unknown = Object.keys(truth).filter((name) => report.expectations.every((one) => one.name !== name));
  if (unknown.length > 0) throw new Error(`${client.name} × ${asked}: nobody expects ${unknown.join(", ")}`);
  return report.expectations.map(({ name, verdict, summary }) => ({
    client: client.name,
    question: asked,
    expectation: name,
    right: truth[name] ?? "pass",
    given: verdict,
    summary,
  }));
}
