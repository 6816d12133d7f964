export { parseStubProfile } from "./parse-profile.ts";
export { STUB_ERRORS, type StubBehaviour, type StubError, type StubProfile } from "./profile.ts";
