export { parseStubProfile } from "./parse-profile.ts";
export type { StubProfile } from "./profile.ts";
