import { needingFrontDoor } from "../expectations/index.ts";
import type { Playable } from "./playable.ts";

/**
 * Says at the start that nobody looks at what users see, why, and which of the scenario's expectations will be "not
 * measured" for it.
 */
export function tellFrontDoorUnseen({ options, log }: Pick<Playable, "options" | "log">, why: string): void {
  const names = needingFrontDoor(options.scenario.expect);
  const lost = names.length === 0 ? "" : `. Not measured will be: ${names.join(", ")}`;
  const text = `the front door is not seen: ${why}${lost}. Only the calls to the provider are judged`;
  // Whoever follows the run prints its warnings as they come.
  log.append({ type: "warning", code: "front_door_unseen", text });
}
