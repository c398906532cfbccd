/** The editors of GraphiQL, by the place of each. */
const EDITORS: readonly [selector: string, name: string][] = [
  [".graphiql-query-editor .CodeMirror", "Operation"],
  [".graphiql-editor-tool .graphiql-editor:nth-child(1) .CodeMirror", "Variables"],
  [".graphiql-editor-tool .graphiql-editor:nth-child(2) .CodeMirror", "Headers"],
  [".result-window .CodeMirror", "Result"],
];

/**
 * Adds what GraphiQL lacks for screen readers and keyboards: names of its editors, a
 * stop of the keyboard where they scroll, and tabs that hold no button. It draws parts of itself anew,
 * so this goes on until it is ended.
 */
export function named(root: Element): () => void {
  const mend = () => {
    for (const [selector, name] of EDITORS)
      root.querySelectorAll(selector).forEach((editor) => nameEditor(editor, name));
    root.querySelectorAll(".graphiql-tabs").forEach(plainTabs);
    // Its text is its name; "Set active" is that of all of them.
    root.querySelectorAll(".graphiql-history-item-label").forEach((item) => item.removeAttribute("aria-label"));
  };
  const observer = new MutationObserver(mend);
  observer.observe(root, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["role", "aria-selected"],
  });
  mend();
  return () => observer.disconnect();
}

function nameEditor(editor: Element, name: string): void {
  editor.querySelectorAll("textarea").forEach((field) => set(field, "aria-label", name));
  editor.querySelectorAll(".CodeMirror-scroll").forEach((scroller) => {
    set(scroller, "tabindex", "0");
    set(scroller, "role", "group");
    set(scroller, "aria-label", `${name}, as it scrolls`);
  });
}

/** A tab must not hold the button that closes it: these are a list of buttons, one of them current. */
function plainTabs(list: Element): void {
  list.removeAttribute("role");
  for (const item of list.children) {
    item.removeAttribute("role");
    item.removeAttribute("aria-selected");
    const button = item.querySelector(".graphiql-tab-button");
    if (button) set(button, "aria-current", String(item.classList.contains("graphiql-tab-active")));
  }
}

/** Not twice: each change of an attribute is looked at again. */
function set(element: Element, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}
