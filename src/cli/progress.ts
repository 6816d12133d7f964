import type { ChaosEvent } from "../core/event.ts";
import type { LogLine } from "../dashboard/view.ts";
import type { Session } from "../run/session.ts";
import { type Followed, follow } from "./live/follow.ts";
import { liveLines } from "./live/lines.ts";
import { createLiveRegion, type LiveRegion } from "./live/region.ts";
import { createRunView, describeView, foldView } from "./run-view.ts";
import { canAnimate, clockTime, paint } from "./style.ts";

export interface Progress {
  onEvent(event: ChaosEvent): void;
  /** A line for people, above the live lines. */
  line(text: string): void;
  /** From now on the live lines tell of this session. Off a terminal nothing changes. */
  follow(session: Session): void;
  /** The dashboard of the session that is followed can be opened there. */
  pageAt(url: string): void;
  stop(): void;
}

const REDRAW_MS = 250;
const HEARTBEAT_MS = 30_000;

/** Append-only lines, and on a terminal a few live ones under them. Off a terminal: the same lines, and a heartbeat every 30 s. */
export function createProgress(options: {
  stream: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  label?: string;
}): Progress {
  const { stream } = options;
  const view = createRunView();
  const prefix = options.label === undefined ? "" : `${options.label.padEnd(6)} `;
  const region = canAnimate(stream, options.env) ? createLiveRegion(stream) : undefined;
  const line = (text: string) => void (region === undefined ? stream.write(`${text}\n`) : region.line(text));
  const said = (kind: string, text: string, ms = view.nowMs) =>
    line(`[${clockTime(ms)}] ${prefix}${kind.padEnd(8)} ${text}`);
  const live = region === undefined ? undefined : createLive({ region, stream, said });

  let begun = false;
  // Before the first event there is nothing to be alive: what then takes long tells of itself.
  const heartbeat = () => begun && said("alive", `phase=${view.phase} ${describeView(view)}`);
  const timer = setInterval(live?.draw ?? heartbeat, live === undefined ? HEARTBEAT_MS : REDRAW_MS);
  timer.unref();
  return {
    onEvent(event) {
      begun = true;
      const change = foldView(view, event);
      if (change === undefined) return;
      const text = change.kind === "warning" ? paint("yellow", change.text, stream) : change.text;
      said(change.kind, text, event.t_ms);
    },
    line,
    follow: (session) => live?.follow(follow(session, line)),
    pageAt: (url) => live?.pageAt(url),
    stop() {
      clearInterval(timer);
      live?.stop();
    },
  };
}

interface LiveOptions {
  region: LiveRegion;
  stream: NodeJS.WriteStream;
  said(kind: string, text: string, ms?: number): void;
}

/** The live lines, and what only the picture behind them knows: an expectation that breaks or holds, a limit that bites. */
function createLive({ region, stream, said }: LiveOptions) {
  let followed: Followed | undefined;
  let lastTold: LogLine | undefined;

  const tellNews = (log: readonly LogLine[]) => {
    const until = lastTold === undefined ? -1 : log.indexOf(lastTold);
    const news = log.slice(0, until < 0 ? undefined : until);
    lastTold = log[0] ?? lastTold;
    for (const { kind, text, atMs } of news.toReversed()) {
      if (kind === "expect") said(kind, text, atMs);
      else if (kind === "limit") said(kind, paint("yellow", text, stream), atMs);
    }
  };
  return {
    follow(one: Followed) {
      followed?.stop();
      followed = one;
    },
    pageAt: (url: string) => followed?.pageAt(url),
    draw() {
      if (followed === undefined) return;
      const view = followed.view();
      // The report's verdicts are told by whoever prints them, once.
      if (!view.expectations.provisional) return;
      tellNews(view.log);
      const lines = liveLines(view, { columns: stream.columns ?? 80, rows: stream.rows ?? 24 }, followed.keys());
      region.draw(lines);
    },
    stop() {
      followed?.stop();
      followed = undefined;
      region.close();
    },
  };
}
