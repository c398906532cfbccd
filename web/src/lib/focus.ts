import { useLayoutEffect, useRef, useState } from "react";

/** Containers that may take the focus of an element removed from them, the nearest one first. */
const PLACES = "[role=dialog], form, .row, .tile, section, main";

/**
 * The element and its ancestors, recorded while they are mounted. `restore` gives the focus to the
 * first of them that is still mounted, unless another element has it by then.
 */
export function rememberPlace(element: Element | null): { restore: () => void } {
  const menu = element?.closest("[role=menu]");
  const start = menu ? document.querySelector(`[aria-controls="${menu.id}"]`) : element; // menus close themselves
  const around: Element[] = [];
  for (let place = start?.parentElement; place; place = place.parentElement)
    if (place.matches(PLACES)) around.push(place);
  const restore = () => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    if (start?.isConnected && start !== document.body) {
      focus(start);
      return;
    }
    const place = around.find((candidate) => candidate.isConnected) ?? document.querySelector("main");
    if (!place) return;
    if (!place.hasAttribute("tabindex")) place.setAttribute("tabindex", "-1");
    focus(place);
  };
  return { restore: () => setTimeout(restore) }; // after the removal
}

/** Moves the focus to a neighbour when a focused element is removed, so that keyboard users keep their place. */
export function useRestoreFocus<E extends Element>() {
  const ref = useRef<E>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    return () => {
      if (element && document.activeElement === element) rememberPlace(element).restore();
    };
  }, []);
  return ref;
}

/** For components that take the focus while mounted, such as dialogs: returns it on unmount. */
export function useFocusReturn(): void {
  const [place] = useState(() => rememberPlace(document.activeElement));
  useLayoutEffect(() => place.restore, [place]);
}

function focus(element: Element): void {
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}
