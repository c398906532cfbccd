import { Text, type TextProps } from "@mantine/core";
import { useSyncExternalStore } from "react";

import { pollWhileVisible } from "./pageVisibility";
import { serverNow } from "./clock";
import { local, localDay, span } from "./spans";

const listeners = new Set<() => void>();
let now = serverNow();
pollWhileVisible(1000, () => {
  now = serverNow();
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A value computed from the current time every second; renders again only if it changed. */
function useMoment<T extends string | number>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(now));
}

/** The current time, updated every second by one timer for the whole page. */
export function useNow(): number {
  return useMoment((moment) => moment);
}

/** The age of a moment, the moment itself on hover and for screen readers. */
export function Ago({ at, ...props }: { at: string } & TextProps) {
  const age = useMoment((moment) => aged(moment - Date.parse(at)));
  return (
    <Text component="time" dateTime={at} title={local(at)} inherit {...props}>
      {age}
    </Text>
  );
}

/** A duration after a text. Hidden from screen readers, which would announce it every second in an alert. */
export function Since({ at }: { at: string }) {
  const age = useMoment((moment) => span(moment - Date.parse(at)));
  return <span aria-hidden title={local(at)}>{` · for ${age}`}</span>;
}

/** The time since a moment: "for 3 min". */
export function Lasting({ at }: { at: string }) {
  const age = useMoment((moment) => span(moment - Date.parse(at)));
  return <time dateTime={at} title={local(at)}>{`for\u00a0${age}`}</time>;
}

/** A future or past moment in the viewer's time zone, with its distance from now. */
export function Moment({ at, style = "medium" }: { at: string; style?: "medium" | "day" }) {
  const distance = useMoment((moment) => away(Date.parse(at) - moment));
  return (
    <time dateTime={at} title={local(at)}>
      {style === "day" ? localDay(at) : local(at)} ({distance})
    </time>
  );
}

function aged(milliseconds: number): string {
  return milliseconds < 1500 ? "just\u00a0now" : `${span(milliseconds)}\u00a0ago`;
}

function away(milliseconds: number): string {
  return milliseconds > 0 ? `in\u00a0${span(milliseconds)}` : aged(-milliseconds);
}
