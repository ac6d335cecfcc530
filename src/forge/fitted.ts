/** As much of a text as a forge takes, in UTF-16 units; a cut is told by `…`, and cuts no character in two. */
export const fitted = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…`;

/** All forges take so much of a title: 255 characters as a rule, and Gitea 255 bytes. What it says is for people: a pull request is known by its branch. */
export const longestTitle = 250;
