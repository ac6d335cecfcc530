import assert from 'node:assert/strict';
import { eventually } from '../support/eventually.ts';
import type { Bench } from './gadget.ts';

/** Who may what, and what is said to those who may not or ask for what is not there. */
export const describeRefusals = (bench: () => Bench): void => {
  it('refuses who is not known', async () => {
    const { get, gadgets } = bench();
    const reply = await get(gadgets, { token: 'no-such-token' });
    assert.equal(reply.status, 401);
    assert.deepEqual(reply.value, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
  });

  it('lets a service account do what a Role bound to it allows, and no more', async () => {
    const { create, get, ask, gadgets, all, namespace, group } = bench();
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'limited' } });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const token = String((await create(`${accounts}/limited/token`, request)).at('status', 'token'));
    const user = `system:serviceaccount:${namespace}:limited`;
    const forbidden = await get(gadgets, { token });
    assert.deepEqual([forbidden.status, forbidden.at('reason')], [403, 'Forbidden']);
    assert.equal(
      forbidden.at('message'),
      `gadgets.${group} is forbidden: User "${user}" cannot list resource "gadgets" in API group "${group}" in the namespace "${namespace}"`,
    );
    assert.deepEqual(forbidden.at('details'), { group, kind: 'gadgets' });

    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const rules = [{ apiGroups: [group], resources: ['gadgets'], verbs: ['get', 'list'] }];
    await create(`${rbac}/roles`, { apiVersion, kind: 'Role', metadata: { name: 'reader' }, rules });
    const subjects = [{ kind: 'ServiceAccount', name: 'limited', namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
    const binding = { apiVersion, kind: 'RoleBinding', metadata: { name: 'reader' }, subjects, roleRef };
    assert.equal((await create(`${rbac}/rolebindings`, binding)).status, 201);
    await eventually(async () => assert.equal((await get(gadgets, { token })).status, 200));

    assert.equal((await get(`${gadgets}?watch=1`, { token })).status, 403);
    const cluster = await get(all, { token });
    assert.match(
      String(cluster.at('message')),
      /cannot list resource "gadgets" in API group "\S+" at the cluster scope$/,
    );
    const type = 'application/merge-patch+json';
    const status = await ask('PATCH', `${gadgets}/any/status`, { body: {}, type, token });
    assert.equal(
      status.at('message'),
      `gadgets.${group} "any" is forbidden: User "${user}" cannot patch resource "gadgets/status" in API group "${group}" in the namespace "${namespace}"`,
    );
    assert.deepEqual(status.at('details'), { name: 'any', group, kind: 'gadgets' });
  });

  it('answers in plain text where there is no such path', async () => {
    const { get, group } = bench();
    for (const path of ['/apis/no.such.group/v1/things', `/apis/${group}/v9/gadgets`, `/apis/${group}/v1/widgets`]) {
      const reply = await get(path);
      assert.deepEqual([reply.status, reply.text], [404, '404 page not found\n'], path);
    }
  });

  it('answers by a Status where an object is not there', async () => {
    const { get, gadgets, group } = bench();
    const reply = await get(`${gadgets}/absent`);
    assert.equal(reply.status, 404);
    assert.equal(reply.at('message'), `gadgets.${group} "absent" not found`);
    assert.deepEqual(reply.at('details'), { name: 'absent', group, kind: 'gadgets' });
  });

  it('refuses a method or a patch that it does not know', async () => {
    const { ask, create, gadgets, aGadget } = bench();
    const method = await ask('PUT', gadgets, { body: {} });
    assert.deepEqual([method.status, method.at('message')], [400, 'name must be provided']);
    const configMaps = await ask('PATCH', `/api/v1/namespaces/${bench().namespace}/configmaps`, { body: {} });
    assert.deepEqual([configMaps.status, configMaps.at('reason')], [405, 'MethodNotAllowed']);
    await create(gadgets, aGadget('typed'));
    const patch = await ask('PATCH', `${gadgets}/typed`, { body: {}, type: 'application/x-no-such' });
    assert.deepEqual([patch.status, patch.at('reason')], [415, 'UnsupportedMediaType']);
  });

  it('says what it serves', async () => {
    const { get, group } = bench();
    assert.match(String((await get('/version')).at('gitVersion')), /^v1\.\d+/);
    assert.equal((await get('/readyz')).text, 'ok');
    const described = await get(`/apis/${group}`);
    assert.equal(described.at('kind'), 'APIGroup');
    assert.deepEqual(described.at('preferredVersion'), { groupVersion: `${group}/v1`, version: 'v1' });
    const resources = await get(`/apis/${group}/v1`);
    assert.equal(resources.at('kind'), 'APIResourceList');
    assert.equal(resources.at('resources', 0, 'name'), 'gadgets');
    assert.deepEqual(resources.at('resources', 0, 'shortNames'), ['gd']);
    assert.equal(resources.at('resources', 1, 'name'), 'gadgets/status');
  });
};
