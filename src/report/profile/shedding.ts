import type { History } from "../../core/history.ts";
import type { Knee } from "../../core/report.ts";
import { judgedPart } from "../../core/select.ts";
import { counted } from "../sentences/words.ts";
import { MOSTLY, mostCommon, type Reading, seen, unseen } from "./reading.ts";

/** With which status it refuses its own users, before or after asking the provider, and in a ramp from how many users on. */
export function readShedding(history: History, shedsAt: Knee | null): Reading {
  const { frontDoorCalls: fronts } = judgedPart(history);
  if (fronts.length === 0) return unseen("shedding", "the front door was not driven");
  const shed = fronts.filter(({ outcome }) => outcome === "shed");
  if (shed.length === 0)
    return unseen("shedding", history.app?.declares.shed === false ? "the app file has no shed_when" : "none was seen");
  const status = mostCommon(shed.map(({ ended }) => ended?.status ?? 0));
  const before = shed.filter(({ logicalCalls }) => logicalCalls.length === 0).length;
  const from = shedsAt === null ? "" : ` from ${counted(shedsAt.concurrency, "concurrent user")}`;
  const many = new Set(shed.map(({ ended }) => ended?.status ?? 0));
  const statuses = status !== undefined && status.share >= MOSTLY ? [status.value] : [...many].sort((a, b) => a - b);
  return seen({
    name: "shedding",
    words: `sheds with ${statuses.join(" or ")}${from}`,
    numbers: {
      ...(status !== undefined && { status: status.value }),
      beforeCalling: before,
      afterCalling: shed.length - before,
      shedShare: shed.length / fronts.length,
      ...(shedsAt !== null && { fromConcurrency: shedsAt.concurrency }),
    },
    samples: shed.length,
    of: `calls, ${before} of them without asking the provider`,
    events: shed.map(({ started, ended }) => ended?.seq ?? started.seq),
  });
}
