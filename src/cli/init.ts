import { createInterface } from "node:readline/promises";
import { type InitAnswers, initProject, inspectProject } from "../app/index.ts";
import { paint } from "./style.ts";

/** `llm-chaos init`: asks what it could not find out, writes two files, overwrites nothing. */
export async function initCommand(flags: { yes?: boolean }): Promise<number> {
  const folder = process.cwd();
  const asks = flags.yes !== true && process.stdin.isTTY === true;
  const answers = asks ? await ask(folder) : {};
  const { written, kept } = initProject({ folder, answers });
  for (const file of written) process.stdout.write(`${paint("blue", "wrote", process.stdout)}  ${file}\n`);
  for (const file of kept) process.stdout.write(`kept   ${file} (it was there before)\n`);
  process.stdout.write(
    `next   look both over, then: llm-chaos run ${[...written, ...kept].find((file) => file.startsWith("scenarios")) ?? "scenarios/first-storm.yaml"}\n`,
  );
  return 0;
}

/** An empty answer takes what stands in brackets. */
async function ask(folder: string): Promise<InitAnswers> {
  const facts = inspectProject(folder);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const question = async (text: string, found: string) => (await terminal.question(`${text} [${found}] `)).trim();
  try {
    const start = await question("Command that starts the app?", facts.start ?? "none found");
    const url = await question("Where does it answer?", `http://127.0.0.1:${facts.port ?? 3000}`);
    const path = await question("Which path takes a user's request?", "/chat");
    const stream = await question("Does it answer as json or sse?", "json");
    return {
      ...(start !== "" && { start }),
      ...(url !== "" && { url }),
      ...(path !== "" && { path }),
      ...((stream === "json" || stream === "sse") && { stream }),
    };
  } finally {
    terminal.close();
  }
}
