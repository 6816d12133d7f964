import { Command, CommanderError, Option } from "commander";
import { ExitCode, InvalidFileError, UserError } from "../core/errors.ts";
import { VERSION } from "../run/version.ts";
import { addSharedFlags, parseDurationFlag, parseTimes } from "./flags.ts";
import { paint } from "./style.ts";

type Leave = (code: number) => void;

/** Each command loads its own module when it is called: `--help` must not wait for the proxy's code. */
function buildProgram(leave: Leave): Command {
  const program = new Command("llm-chaos")
    .description("Find out which LLM limit breaks your app first, before your users do.")
    .version(VERSION)
    .helpOption("-h, --help", "help")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError("       --help shows how it is written")
    .exitOverride();
  addPlayingCommands(program, leave);
  addReadingCommands(program, leave);
  addCassetteCommands(program, leave);
  return program;
}

function addPlayingCommands(program: Command, leave: Leave): void {
  addSharedFlags(
    program.command("proxy").description("run the proxy until stopped").argument("[scenario]", "scenario file"),
  )
    .option("--start", "begin the phases at once")
    .action(async (scenario, flags) => leave(await (await import("./proxy.ts")).proxyCommand(scenario, flags)));
  addSharedFlags(
    program
      .command("run")
      .description("play a scenario to its end, judge it, write the report")
      .argument("<scenario>", "scenario file")
      .argument("[command...]", "behind --: the command that starts the app"),
  )
    .addOption(
      new Option("--ready-timeout <duration>", "how long the app may take to answer")
        .argParser(parseDurationFlag)
        .default(60_000, "60s"),
    )
    .option("--load-cmd <command>", "a load tool that drives the app in our driver's place; ends with the run")
    .option("--attach <url>", "play on a proxy that runs already: its control channel, ws://host:4142/control")
    .option("--junit <file>", "a copy of junit.xml")
    .addOption(
      new Option("--repeat <n>", "play it n times with the seeds s, s+1, …; the worst verdict wins").argParser(
        parseTimes,
      ),
    )
    .option("--plan-out <file>", "write every decision about faults, with its key, at the end")
    .option("--plan <file>", "take the decisions of such a file again")
    .option("--keep-open", "after the run serve the dashboard, with the runbook in place, until Ctrl-C")
    .option("--json", "print report.json to stdout")
    .action(async (scenario, command, flags) =>
      leave(await (await import("./run.ts")).runCommand(scenario, command, flags)),
    );
  program
    .command("demo")
    .description("the whole story on embedded parts: no key, no network, under 90 s")
    .option("--out <folder>", "where the two run folders go")
    .action(async (flags) => leave(await (await import("./demo.ts")).demoCommand(flags)));
  addCtl(program, leave);
}

/** Its help lists the channel's methods, which only the channel's own module knows. */
function addCtl(program: Command, leave: Leave): void {
  const ctl = program
    .command("ctl")
    .description("one call on a running proxy's control channel")
    .argument("[method]", "status, fault.inject, fault.remove, panic, scenario.start …")
    .argument("[json]", "its parameters")
    .addOption(
      new Option("--control <host:port|url>", "the control channel").env("LLM_CHAOS_CONTROL").default("127.0.0.1:4142"),
    )
    .addOption(new Option("--control-token-file <file>", "the control token").env("LLM_CHAOS_TOKEN_FILE"))
    .addOption(new Option("--name <name>", "stands in the event log beside what is commanded").env("LLM_CHAOS_NAME"))
    .helpOption(false)
    .option("-h, --help", "help, with every method");
  ctl.action(async (method, json, { help, ...flags }) => {
    const { ctlCommand, methodLines } = await import("./ctl.ts");
    if (help === true || method === undefined) process.stdout.write(`${ctl.helpInformation()}\n${methodLines()}`);
    leave(help === true ? 0 : method === undefined ? ExitCode.usage : await ctlCommand(method, json, flags));
  });
}

function addReadingCommands(program: Command, leave: Leave): void {
  program
    .command("init")
    .description("look at the project, ask little, write llm-chaos.yaml and a first scenario")
    .option("-y, --yes", "take what was found, ask nothing")
    .action(async (flags) => leave(await (await import("./init.ts")).initCommand(flags)));
  program
    .command("report")
    .description("rebuild verdicts and report from the event log alone")
    .argument("<run>", "run folder or events.jsonl")
    .option("--out <folder>", "write the report there instead of beside the log")
    .option("--json", "print report.json to stdout, write nothing")
    .action(async (target, flags) => leave((await import("./report.ts")).reportCommand(target, flags)));
  program
    .command("compare")
    .description("what got better and what got worse; ends with 1 when something got worse")
    .argument("<before>", "run folder, or the folder of run --repeat")
    .argument("<after>", "the same")
    .option("--json", "as JSON")
    .action(async (before, after, flags) => leave((await import("./compare.ts")).compareCommand(before, after, flags)));
  program
    .command("validate")
    .description(
      "check scenarios, app files, stub profiles and cassettes: what is wrong and where, what was meant, which secrets are in",
    )
    .argument("<file...>")
    .option("--json", "problems as JSON")
    .action(async (files, flags) => leave(await (await import("./validate.ts")).validateCommand(files, flags)));
  program
    .command("calibrate")
    .description("fit a stub profile to recorded traffic, and show both side by side")
    .argument("<cassette>", "what --record wrote")
    .option("-o, --out <file>", "write the profile there instead of to stdout")
    .option("--json", "the comparison as JSON")
    .action(async (file, flags) => leave(await (await import("./calibrate.ts")).calibrateCommand(file, flags)));
  program
    .command("explain")
    .description("a scenario in plain sentences")
    .argument("<scenario>", "scenario file")
    .action(async (file) => leave((await import("./explain.ts")).explainCommand(file)));
  program
    .command("list")
    .description("what there is")
    .argument("<what>", "faults, expectations, providers, tiers or scenarios")
    .option("--json", "with parameters as JSON Schema")
    .action(async (what, flags) => leave((await import("./list.ts")).listCommand(what, flags)));
}

function addCassetteCommands(program: Command, leave: Leave): void {
  program
    .command("export")
    .description("a recording as HAR 1.2, for the network panel of a browser")
    .argument("<cassette>", "a file that --record wrote")
    .option("-o, --out <file>", "write it there instead of to stdout")
    .action(async (cassette, flags) => leave(await (await import("./export.ts")).exportCommand(cassette, flags)));
}

/** Runs one command and sets the exit code. Users never see a stack trace; LLM_CHAOS_DEBUG=1 shows it to those who ask. */
export async function main(argv: readonly string[]): Promise<void> {
  surviveClosedOutput();
  try {
    await buildProgram((code) => {
      process.exitCode = code;
    }).parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Whoever reads our output may leave (`| head`, a closed terminal). A run that nobody watches still serves the app and writes its report. */
function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ExitCode.usage;
  if (process.env["LLM_CHAOS_DEBUG"] === "1" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (error instanceof InvalidFileError) {
    process.stderr.write(`${paint("red", error.message)}\n`);
    return error.exitCode;
  }
  if (error instanceof UserError) {
    process.stderr.write(
      `${paint("red", "error:")} ${error.message}${error.hint === undefined ? "" : `\n       ${error.hint}`}\n`,
    );
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${paint("red", "internal error:")} ${message}\n       what was recorded is in the run folder; LLM_CHAOS_DEBUG=1 shows where it happened\n`,
  );
  return ExitCode.broken;
}
