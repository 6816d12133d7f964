import { afterEach } from "vitest";
import { type ExampleApp, startExample } from "./example-app.ts";
import { type Behaviour, type FakeOpenAi, type SeenRequest, startFakeOpenAi } from "./fake-openai.ts";

/** An example app in front of a fake provider; both end with the test, and the app must end cleanly. */
export function exampleSetUp(name: string) {
  const open: { app: ExampleApp; provider: FakeOpenAi }[] = [];
  afterEach(async () => {
    for (const { app, provider } of open.splice(0)) {
      await provider.close();
      const code = await app.stop();
      if (code !== 0) throw new Error(`${name} ended with ${code} after SIGTERM`);
    }
  });
  return async (behave: (request: SeenRequest, nth: number) => Behaviour, env: Record<string, string> = {}) => {
    const provider = await startFakeOpenAi(behave);
    const app = await startExample(name, { OPENAI_BASE_URL: provider.baseUrl, ...env });
    open.push({ app, provider });
    return { app, provider };
  };
}
