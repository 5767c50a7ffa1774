const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads protobuf fields in turn. Every read throws `RangeError` where the input ends too soon or is malformed. */
export class ProtoReader {
  private at = 0;
  private wireType = 0;

  constructor(private readonly input: Uint8Array) {}

  /** The number of the next field, 0 at the end. */
  next(): number {
    if (this.at === this.input.length) return 0;
    const tag = this.varint();
    this.wireType = tag & 7;
    const field = Math.floor(tag / 8);
    if (field === 0) throw new RangeError('field number 0');
    return field;
  }

  uint(): number {
    this.expect(0);
    return this.varint();
  }

  string(): string {
    return strictUtf8.decode(this.bytes());
  }

  /** A view into the input. */
  bytes(): Uint8Array {
    this.expect(2);
    return this.take(this.varint());
  }

  /** Passes over a field that this version does not know. */
  skip(): void {
    switch (this.wireType) {
      case 0: this.varint(); break;
      case 1: this.take(8); break;
      case 2: this.take(this.varint()); break;
      case 5: this.take(4); break;
      default: throw new RangeError(`wire type ${this.wireType}`);
    }
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) throw new RangeError(`wire type ${this.wireType}, wanted ${wireType}`);
  }

  private take(length: number): Uint8Array {
    if (length > this.input.length - this.at) throw new RangeError('the message ends inside a field');
    return this.input.subarray(this.at, (this.at += length));
  }

  private varint(): number {
    let value = 0;
    for (let scale = 1, n = 0; n < 10; n++, scale *= 0x80) {
      const byte = this.input[this.at++];
      if (byte === undefined) throw new RangeError('the message ends inside a number');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number beyond 2^53');
        return value;
      }
    }
    throw new RangeError('a number of more than ten bytes');
  }
}
