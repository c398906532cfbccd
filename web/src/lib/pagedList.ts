/** A Relay connection, as far as a list needs it. */
export interface Connection<N> {
  readonly nodes: readonly N[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
  readonly totalCount?: number;
}

export interface Answer<N, E> {
  readonly page: Connection<N> | undefined;
  readonly error: E | undefined;
}

/** Load the next page, refetch all rows, or only check whether a refetch would change them. */
type ListCommand = "more" | "again" | "look";

/** How a refetch would change the list, judged by its first page. */
export interface News {
  readonly newer: number;
  readonly changed: number;
  readonly gone: number;
}

export const NO_NEWS: News = { newer: 0, changed: 0, gone: 0 };

export interface Shown<N, E> {
  readonly nodes: readonly N[];
  /** The cursor of the next page; null if there is none. */
  readonly end: string | null;
  readonly total: number | undefined;
  readonly error: E | undefined;
  readonly running: ListCommand | undefined;
  readonly news: News;
  /** False until the first response. */
  readonly known: boolean;
}

/**
 * A list that grows page by page, and keeps its length when it is refetched. Requests that arrive while
 * it reads run afterwards, each once: an event never drops a page that the viewer requested.
 */
export class PagedList<N extends { id: string }, E> {
  private readonly listeners = new Set<() => void>();
  private readonly wishes = new Set<ListCommand>();
  private ended = false;
  private answered = false;
  private current: Shown<N, E>;

  /** `before`: another list, which is shown until the first response of this one. */
  constructor(
    private readonly ask: (after: string | null) => Promise<Answer<N, E>>,
    before?: PagedList<N, E>,
  ) {
    const nothing = { nodes: [], end: null, total: undefined, error: undefined, known: false, news: NO_NEWS };
    this.current = { ...(before?.current ?? nothing), running: undefined };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Shown<N, E> => this.current;

  readonly more = (): void => void this.wish("more");

  readonly again = (): void => void this.wish("again");

  /** Check for changes without moving any row: the viewer may be about to press one. */
  readonly look = (): void => void this.wish("look");

  /** Replace a row by a newer state; false if the list does not contain it. */
  readonly patch = (node: N): boolean => {
    const { nodes } = this.current;
    const known = nodes.find(({ id }) => id === node.id);
    if (known === undefined) return false;
    if (isMoved(known, node)) this.set({ nodes: nodes.map((old) => (old === known ? { ...old, ...node } : old)) });
    return true;
  };

  /** Read the list; returns a function that ends this, after which a late response is dropped. */
  start(): () => void {
    this.ended = false;
    this.again();
    return () => {
      this.ended = true;
    };
  }

  private async wish(wish: ListCommand): Promise<void> {
    this.wishes.add(wish);
    if (this.current.running !== undefined) return;
    for (let next = this.next(); next !== undefined && !this.ended; next = this.next()) {
      this.set({ running: next });
      await this.fulfil(next);
    }
    this.set({ running: undefined });
  }

  private next(): ListCommand | undefined {
    const wish = this.wishes.has("more") ? "more" : [...this.wishes][0];
    if (wish !== undefined) this.wishes.delete(wish);
    return wish;
  }

  private async fulfil(wish: ListCommand): Promise<void> {
    const shown = this.current;
    if (wish === "look" && shown.nodes.length > 0) return this.compare();
    const least = wish !== "more" && this.answered ? shown.nodes.length : 1;
    let found: readonly N[] = wish === "more" ? shown.nodes : [];
    let after = wish === "more" ? shown.end : null;
    do {
      const { page, error } = await this.ask(after);
      if (this.ended) return;
      if (page === undefined) {
        this.set({ error, known: true });
        return;
      }
      this.answered = true;
      found = joined(found, page.nodes);
      after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
      if (after === null || found.length >= least) {
        const news = wish === "more" ? this.current.news : NO_NEWS;
        this.set({ nodes: found, end: after, total: page.totalCount ?? shown.total, error, known: true, news });
      }
    } while (after !== null && found.length < least);
  }

  /** A failed check is ignored: the next one repeats it. */
  private async compare(): Promise<void> {
    const { page } = await this.ask(null);
    if (page !== undefined && !this.ended) this.set({ news: newsIn(page, this.current.nodes) });
  }

  private set(change: Partial<Shown<N, E>>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }
}

function newsIn<N extends { id: string }>({ nodes, pageInfo }: Connection<N>, shown: readonly N[]): News {
  const known = new Map(shown.map((node) => [node.id, node]));
  const there = new Set(nodes.map(({ id }) => id));
  const newer = nodes.filter(({ id }) => !known.has(id)).length;
  const changed = nodes.filter((node) => {
    const old = known.get(node.id);
    return old !== undefined && isMoved(old, node);
  }).length;
  const seen = pageInfo.hasNextPage ? shown.slice(0, nodes.length - newer) : shown;
  return { newer, changed, gone: seen.filter(({ id }) => !there.has(id)).length };
}

/** Whether a field changed: a stream begins with the current state, which must cause no render. */
function isMoved<N extends object>(known: N, node: N): boolean {
  return Object.entries(node).some(
    ([field, value]) => JSON.stringify(known[field as keyof N]) !== JSON.stringify(value),
  );
}

/** Joins pages; a row that moved between two of them is contained once. */
function joined<N extends { id: string }>(shown: readonly N[], found: readonly N[]): N[] {
  const ids = new Set(found.map(({ id }) => id));
  return [...shown.filter(({ id }) => !ids.has(id)), ...found];
}
