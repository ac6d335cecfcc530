import assert from 'node:assert/strict';
import { renewLease } from '../../../src/sandbox/flux/renew-lease.ts';
import { startApiServer } from '../../../src/sandbox/api-server/start-api-server.ts';
import { createKubeClient } from '../../../src/sandbox/kube-client.ts';
import { eventually } from '../../support/eventually.ts';

describe('renewLease', () => {
  it('moves the version of a cluster in which nothing else happens, until its signal', async () => {
    const api = await startApiServer({});
    const client = createKubeClient(api);
    const stop = new AbortController();
    const version = async () => {
      const { metadata } = (await client.call('GET', '/api/v1/namespaces')) as {
        metadata: { resourceVersion: string };
      };
      return Number(metadata.resourceVersion);
    };
    const before = await version();
    const renewing = renewLease(client, 1, stop.signal);
    await eventually(async () => assert.ok((await version()) > before + 2));
    stop.abort();
    await renewing;
    client.close();
    await api.close();
  });
});
