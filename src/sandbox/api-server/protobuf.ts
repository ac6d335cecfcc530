import type { Fields } from './kubernetes-object.ts';

/** How a field of a message is read; a map's entries have the key at 1 and the value at 2. */
type Kind = 'text' | 'texts' | 'textMap' | 'bytesMap' | Message;
type Message = { readonly [number: number]: readonly [name: string, kind: Kind] };

const objectMeta: Message = {
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  11: ['labels', 'textMap'],
  12: ['annotations', 'textMap'],
  14: ['finalizers', 'texts'],
};
const metadata = ['metadata', objectMeta] as const;

/** The messages that kubectl sends in protobuf whatever it is told: those of `create secret`, `configmap`, `token`, and `auth can-i`. */
const messages: Readonly<Record<string, Message>> = {
  Namespace: { 1: metadata },
  ServiceAccount: { 1: metadata },
  Secret: { 1: metadata, 2: ['data', 'bytesMap'], 3: ['type', 'text'], 4: ['stringData', 'textMap'] },
  ConfigMap: { 1: metadata, 2: ['data', 'textMap'], 3: ['binaryData', 'bytesMap'] },
  TokenRequest: { 1: metadata },
  SelfSubjectAccessReview: {
    1: metadata,
    2: [
      'spec',
      {
        1: [
          'resourceAttributes',
          {
            1: ['namespace', 'text'],
            2: ['verb', 'text'],
            3: ['group', 'text'],
            4: ['version', 'text'],
            5: ['resource', 'text'],
            6: ['subresource', 'text'],
            7: ['name', 'text'],
          },
        ],
      },
    ],
  },
};

const varint = (bytes: Buffer, at: number): readonly [value: number, next: number] => {
  let [value, factor, next] = [0, 1, at];
  for (;;) {
    const byte = bytes.readUInt8(next);
    next += 1;
    value += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) return [value, next];
  }
};

/** The length-delimited fields of a message, by number; numbers and the like are passed over. */
const fieldsIn = (bytes: Buffer): readonly (readonly [number: number, value: Buffer])[] => {
  const found: (readonly [number, Buffer])[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag, start] = varint(bytes, at);
    const [length, next] = varint(bytes, start);
    const wire = tag & 7;
    if (wire === 2) found.push([tag >> 3, bytes.subarray(next, next + length)]);
    if (wire !== 2 && wire !== 0) throw new Error(`protobuf: wire type ${wire} is not understood here`);
    at = wire === 2 ? next + length : next;
  }
  return found;
};

const entry = (bytes: Buffer, encoding: 'utf8' | 'base64'): Fields => {
  const parts = new Map(fieldsIn(bytes));
  return { [parts.get(1)?.toString() ?? '']: parts.get(2)?.toString(encoding) ?? '' };
};

const valueOf = (bytes: Buffer, kind: Kind, before: unknown): unknown => {
  if (typeof kind === 'object') return read(bytes, kind);
  switch (kind) {
    case 'text':
      return bytes.toString();
    case 'texts':
      return [...((before ?? []) as string[]), bytes.toString()];
    case 'textMap':
      return { ...(before ?? {}), ...entry(bytes, 'utf8') };
    case 'bytesMap':
      return { ...(before ?? {}), ...entry(bytes, 'base64') };
  }
};

const read = (bytes: Buffer, message: Message): Fields =>
  fieldsIn(bytes).reduce<Fields>((object, [number, value]) => {
    const [name, kind] = message[number] ?? [];
    if (name === undefined || kind === undefined) return object;
    const said = valueOf(value, kind, object[name]);
    return said === '' ? object : { ...object, [name]: said };
  }, {});

/** The object in a body of `application/vnd.kubernetes.protobuf`; undefined where its kind is not one of the few known here. */
export const readProtobuf = (body: Buffer): Fields | undefined => {
  const envelope = new Map(fieldsIn(body.subarray(4))); // after the four bytes "k8s\0"
  const type = new Map(fieldsIn(envelope.get(1) ?? Buffer.alloc(0)));
  const [apiVersion, kind] = [type.get(1)?.toString() ?? '', type.get(2)?.toString() ?? ''];
  const message = messages[kind];
  return message && { apiVersion, kind, ...read(envelope.get(2) ?? Buffer.alloc(0), message) };
};
