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

  /** Takes the server's list; returns who came and who went since the last one. */
  replace(users: readonly string[], count: number): { came: string[]; went: string[] } {
    const now = new Set(users);
    const came = users.filter((user) => !this.users.has(user));
    // A list that is cut short does not say who went.
    const went = count > users.length ? [] : [...this.users].filter((user) => !now.has(user));
    this.users = now;
    this.total = Math.max(count, now.size);
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
