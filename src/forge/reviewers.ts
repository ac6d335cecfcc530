/** Reviewers as GitHub and Gitea take them: users, and the teams of `<organisation>/<team>`. */
export const reviewersOf = (
  names: readonly string[],
): { readonly reviewers: readonly string[]; readonly team_reviewers: readonly string[] } => ({
  reviewers: names.filter((name) => !name.includes('/')),
  team_reviewers: names.filter((name) => name.includes('/')).map((name) => name.slice(name.lastIndexOf('/') + 1)),
});
