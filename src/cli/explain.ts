import { explainScenario, loadScenario } from "../scenario/index.ts";
import { printWarnings } from "./prepare.ts";
import { findScenario } from "./shipped.ts";

/** `llm-chaos explain <scenario>`: what will happen and what is expected, in plain sentences. */
export function explainCommand(path: string): number {
  const { scenario, warnings } = loadScenario({ path: findScenario(path), env: process.env });
  printWarnings(warnings);
  process.stdout.write(`${explainScenario(scenario).join("\n")}\n`);
  return 0;
}
