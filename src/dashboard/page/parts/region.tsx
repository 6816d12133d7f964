import type { ComponentChildren } from "preact";

/** A region that its number on the keyboard goes to. */
export function Region(props: {
  id: string;
  title: string;
  note?: string | undefined;
  /** A button beside the title, where it stays put whatever the region shows. */
  action?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { id, title, note, action, children } = props;
  return (
    <section class="region" id={id} aria-labelledby={`${id}-heading`} tabIndex={-1}>
      <div class="heading">
        <h2 id={`${id}-heading`}>{title}</h2>
        {note !== undefined && <p class="note">{note}</p>}
        {action}
      </div>
      {children}
    </section>
  );
}
