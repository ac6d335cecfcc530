/** What stands between the fences of a language in a Markdown text, in its order. */
export const fencedBlocks = (markdown: string, language: string): readonly string[] =>
  [...markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, info]) => info === language)
    .map(([, , block = '']) => block);

/** The commands of a page's `sh` blocks, each as its words; what a backslash continues is one command. */
export const commandsIn = (markdown: string): readonly (readonly string[])[] =>
  fencedBlocks(markdown, 'sh')
    .flatMap((block) =>
      block
        .replaceAll(/\\\n\s*/g, '')
        .trim()
        .split('\n'),
    )
    .map((line) => line.split(/\s+/));
