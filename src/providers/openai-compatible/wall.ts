import type { Wall } from "../shared/wall.ts";
import { countdown } from "./countdown.ts";
import { readCompatibleRefusal } from "./read-refusal.ts";
import { refuseAs, streamErrorOf } from "./refuse.ts";
import type { CompatibleProvider } from "./words.ts";

/** The wall of a provider that speaks OpenAI's formats in its own words. */
export function compatibleWall(provider: CompatibleProvider): Wall {
  return {
    provider: provider.provider,
    ...(provider.keepAlive !== undefined && { keepAlive: new TextEncoder().encode(`: ${provider.keepAlive}\n\n`) }),
    refuse: refuseAs(provider),
    streamError: streamErrorOf(provider),
    limitHeaders: (readings) => countdown(provider.countdown, readings),
    readRefusal: readCompatibleRefusal,
    ...(provider.charge && { charge: provider.charge }),
    ...(provider.chat && { chat: provider.chat }),
  };
}
