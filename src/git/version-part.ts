/** What a marked scalar is to say, and the version that it has said `before`; or why it cannot be told, as a clause about the scalar. */
export type Wanted =
  | { readonly type: 'value'; readonly value: string; readonly before: string }
  | { readonly type: 'refused'; readonly why: string };

const wanted = (value: string, before: string): Wanted => ({ type: 'value', value, before });
const refused = (why: string): Wanted => ({ type: 'refused', why });

/** What registries take for a tag, by the distribution specification of OCI. */
const ociTag = /^\w[\w.-]{0,127}$/;

/** The scalar is a tag, or an image with a tag. A tag holds no `+`: Helm and Flux write `_` for it. */
const inTag = (content: string, revision: string): Wanted => {
  const tag = revision.replaceAll('+', '_');
  if (!ociTag.test(tag)) return refused(`is marked as a tag, which ${revision} cannot be`);
  if (content.includes('@')) return refused('is pinned by its digest: take the digest off, or the marker');
  // A colon before the last slash is a port's, or a URL's.
  const colon = content.indexOf(':', content.lastIndexOf('/') + 1);
  if (colon < 0 && content.includes('/')) return refused('is marked as :tag, and has none: write one');
  return wanted(content.slice(0, colon + 1) + tag, content.slice(colon + 1).replace('_', '+'));
};

/** A whole semantic version (a `v` before it is the name's) up to the name's end, the next part of a path, or an archive's ending. */
const versionInName =
  /(?<=(?:^|[-_/@:=])v?)\d+\.\d+\.\d+(?:-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*?)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*?)?(?=$|[/?&#]|\.(?:tgz|tar\.gz|tar|zip|ya?ml|json)(?:$|[/?&#]))/g;

/** The version is part of a name: `podinfo-6.1.4.tgz`, a path, or a URL, in which it may stand more than once. */
const inName = (content: string, revision: string): Wanted => {
  const [version, ...others] = new Set(content.match(versionInName));
  if (version === undefined) return refused('is marked as :name, and no version like 1.2.3 can be told in it');
  if (others.length > 0) return refused(`is marked as :name, and holds both ${version} and ${others.join(' and ')}`);
  const bare = revision.replace(/^v/, '');
  const value = content.replaceAll(versionInName, () => bare);
  // What cannot be found again would stay for ever.
  const isFound = value.match(versionInName)?.every((found) => found === bare) ?? false;
  return isFound ? wanted(value, version) : refused(`is marked as :name, in which ${revision} could not be told again`);
};

/** What a scalar that reads `content` is to say, by what stands behind its marker: all of it, or its tag, or its name, says the revision. */
export const wantedIn = (content: string, suffix: string, revision: string): Wanted => {
  switch (suffix) {
    case '':
      return wanted(revision, content);
    case 'tag':
      return inTag(content, revision);
    case 'name':
      return inName(content, revision);
    default:
      return refused(`is marked as :${suffix}, which is neither :tag nor :name`);
  }
};
