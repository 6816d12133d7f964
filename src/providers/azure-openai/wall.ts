import type { Wall } from "../shared/wall.ts";
import { azureCountdown } from "./countdown.ts";
import { readAzureRefusal } from "./read-refusal.ts";
import { azureReply } from "./refuse.ts";
import { azureStreamError } from "./stream-error.ts";

/** How Azure OpenAI refuses, counts down and breaks off, whichever of OpenAI's formats it is asked in. */
export const azureWall: Wall = {
  provider: "azure",
  refuse: azureReply,
  streamError: azureStreamError,
  limitHeaders: azureCountdown,
  readRefusal: readAzureRefusal,
};
