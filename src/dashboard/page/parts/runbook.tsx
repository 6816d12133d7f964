import { useLayoutEffect, useRef } from "preact/hooks";

const STYLE_ELEMENT = /<style>([\s\S]*?)<\/style>/g;

/** Already when it is parsed the policy would refuse them; text in a runbook is escaped, so what looks like one is one. */
function withoutStyles(html: string): string {
  return html.replaceAll(STYLE_ELEMENT, "").replaceAll(/(<[a-z][^<>]*?) style="/g, '$1 data-style="');
}

/** The whole page's rules, for a tree inside another page. */
function inTree(style: string): string {
  return style
    .replaceAll(/:root\b|(?<![\w-])(?:html|body)(?=\s*[,{])/g, ":host")
    .replaceAll(/(?<![\w.#-])main(?=\s*[,{.])/g, ".main");
}

/**
 * The runbook as it was written to its file, in a tree of its own: its style sheet and ours do not meet. Taken apart and put
 * together again, since the page's security policy lets no foreign style sheet in as text.
 */
export function Runbook({ html }: { html: string }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const styles = [...html.matchAll(STYLE_ELEMENT)].map(([, text = ""]) => text);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(inTree(styles.join("\n")));
    root.adoptedStyleSheets = [sheet];
    const page = new DOMParser().parseFromString(withoutStyles(html), "text/html");
    // The page around it has its main part already.
    for (const main of page.querySelectorAll("main")) {
      const part = page.createElement("div");
      for (const { name, value } of main.attributes) part.setAttribute(name, value);
      part.classList.add("main");
      part.append(...main.childNodes);
      main.replaceWith(part);
    }
    for (const active of page.querySelectorAll("script, link, iframe, object, embed")) active.remove();
    root.replaceChildren(...page.body.childNodes);
    for (const styled of root.querySelectorAll<HTMLElement>("[data-style]"))
      styled.style.cssText = styled.dataset["style"] ?? "";
  }, [html]);
  return <div ref={host} class="runbook" />;
}
