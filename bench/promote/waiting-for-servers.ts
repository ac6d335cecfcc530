import { subscribe } from 'node:diagnostics_channel';

/** How long at least one request has been under way, in milliseconds, since `reset`. */
export const waitingForServers = () => {
  let [underWay, since, waited] = [0, 0, 0];
  subscribe('http.client.request.start', () => {
    if (underWay === 0) since = performance.now();
    underWay += 1;
  });
  const end = () => {
    underWay -= 1;
    if (underWay === 0) waited += performance.now() - since;
  };
  subscribe('http.client.response.finish', (message) => {
    const { response } = message as { readonly response: NodeJS.EventEmitter };
    response.once('close', end);
  });
  return {
    reset: () => {
      waited = 0;
    },
    waited: () => waited,
  };
};
