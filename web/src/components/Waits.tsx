import { Skeleton } from "@mantine/core";

interface Props {
  /** What is on its way, as it is read aloud. */
  what: string;
  height: number | string;
  /** It holds back what stands below it (app/app.css). */
  holds?: boolean;
}

/** The place of what is on its way. */
export function Waits({ what, height, holds = false }: Props) {
  return <Skeleton height={height} role="progressbar" aria-label={`${what} is loading`} {...(holds && { "data-waits": true })} />;
}
