import type { Client } from "../client.ts";
import { crowds } from "./crowds.ts";
import { retriers } from "./retriers.ts";
import { streamers } from "./streams.ts";
import { waiters } from "./waiters.ts";

const all: readonly Client[] = [...waiters, ...retriers, ...streamers, ...crowds];

/** Every client of the exam by its name. */
export const clients: ReadonlyMap<string, Client> = new Map(all.map((client) => [client.name, client]));
