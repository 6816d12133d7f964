export { createHttpUpstream, type HttpTimeouts, type HttpUpstreamOptions } from "./http.ts";
export { createRecorder, type Recorder, type RecordingState } from "./recorder.ts";
export { createReplay, type Replay, type ReplayOptions, type ReplayRules } from "./replay.ts";
export { parseStubProfile, STUB_ERRORS, type StubBehaviour, type StubError, type StubProfile } from "./stub/index.ts";
export { answerLocally } from "./stub/local.ts";
export { createStub, type Stub, type StubOptions } from "./stub.ts";
