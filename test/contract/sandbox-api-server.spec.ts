import { startApiServer } from '../../src/sandbox/api-server/start-api-server.ts';
import { describeApiServerContract } from './api-server-contract.ts';

describeApiServerContract("the sandbox's API server", () => startApiServer({ futureVersionWait: 50 }));
