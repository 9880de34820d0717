/** A test that a page names as its evidence. */
export interface LinkedTest {
  readonly file: string;
  /** Absent: the whole file. */
  readonly title?: string;
}

/** Links to tests, as `[title](../test/….test.ts)`; one whose text is the file's name stands for all of it. */
export function linkedTests(page: string): LinkedTest[] {
  const links = page.matchAll(/\[([^\]]+)\]\((?:\.\.\/)?(test\/[^)]+\.ts)\)/g);
  return [...links].map(([, text = '', file = '']) => {
    const title = text.replaceAll('`', '');
    return file.endsWith(title) ? { file } : { file, title };
  });
}
