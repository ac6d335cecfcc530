import { isUtf8 } from 'node:buffer';
import { markersIn } from './marker.ts';

/** What a file is to us, by its content alone. */
export type FileContent =
  | { readonly type: 'unmarked' }
  | { readonly type: 'marked' }
  /** It holds markers and is not edited; `why` is the rest of the sentence. */
  | { readonly type: 'unreadable'; readonly why: string; readonly markers: readonly string[] };

/** Larger files are not edited. */
export const maxFileBytes = 1024 * 1024;
export const tooLarge = 'is larger than 1 MiB';

const maxMarkers = 1000;
const word = Buffer.from('$promotion');

/** Looks for markers in a file that comes in pieces, and keeps none of it. */
export const markerScan = () => {
  const markers = new Set<string>();
  // The longest marker that the names of Kubernetes allow is shorter than this.
  const longest = 1024;
  let rest = '';
  return {
    take: (piece: Buffer) => {
      const text = rest + piece.toString('latin1');
      if (text.includes('$promotion'))
        for (const marker of markersIn(text)) if (markers.size < maxMarkers) markers.add(marker);
      rest = text.slice(-longest);
    },
    markers: (): readonly string[] => [...markers],
  };
};

const unreadable = (content: Buffer, why: string): FileContent => {
  const scan = markerScan();
  scan.take(content);
  const markers = scan.markers();
  return markers.length === 0 ? { type: 'unmarked' } : { type: 'unreadable', why, markers };
};

/** What the content of a file is to us. */
export const fileContent = (content: Buffer): FileContent => {
  if (!content.includes(word)) return { type: 'unmarked' };
  if (content.length > maxFileBytes) return unreadable(content, tooLarge);
  return isUtf8(content) && !content.includes(0) ? { type: 'marked' } : unreadable(content, 'is not UTF-8 text');
};
