/** One block of a stream of server-sent events (WHATWG HTML, 9.2). */
export interface StreamBlock {
  readonly event: string;
  readonly data: string;
}

/** Cuts a stream into blocks; comments are dropped. `push` takes any piece of it. */
export function streamParser(take: (block: StreamBlock) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string[] =>
        block
          .split(/\r?\n/)
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ''));
      const data = field('data');
      if (data.length > 0) take({ event: field('event').at(-1) ?? 'message', data: data.join('\n') });
    }
  };
}
