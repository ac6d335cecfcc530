import { describeApplies } from './applies.ts';
import type { Served } from './connect.ts';
import { openBench, type Bench } from './gadget.ts';
import { describeJsonPatches } from './json-patches.ts';
import { describeLists } from './lists.ts';
import { describeRefusals } from './refusals.ts';
import { describeSchemas } from './schemas.ts';
import { describeDefinitions, describeWatches } from './watches.ts';
import { describeBuiltInTypes, describeWrites } from './writes.ts';

/** A server under contract, and how it is ended. */
export type ServerUnderContract = Served & { readonly close: () => Promise<void> };

/** What the product and the demo rely on of a Kubernetes API server, as tests over plain HTTPS. */
export const describeApiServerContract = (name: string, start: () => Promise<ServerUnderContract>): void => {
  describe(`${name} keeps the contract of an API server`, () => {
    let server: ServerUnderContract;
    before(async () => {
      server = await start();
    });
    after(() => server.close());

    const suite = (title: string, define: (bench: () => Bench) => void) =>
      describe(title, () => {
        let bench: Bench;
        before(async () => {
          bench = await openBench(server);
        });
        define(() => bench);
      });
    suite('a list', describeLists);
    suite('a watch', describeWatches);
    suite('a write', describeWrites);
    suite('a JSON patch', describeJsonPatches);
    suite('a built-in type', describeBuiltInTypes);
    suite('server-side apply', describeApplies);
    suite('a schema', describeSchemas);
    suite('a refusal', describeRefusals);
    suite('a definition', describeDefinitions);
  });
};
