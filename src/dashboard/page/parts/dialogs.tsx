import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "../keyboard.ts";
import { dialog, lettersOn } from "../state.ts";

/** A dialog of the browser's own: it keeps the focus inside and gives it back. */
export function Dialog(props: { title: string; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
  }, []);
  const close = () => {
    dialog.value = undefined;
  };
  return (
    <dialog ref={element} aria-labelledby="dialog-title" onClose={close}>
      <div class="heading">
        <h2 id="dialog-title">{props.title}</h2>
        <button type="button" class="plain" onClick={close}>
          ✕ close
        </button>
      </div>
      {props.children}
    </dialog>
  );
}

export function Help() {
  return (
    <Dialog title="Keys">
      <dl class="keys">
        {KEYS.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={lettersOn.value}
          onChange={(event) => {
            lettersOn.value = event.currentTarget.checked;
            localStorage.setItem("llm-chaos-letters", lettersOn.value ? "on" : "off");
          }}
        />{" "}
        single keys do something
      </label>
    </Dialog>
  );
}
