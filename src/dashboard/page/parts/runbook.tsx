import { useLayoutEffect, useRef } from "preact/hooks";

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
    const page = new DOMParser().parseFromString(html, "text/html");
    const styles = [...page.querySelectorAll("style")].map(({ textContent }) => textContent ?? "");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles.join("\n").replaceAll(/:root\b|(?<![\w-])(?:html|body)(?=\s*[,{])/g, ":host"));
    root.adoptedStyleSheets = [sheet];
    for (const active of page.querySelectorAll("script, style, link, iframe, object, embed")) active.remove();
    const styled = [...page.body.querySelectorAll<HTMLElement>("[style]")].map((one) => {
      const text = one.getAttribute("style") ?? "";
      one.removeAttribute("style");
      return { one, text };
    });
    root.replaceChildren(...page.body.childNodes);
    for (const { one, text } of styled) one.style.cssText = text;
  }, [html]);
  return <div ref={host} class="runbook" />;
}
