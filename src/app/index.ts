export { baseUrlVariables, familyOf, type ProviderFamily, settableTogether } from "./base-urls.ts";
export { type InitResult, initProject } from "./init.ts";
export type { InitAnswers } from "./init-answers.ts";
export { inspectProject, type ProjectFacts } from "./inspect-project.ts";
export { type AppEnd, type AppOptions, type RunningApp, shellCommand, startApp } from "./process.ts";
export { type ReadyOptions, waitUntilReady } from "./ready.ts";
