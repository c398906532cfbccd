import type { Page } from "playwright-core";

/** What somebody misses who reads in the colours of their system and wants nothing to move, as lines. */
export async function missedSenses(page: Page): Promise<string[]> {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await page.keyboard.press("Tab"); // the focus is shown to whoever uses the keyboard
  const missed = await page.evaluate(look);
  await page.emulateMedia({ forcedColors: null, reducedMotion: null });
  return missed;
}

/** Runs in the page. Here the focus has an edge, or nothing; colours and shadows of the page are gone. */
function look(): string[] {
  const ring = (node: Element) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(node);
    return outlineStyle === "none" || outlineWidth === "0px" ? "" : `${outlineWidth} ${outlineColor}`;
  };
  /** A switch shows it on its track, a field on its frame. */
  const near = (node: Element) =>
    [node, node.parentElement, node.parentElement?.parentElement, ...(node.parentElement?.children ?? [])].filter(
      (found) => found instanceof Element,
    );
  const told = (node: Element) => node.outerHTML.slice(0, 200);
  const missed: string[] = [];
  const kinds = new Set<string>();
  const stops = document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, [tabindex='0']");
  for (const stop of stops) {
    const kind = `${stop.tagName} ${stop.className} ${stop.getAttribute("aria-current") ?? ""}`;
    if (kinds.has(kind)) continue; // one of each: a list has hundreds
    if (stop.tabIndex < 0 || !stop.checkVisibility({ visibilityProperty: true })) continue;
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    const before = near(stop).map(ring);
    stop.focus({ preventScroll: true });
    if (document.activeElement !== stop) continue;
    kinds.add(kind);
    if (
      !near(stop)
        .map(ring)
        .some((after, index) => after !== "" && after !== before[index])
    )
      missed.push(`no focus: ${told(stop)}`);
  }
  for (const dot of document.querySelectorAll(".dot")) {
    if (dot.parentElement?.textContent.trim() === "") missed.push(`only a colour: ${told(dot)}`);
  }
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.animation = "progress 1s infinite";
  for (const { effect } of document.getAnimations()) {
    if (effect instanceof KeyframeEffect && effect.target) missed.push(`it moves: ${told(effect.target)}`);
  }
  probe.remove();
  return missed;
}
