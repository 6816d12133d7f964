import { isDeepStrictEqual } from "node:util";
import { formatProblem, InvalidFileError, UserError } from "../core/errors.ts";
import { formatDuration } from "../core/units.ts";
import { explainChanges, type LoadedScenario } from "../scenario/index.ts";
import { refuseShareOnLive, rulesOf } from "./check-share.ts";
import type { Session } from "./session.ts";
import { watchFiles } from "./watch-files.ts";

/**
 * Takes the faults of the scenario's file whenever it changes. Only they are live: limits, load, expectations and the
 * phases' names and lengths stay as they were at the start. A file with problems changes nothing.
 */
export function watchScenario(session: Session): { close(): void } {
  const { options, clock } = session;
  const { reload } = options;
  if (reload === undefined) return { close() {} };
  let current = reload.loaded;
  let refused = "";
  let change = 0;

  const take = (loaded: LoadedScenario) => {
    watch.files(loaded.files);
    if (loaded.text === current.text && isDeepStrictEqual(loaded.filled, current.filled)) {
      if (refused !== "") options.notify("scenario: the file is again as it was; nothing changed");
      refused = "";
      return;
    }
    refused = "";
    apply(session, { before: current, after: loaded, change: ++change });
    current = loaded;
  };
  let told = false;
  const onChange = () => {
    // Setting limits makes another scenario of it, loading one makes other phases.
    if (session.playing().phases !== options.scenario.phases) {
      if (!told) options.notify("scenario: the changed file is not followed any more: a controller loaded another");
      told = true;
      return;
    }
    try {
      const loaded = reload.load();
      for (const secret of loaded.secrets) session.scrubber.register(secret);
      refuseShareOnLive(rulesOf({ filled: loaded.filled, faults: [] }), options.upstreams);
      take(loaded);
    } catch (error) {
      const problems = session.scrubber.scrub(wordsOf(error));
      // One save can be seen several times.
      if (problems === refused) return;
      refused = problems;
      options.notify(`scenario: the changed file cannot be used, the one before stays in force\n${problems}`);
    }
  };
  const watch = watchFiles({
    clock,
    onChange,
    onBlind: (why) => options.notify(`warning: changes of the scenario are not seen: ${why}`),
  });
  watch.files(current.files);
  return watch;
}

function apply(
  session: Session,
  { before, after, change }: { before: LoadedScenario; after: LoadedScenario; change: number },
): void {
  const { options, log, chooser, folder, scrubber, clock } = session;
  const differs = explainChanges(before.scenario, after.scenario);
  const rules = differs.rules.map((line) => scrubber.scrub(line));
  const { other } = differs;
  log.append({
    type: "command",
    who: "file",
    method: "scenario.reload",
    params: { change, rules, not_live: other },
  });
  chooser.replace(after.filled);
  const drawn = before.text === after.text ? " but measured durations do" : "";
  for (const { severity, ...warning } of after.warnings) options.notify(formatProblem({ ...warning, severity }));
  options.notify(`scenario: changed (${change})${rules.length === 0 ? `, no rule differs${drawn}` : ""}`);
  for (const line of rules) options.notify(`         ${line}`);
  if (other.length > 0) options.notify(`         not live, they stay as at the start: ${other.join(", ")}`);
  if (rules.length > 0) {
    const text = `the scenario's faults were changed at ${formatDuration(clock.nowMs())}: ${rules.join("; ")}`;
    log.append({ type: "warning", code: "scenario_reloaded", text });
  }
  keepCopy(session, folder, { name: `scenario.change-${change}.yaml`, text: after.text });
}

function keepCopy(
  { options }: Session,
  folder: Session["folder"],
  { name, text }: { name: string; text: string },
): void {
  try {
    folder.write(name, text);
  } catch (error) {
    options.notify(`warning: ${name} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof InvalidFileError) return error.message;
  if (error instanceof UserError) return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  // The app's calls go through this process: whatever went wrong with a file must not end it.
  return `internal error: ${error instanceof Error ? error.message : error}`;
}
