export { baseUrlVariables, familyOf, type ProviderFamily } from "./base-urls.ts";
export { type AppEnd, type AppOptions, type RunningApp, shellCommand, startApp } from "./process.ts";
export { type ReadyOptions, waitUntilReady } from "./ready.ts";
