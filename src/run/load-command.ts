import { type AppEnd, shellCommand, startApp } from "../app/index.ts";
import type { RunningControl } from "../control/index.ts";
import type { Playable } from "./playable.ts";
import type { End } from "./session.ts";

/** A load tool of the user's, run as the driver (`--load-cmd`). */
export interface RunningLoad {
  /** When the tool ends by itself. The run ends with it: phases without load would measure nothing. */
  ended: Promise<End>;
  /** Ends its whole process group: TERM, after 10 s KILL. */
  stop(): Promise<void>;
}

/** What a shell answers when there is nothing to run: the run has no load at all. */
const NOT_STARTED: Readonly<Record<number, string>> = { 126: "is not a program that may be run", 127: "was not found" };

/** Starts the command through a shell, in a process group of its own, told where the app and the proxy are. */
export function startLoadCommand(session: Playable, command: string, control: RunningControl | undefined): RunningLoad {
  const { options, log, clock, scrubber } = session;
  const told = environment(session, control);
  const shown = Object.entries(told).map(([name, value]) => `${name}=${value}`);
  options.notify(scrubber.scrub(`load    ${command}   with ${shown.join("  ")}`));
  const tool = startApp({
    command: shellCommand(command),
    env: { ...options.env, ...told },
    cwd: options.cwd,
    clock,
    scrubber,
    onOutput: (line) => options.notify(`load    │ ${line}`),
  });
  log.append({ type: "load_tool", state: "started" });
  let stopping = false;
  const ended = tool.exited.then((end) => {
    log.append({
      type: "load_tool",
      state: "ended",
      ...(end.code !== null && { code: end.code }),
      ...(end.signal !== null && { signal: end.signal }),
    });
    return stopping ? { why: "completed" as const, detail: undefined } : endOf(session, end);
  });
  return {
    ended,
    async stop() {
      stopping = true;
      await tool.stop();
      await ended;
    },
  };
}

/** `ctl` finds the control channel by two of these, so that a load script can send marks with `llm-chaos ctl mark`. */
function environment(session: Playable, control: RunningControl | undefined): Record<string, string> {
  const { appUrl } = session.options;
  return {
    ...(appUrl !== undefined && { LLM_CHAOS_APP_URL: appUrl }),
    LLM_CHAOS_PROXY_URL: session.proxy.url,
    LLM_CHAOS_SEED: String(session.options.scenario.seed),
    LLM_CHAOS_RUN_FOLDER: session.folder.path,
    ...(control !== undefined && { LLM_CHAOS_CONTROL: new URL(control.url).host }),
    ...(control?.tokenPath !== undefined && { LLM_CHAOS_TOKEN_FILE: control.tokenPath }),
  };
}

function endOf(session: Playable, { code, signal }: AppEnd): End {
  const nothing = NOT_STARTED[code ?? 0];
  if (nothing !== undefined) return { why: "broken", detail: `the load command ${nothing} (exit code ${code})` };
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const unplayed = phasesAfter(session);
  const early = unplayed.length === 0 ? "" : ` before ${unplayed.join(" and ")}, which had no load and was not played`;
  if (code !== 0 || early !== "") {
    const text = `the load command ended ${how}${early}`;
    session.log.append({ type: "warning", code: "load_tool", text });
  }
  return { why: "load_ended", detail: how };
}

function phasesAfter({ options, timeline }: Playable): string[] {
  const { phases } = options.scenario;
  const current = timeline.current();
  return current === undefined ? [] : phases.slice(phases.indexOf(current) + 1).map(({ name }) => name);
}
