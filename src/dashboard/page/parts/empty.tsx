import { offersSample, sampleCurl } from "../../sample.ts";
import { callOnce, copy } from "../actions.ts";
import { isOver, mayControl, view } from "../state.ts";

/** No call has come: the confusion that blank dashboards are made of. Says what to set, ready to paste. */
export function Empty() {
  const head = view.value?.head;
  if (head === undefined || head.attempts > 0 || isOver.value) return null;
  const line = `OPENAI_BASE_URL=${head.proxyUrl}/v1`;
  const curl = sampleCurl(head);
  return (
    <section class="empty" aria-label="No call seen yet">
      <p>
        <strong>0 calls seen.</strong> Point your app here:
      </p>
      <Pasted text={line} what="the variable" />
      <p class="quiet">
        Anthropic's and Google's SDKs take <code>{head.proxyUrl}</code> without the <code>/v1</code>. A URL fixed in
        code beats every variable.
      </p>
      <p>No app at hand? Call it from a shell:</p>
      <Pasted text={curl} what="the curl line" />
      {mayControl.value && offersSample(head) && (
        <p>
          <button type="button" onClick={() => void callOnce()}>
            ▶ send one sample call
          </button>{" "}
          <span class="quiet">to the stub: no key, no cost</span>
        </p>
      )}
    </section>
  );
}

function Pasted({ text, what }: { text: string; what: string }) {
  return (
    <p>
      <code>{text}</code>{" "}
      <button type="button" class="small" aria-label={`copy ${what}`} onClick={() => void copy(text, what)}>
        copy
      </button>
    </p>
  );
}
