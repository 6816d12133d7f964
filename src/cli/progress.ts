import type { ChaosEvent } from "../core/event.ts";
import { createRunView, describeView, foldView } from "./run-view.ts";
import { canAnimate, clockTime, GLYPH, paint } from "./style.ts";

export interface Progress {
  onEvent(event: ChaosEvent): void;
  /** A line for people, above the live region. */
  line(text: string): void;
  stop(): void;
}

const REDRAW_MS = 250;
const HEARTBEAT_MS = 30_000;

/** Append-only lines, and on a terminal one live line under them. Off a terminal: the same lines, and a heartbeat every 30 s. */
export function createProgress(options: {
  stream: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  label?: string;
  quiet?: boolean;
}): Progress {
  const { stream } = options;
  const view = createRunView();
  const animated = canAnimate(stream, options.env) && options.quiet !== true;
  const prefix = options.label === undefined ? "" : `${options.label.padEnd(6)} `;
  let drawn = "";

  const clear = () => {
    if (drawn !== "") stream.write("\r\u001b[2K");
    drawn = "";
  };
  const line = (text: string) => {
    clear();
    stream.write(`${text}\n`);
  };
  const draw = () => {
    const left = view.phaseEndsAtMs === undefined ? "" : ` · ${clockTime(view.phaseEndsAtMs - view.nowMs)} left`;
    const text = `${prefix}${GLYPH.run} ${clockTime(view.nowMs)} ${view.phase}${left} · ${describeView(view)}`;
    const clipped = text.slice(0, Math.max(20, (stream.columns ?? 80) - 1));
    if (clipped === drawn) return;
    clear();
    stream.write(clipped);
    drawn = clipped;
  };
  const heartbeat = () =>
    line(`[${clockTime(view.nowMs)}] ${prefix}alive    phase=${view.phase} ${describeView(view)}`);

  const timer = setInterval(animated ? draw : heartbeat, animated ? REDRAW_MS : HEARTBEAT_MS);
  timer.unref();
  return {
    onEvent(event) {
      const change = foldView(view, event);
      if (change === undefined || options.quiet === true) return;
      const text = change.kind === "warning" ? paint("yellow", change.text, stream) : change.text;
      line(`[${clockTime(event.t_ms)}] ${prefix}${change.kind.padEnd(8)} ${text}`);
    },
    line,
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}
