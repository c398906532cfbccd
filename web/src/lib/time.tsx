import { Text, type TextProps } from "@mantine/core";
import { useSyncExternalStore } from "react";

import { everySeen } from "./attention";

const listeners = new Set<() => void>();
let now = Date.now();
everySeen(1000, () => {
  now = Date.now();
  for (const listener of listeners) listener();
});

/** This moment, again every second: one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}

/** A span as people say it: 45 s, 3 min, 2 h 5 min, 4 d. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

/** A moment in the reader's own zone. */
export function local(moment: string): string {
  return new Date(moment).toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "medium",
  });
}

/** The age of a moment, the moment itself on hover and for screen readers. */
export function Ago({ at, ...props }: { at: string } & TextProps) {
  const age = useNow() - Date.parse(at);
  return (
    <Text component="time" dateTime={at} title={local(at)} inherit {...props}>
      {age < 1500 ? "just now" : `${span(age)} ago`}
    </Text>
  );
}

/** A moment to come in the reader's own zone, and how far away it is. */
export function Moment({ at }: { at: string }) {
  const left = Date.parse(at) - useNow();
  return (
    <time dateTime={at} title={local(at)}>
      {new Date(at).toLocaleDateString(undefined, { dateStyle: "medium" })}
      {left > 0 && ` (in ${span(left)})`}
    </time>
  );
}
