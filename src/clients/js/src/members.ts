/** The last that was heard of somebody: true when they came, false when they went. */
export type Moves = Map<string, boolean>;

/** Who is in a room. Complete while the room is small enough for the server to name everybody (200). */
export class Members {
  private users = new Set<string>();
  private total = 0;

  get names(): ReadonlySet<string> {
    return this.users;
  }

  get count(): number {
    return this.total;
  }

  /**
   * Takes the server's list; returns who came and who went since the last one. The list may be older than what was heard while it was on its
   * way, for a node asks the controller: `since` has the last word.
   */
  replace(users: readonly string[], count: number, since: Moves = new Map()): { came: string[]; went: string[] } {
    const now = new Set(users);
    // A list that is cut short does not say who went, and its count may have those who came since.
    const isWhole = count <= users.length;
    if (isWhole) since.forEach((isHere, user) => (isHere ? now.add(user) : now.delete(user)));
    const came = [...now].filter((user) => !this.users.has(user));
    const went = isWhole ? [...this.users].filter((user) => !now.has(user)) : [];
    this.users = now;
    this.total = isWhole ? now.size : count;
    return { came, went };
  }

  /** Takes a list of some of them; returns who of those is news. */
  merge(users: readonly string[]): { came: string[]; went: string[] } {
    return { came: users.filter((user) => this.add(user)), went: [] };
  }

  /** Whether that was news. */
  add(user: string): boolean {
    if (this.users.has(user)) return false;
    this.users.add(user);
    this.total++;
    return true;
  }

  remove(user: string): boolean {
    if (!this.users.delete(user)) return false;
    this.total--;
    return true;
  }
}
