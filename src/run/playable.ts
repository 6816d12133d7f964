import type { EventLog } from "../history/index.ts";
import type { Session } from "./session.ts";

/** What a scenario is played on: a session of our own, or a proxy elsewhere that a run has attached to. */
export interface Playable
  extends Pick<Session, "options" | "clock" | "scrubber" | "hashSecret" | "keys" | "stopped" | "stop" | "setPhase"> {
  log: Pick<EventLog, "append" | "subscribe">;
  timeline: Pick<Session["timeline"], "start" | "stop" | "done" | "current">;
  chooser: Pick<Session["chooser"], "panic">;
  limiter: Pick<Session["limiter"], "drainToOneCall">;
  proxy: Pick<Session["proxy"], "url">;
  folder: Pick<Session["folder"], "path">;
}
