import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPrometheusHeaders } from '../../src/cli/read-prometheus-headers.ts';

describe('readPrometheusHeaders', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'leafwatch-headers-'))));
  after(() => rm(folder, { recursive: true }));

  const read = async (text: string) => {
    const path = join(folder, 'headers');
    await writeFile(path, text);
    return readPrometheusHeaders(path);
  };

  it('reads one a line', async () => {
    assert.deepEqual(await read('Authorization: Bearer a.b-c==\r\n\nX-Scope-OrgID:team  \n'), {
      ...{ authorization: 'Bearer a.b-c==', 'x-scope-orgid': 'team' },
    });
    assert.deepEqual(await read(''), {});
  });

  it('names the line that is none, and not what stands there', async () => {
    for (const line of ['token-of-jane', 'Bearer token: x\u0000y', 'X-Empty:', 'X Y: z', 'A: grün'])
      await assert.rejects(read(`A: b\n${line}\n`), {
        name: 'FailureError',
        message: `line 2 of ${join(folder, 'headers')} is no header such as Authorization: Bearer <token>`,
      });
  });

  it('says that there is no such file', async () => {
    await assert.rejects(readPrometheusHeaders(join(folder, 'none')), {
      name: 'FailureError',
      message: /^the headers were not read: ENOENT/,
    });
  });
});
