interface Point {
  value?: number | null;
}

const WIDTH = 240;
const HEIGHT = 36;

/** Lines over time in one box; where nothing was measured there is a gap (S81). */
export function Sparkline({ title, lines }: { title: string; lines: readonly (readonly Point[])[] }) {
  const highest = Math.max(...lines.flat().map((point) => point.value ?? 0), Number.MIN_VALUE);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${title} over time, at most ${highest.toPrecision(3)}`}
    >
      {lines.map((points, index) => (
        <path
          key={index}
          d={path(points, highest)}
          fill="none"
          vectorEffect="non-scaling-stroke"
          stroke={`var(--mantine-color-${index === 0 ? "indigo" : "gray"}-5)`}
          strokeWidth={1.5}
        />
      ))}
    </svg>
  );
}

function path(points: readonly Point[], highest: number): string {
  let drawing = false;
  return points
    .map(({ value }, index) => {
      if (value == null) {
        drawing = false;
        return "";
      }
      const x = (index / Math.max(points.length - 1, 1)) * WIDTH;
      const y = HEIGHT - 2 - (value / highest) * (HEIGHT - 4);
      const command = drawing ? "L" : "M";
      // A point that stands alone would be invisible: it gets a short line of its own.
      const dot = drawing ? "" : ` l 1 0`;
      drawing = true;
      return `${command} ${x.toFixed(1)} ${y.toFixed(1)}${dot}`;
    })
    .join(" ");
}
