/** What a timeline needs of a message. */
export interface Placed {
  readonly position: number;
  readonly revision: number;
}

export interface Timeline<M extends Placed> {
  /** In the order of their positions, without gaps. */
  readonly messages: readonly M[];
  /** Where the page before it ends; undefined: nothing is before it, or it is not known. */
  readonly before?: string | undefined;
}

/** A page as the server sends it, the oldest message first. */
export interface PageOf<M extends Placed> {
  readonly nodes: readonly M[];
  readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor?: string | null };
}

/** A page, newest or earlier, joined with what is known; one that does not touch it replaces it. */
export function withPage<M extends Placed>(known: Timeline<M>, page: PageOf<M>): Timeline<M> {
  const before = page.pageInfo.hasPreviousPage ? (page.pageInfo.startCursor ?? undefined) : undefined;
  const [first, knownFirst] = [page.nodes[0], known.messages[0]];
  if (!first) return known;
  if (!knownFirst || isApart(known.messages, page.nodes)) return { messages: page.nodes, before };
  return {
    messages: joined(known.messages, page.nodes),
    before: first.position <= knownFirst.position ? before : known.before,
  };
}

/** Messages of a stream; null where some in between are missing and have to be read. */
export function withNews<M extends Placed>(known: Timeline<M>, news: readonly M[]): Timeline<M> | null {
  const first = known.messages[0]?.position ?? 1;
  const shown = news.filter(({ position }) => position >= first); // what changed before it is not shown
  if (shown.length === 0) return known;
  const messages = joined(known.messages, shown);
  const isWhole = messages.every(({ position }, index) => position === first + index);
  return isWhole ? { ...known, messages } : null;
}

function joined<M extends Placed>(some: readonly M[], others: readonly M[]): M[] {
  const found = new Map(some.map((message) => [message.position, message]));
  for (const message of others) {
    const held = found.get(message.position);
    if (!held || held.revision <= message.revision) found.set(message.position, message);
  }
  return [...found.values()].sort((a, b) => a.position - b.position);
}

function isApart<M extends Placed>(known: readonly M[], page: readonly M[]): boolean {
  const [from, to] = [known[0]?.position ?? 0, known.at(-1)?.position ?? 0];
  return (page[0]?.position ?? 0) > to + 1 || (page.at(-1)?.position ?? 0) < from - 1;
}
