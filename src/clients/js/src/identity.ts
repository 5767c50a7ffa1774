import type { Message } from './message.js';
import type { ClientOptions } from './options.js';

/** Who the client says it is, and the token that proves it. */
export class Identity {
  private token: string | undefined;

  constructor(private readonly options: Pick<ClientOptions, 'user' | 'token' | 'getToken'>) {
    this.token = options.token;
  }

  /** The `connect` message; null where the URL names the user. Throws what `getToken` throws. */
  async connectMessage(): Promise<Message | null> {
    if (this.token === undefined && this.options.getToken) this.token = await this.options.getToken();
    if (this.token !== undefined) return { message_id: 'connect', data: { token: this.token } };
    return this.options.user === undefined ? null : { message_id: 'connect', user: this.options.user };
  }

  /** The token has expired; false where there is no way to a fresh one. */
  renew(): boolean {
    if (!this.options.getToken) return false;
    this.token = undefined;
    return true;
  }
}
