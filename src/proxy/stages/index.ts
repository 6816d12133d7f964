export { relayInStages } from "./relay-in-stages.ts";
