import { streamParser } from './stream-parser.ts';
import type { StreamBlock } from './stream-parser.ts';

const STREAM =
  'retry: 2000\nevent: hello\ndata: {"head":1}\n\n: \n\nid: 1\ndata: {"seq":1}\n\nid: 2\r\ndata: 一\r\ndata:二\r\n\r\nid: 3\ndata: cut';

function blocks(...pieces: readonly string[]): StreamBlock[] {
  const taken: StreamBlock[] = [];
  const push = streamParser((block) => taken.push(block));
  pieces.forEach(push);
  return taken;
}

const WHOLE = [
  { event: 'hello', data: '{"head":1}' },
  { event: 'message', data: '{"seq":1}' },
  { event: 'message', data: '一\n二' },
];

describe('a stream of server-sent events', () => {
  it('is cut into blocks; comments and what has not ended yet are none', () => {
    expect(blocks(STREAM)).toEqual(WHOLE);
  });

  it('may come in any pieces', () => {
    for (const size of [1, 2, 3, 7, 20]) {
      const pieces = STREAM.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(blocks(...pieces)).toEqual(WHOLE);
    }
  });
});
