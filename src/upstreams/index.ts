export { createHttpUpstream, type HttpTimeouts, type HttpUpstreamOptions } from "./http.ts";
export { createRecorder, type Recorder, type RecordingState } from "./recorder.ts";
export { parseStubProfile, type StubProfile } from "./stub/index.ts";
export { createStub, type Stub, type StubOptions } from "./stub.ts";
