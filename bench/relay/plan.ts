import type { Answer } from "./protocol.ts";

/** One kind of traffic, measured in turn through every relay, several rounds. */
export interface Traffic {
  id: string;
  title: string;
  answer: Answer;
  calls: number;
  rounds: number;
  warmUpMs: number;
  measureMs: number;
}

const KINDS: Pick<Traffic, "id" | "title" | "answer" | "calls">[] = [
  { id: "a", title: "small JSON, 32 calls", answer: "small", calls: 32 },
  { id: "b", title: "51 events at once, 32 calls", answer: "burst", calls: 32 },
  { id: "c100", title: "an event each 20 ms, 100 streams", answer: "paced", calls: 100 },
  { id: "c500", title: "an event each 20 ms, 500 streams", answer: "paced", calls: 500 },
];

/** The whole plan takes under 4 minutes, a quick one under one. `only` names the kinds to keep. */
export function planTraffic(options: { quick: boolean; only: readonly string[] }): Traffic[] {
  return KINDS.filter(({ id }) => options.only.length === 0 || options.only.includes(id)).map((kind) => ({
    ...kind,
    ...(kind.answer === "paced" ? pacedTimes(options.quick) : busyTimes(options.quick)),
  }));
}

/** Many short rounds rather than few long ones: a busy moment of the machine then spoils one ratio, not all. */
function busyTimes(quick: boolean): Pick<Traffic, "rounds" | "warmUpMs" | "measureMs"> {
  return quick ? { rounds: 3, warmUpMs: 300, measureMs: 700 } : { rounds: 9, warmUpMs: 300, measureMs: 1_000 };
}

/** The warm-up is as long as a stream lasts, so that starts and ends are spread evenly. */
function pacedTimes(quick: boolean): Pick<Traffic, "rounds" | "warmUpMs" | "measureMs"> {
  return quick ? { rounds: 1, warmUpMs: 1_200, measureMs: 1_800 } : { rounds: 3, warmUpMs: 1_200, measureMs: 2_500 };
}
