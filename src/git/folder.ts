import { FailureError } from '../model/failure.ts';

const refuse = (path: string, what: string) =>
  new FailureError({
    remedy: 'give-up',
    reason: 'InvalidPath',
    message: `The strategy's path ${JSON.stringify(path)} ${what}: write a folder inside the repository, such as clusters/staging`,
  });

/** The names on the way to the folder that is searched; none is the whole repository. Refuses a path that is not within it. */
export const folderOf = (path = ''): readonly string[] => {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (path.startsWith('/')) throw refuse(path, 'begins at the root of a file system');
  if (names.includes('..')) throw refuse(path, 'leaves the repository');
  if (/[\\\p{Cc}]/u.test(path)) throw refuse(path, 'holds a backslash or a control character');
  return names;
};
